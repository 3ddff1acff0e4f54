// Loading what decides about a pushed record: in one small statement where the person is plain, else by the two that see everything.
import type { DirectoryRecord } from '../domain/directory.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Transaction } from '../store/database.ts'
import { readHolds } from '../store/deprovision-holds.ts'
import { type PlainPush, readMappings, readPlainPush } from '../store/push-facts.ts'
import { readRecordFacts, type StoredRecordFacts } from '../store/record-facts.ts'
import type { RecordPush } from './push-event.ts'
import { loadLocked } from './settle.ts'
import type { World } from './world.ts'

export interface PushFacts {
  stored: StoredRecordFacts
  /** The record as pushed, in the groups that it is in under the locks. */
  record: DirectoryRecord
  /** The facts about the person that the record was resolved to; null for one who has no account yet. */
  person(accountId: string | null): Promise<PersonFacts>
}

/** Loads under the locks of the record's addresses and of its account, which are the caller's. The person's facts hold no record that was deleted. */
export async function loadPush(tx: Transaction, world: World, push: RecordPush): Promise<PushFacts> {
  const pushed = push.after ?? push.before
  const gone = push.after === null
  // Whose address moves is known by two.
  const moves = push.before !== null && !gone && push.before.emailKey !== pushed.emailKey
  const plain = moves ? null : await readPlainPush(tx, pushed)
  if (plain === null) return loadWhole(tx, world, pushed, gone)
  const record = gone ? pushed : { ...pushed, groupIds: plain.groupIds }
  return {
    record,
    stored: {
      policies: plain.policies,
      domains: plain.domains,
      holder: null,
      joined: [],
      named: [],
      tombstones: [],
      accountsWithRecord: [],
      conflicts: [],
      invitations: [],
      blocked: false,
    },
    person: () => plainPerson(tx, world, plain, record, gone),
  }
}

async function loadWhole(
  tx: Transaction,
  world: World,
  record: DirectoryRecord,
  gone: boolean,
): Promise<PushFacts> {
  const { organizationId, emailKey, id } = record
  const known = gone
    ? { keys: [], recordIds: [] }
    : { keys: emailKey === null ? [] : [emailKey], recordIds: [id] }
  return {
    record,
    stored: await readRecordFacts(tx, record),
    person: (accountId) => loadLocked(tx, world, { organizationId, accountId, ...known }),
  }
}

/** The facts of `loadPerson` where all that was asked for is known to be empty. */
async function plainPerson(
  tx: Transaction,
  world: World,
  plain: PlainPush,
  record: DirectoryRecord,
  gone: boolean,
): Promise<PersonFacts> {
  const { organizationId } = record
  const { name, policies, domains, bound } = plain
  const records = gone ? [] : [record]
  const denies = gone || !record.active
  return {
    now: world.clock.now(),
    organization: {
      id: organizationId,
      name,
      policies,
      roles: world.roles,
      domains,
      mappings: plain.mapped ? await readMappings(tx, organizationId) : [],
      // Nobody signs in by one of them who is known here without an identity.
      connections: [],
    },
    account: bound?.account ?? null,
    membership: bound?.membership ?? null,
    written: bound?.membership ?? null,
    membershipKeys: bound?.membershipKeys ?? [],
    records,
    holds: denies && plain.held ? await readHolds(tx, organizationId) : [],
    tombstones: [],
    identities: [],
    invitations: [],
    consents: [],
    manualGrants: [],
    grants: bound?.grants ?? [],
    blocks: [],
    conflicts: [],
    approvedInvitationIds: [],
    othersJoined: [],
    heldElsewhere: [],
    otherOwners: 0,
    seatsTaken: 0,
  }
}
