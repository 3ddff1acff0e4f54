// Running the doors dry: what a sign-in and a push of an address would do now, without writing anything.
import { type DryRun, dryRefusal, drySettled, linksSubject } from '../decisions/dry-run.ts'
import { foldRecord } from '../decisions/fold-record.ts'
import { type RecordResolution, resolveRecord } from '../decisions/resolve-record.ts'
import { settlePerson } from '../decisions/settle-person.ts'
import type { AddressKey } from '../domain/address.ts'
import type { Connection } from '../domain/connection.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { isOpen } from '../domain/invitation.ts'
import { declaredValue, type PersonFacts } from '../domain/person.ts'
import type { Profile } from '../domain/profile.ts'
import { newId } from '../kernel/ids.ts'
import type { Reader } from '../store/database.ts'
import { readRecordFacts } from '../store/record-facts.ts'
import { judgeSignIn } from './judge-sign-in.ts'
import { loadPerson } from './load-person.ts'
import type { World } from './world.ts'

const NOTHING: DryRun = { rule: null, outcome: 'none', reason: null }

/** A sign-in at the organization's active Connection that asserts the address, as the account's own subject or as one never seen. */
export async function runSignInDry(
  read: Reader,
  world: World,
  person: PersonFacts,
  key: AddressKey,
): Promise<DryRun> {
  const { connections } = person.organization
  const connection = connections.find((c) => c.status === 'active') ?? connections[0]
  if (!connection) return NOTHING
  if (connection.status === 'test') return { rule: 'B18', outcome: 'none', reason: 'test_mode' }
  if (connection.status === 'off') return { rule: 'R0', outcome: 'none', reason: 'connection_off' }
  const judged = await judgeSignIn(
    read,
    world,
    {
      connection,
      profile: profileOf(person, connection, key),
      starterAccountId: null,
      proof: null,
      invitationId: null,
    },
    async () => {},
  )
  const { rule } = judged.decision
  if (judged.outcome === 'prove') return { rule, outcome: 'prove', reason: 'proof_required' }
  if (judged.outcome === 'refused') return dryRefusal(judged.refusal)
  if (linksSubject(judged.changes)) return { rule, outcome: 'link', reason: 'joined' }
  return person.membership?.status === 'active'
    ? { rule, outcome: 'none', reason: 'already_member' }
    : { rule, outcome: 'join', reason: 'joined' }
}

function profileOf(person: PersonFacts, connection: Connection, key: AddressKey): Profile {
  const known = person.identities.find((i) => i.connectionId === connection.id && i.inactiveSince === null)
  const record = person.records.find((r) => r.directoryId === connection.directoryId && r.emailKey === key)
  const declared = record ? declaredValue(record, connection.directoryMatch) : null
  return {
    // No identity provider sends this subject: it stands for one that was never seen.
    subject: known?.subject ?? {
      nameId: `explanation:${newId()}`,
      format: '',
      nameQualifier: '',
      spNameQualifier: '',
    },
    address: key,
    emailKey: key,
    emails: [key],
    firstName: null,
    lastName: null,
    displayName: null,
    groups: null,
    directoryKey: known ? known.directoryKey : declared,
    raw: {},
  }
}

export interface DirectoryRun {
  person: PersonFacts
  key: AddressKey
  email: string
  /** The directory that would push a record nobody has sent yet; null without one. */
  directoryId: string | null
  /** Whether the reader may know who holds the address. */
  visible: boolean
}

/** The next push of the record that bears the address, or of a new active one. */
export async function runPushDry(read: Reader, world: World, run: DirectoryRun): Promise<DryRun> {
  const { person, key, directoryId, visible } = run
  const given = person.records.find((r) => r.emailKey === key && r.frozenAt === null)
  if (!given && directoryId === null) return NOTHING
  const record = given ?? newRecord(run, directoryId ?? '')
  const stored = await readRecordFacts(read, record)
  const hidden = visible ? {} : { holder: null, named: [], accountsWithRecord: [] }
  const resolution = resolveRecord({
    ...stored,
    ...hidden,
    now: person.now,
    organizationId: person.organization.id,
    record,
    created: given === undefined,
  })
  if (resolution.kind === 'conflict') return { rule: 'E9', outcome: 'refuse', reason: 'identity_conflict' }
  if (resolution.kind === 'unbound') return unbound(person, record, resolution)
  return runBoundDry(read, world, run, record, resolution)
}

async function runBoundDry(
  read: Reader,
  world: World,
  { person, key }: DirectoryRun,
  record: DirectoryRecord,
  resolution: Extract<RecordResolution, { kind: 'bound' | 'bind' | 'new' }>,
): Promise<DryRun> {
  const made = resolution.kind === 'new'
  const accountId = made ? newId() : resolution.accountId
  const loaded =
    person.account?.id === accountId || made
      ? person
      : await loadPerson(read, world, {
          organizationId: person.organization.id,
          accountId,
          keys: [key],
          recordIds: [],
        })
  const facts = foldRecord({ ...loaded, account: made ? null : loaded.account }, record, accountId, made)
  const bound = resolution.kind === 'bound'
  const settled = settlePerson(facts, {
    door: 'push',
    rule: resolution.rule,
    namedKeys: bound ? [] : [key],
    satisfies: 'directory',
    boundRecordId: bound ? null : record.id,
    email: record.email,
    displayName: record.displayName,
    inPerson: false,
    newMembershipId: newId(),
  })
  return drySettled(settled, resolution.rule, loaded.membership, resolution.kind === 'bind')
}

/** C2 and C4 look alike from here (T-31): an invitation that the person must accept. */
function unbound(
  person: PersonFacts,
  record: DirectoryRecord,
  resolution: Extract<RecordResolution, { kind: 'unbound' }>,
): DryRun {
  if (resolution.rule === 'E9') return { rule: 'E9', outcome: 'refuse', reason: 'identity_conflict' }
  const rule = resolution.rule === 'C4' ? 'C2' : resolution.rule
  if (!record.active) return { rule, outcome: 'refuse', reason: 'directory_inactive' }
  const open = person.invitations.some((i) => i.key === record.emailKey && isOpen(i, person.now))
  return resolution.invite || open
    ? { rule, outcome: 'prove', reason: 'domain_unproven' }
    : { rule, outcome: 'none', reason: null }
}

function newRecord({ person, key, email }: DirectoryRun, directoryId: string): DirectoryRecord {
  return {
    id: newId(),
    directoryId,
    organizationId: person.organization.id,
    userName: email,
    userNameKey: key,
    externalId: null,
    email,
    emailKey: key,
    displayName: null,
    active: true,
    accountId: null,
    version: 1,
    groupIds: [],
    createdAt: person.now,
    inactiveSince: null,
    roleFellAt: null,
    frozenAt: null,
  }
}
