// D0: which unbound records of the organization are this person's, whichever door the event came by.
import { verifiedKeys } from '../domain/account.ts'
import type { ConflictDraft } from '../domain/change.ts'
import type { Connection } from '../domain/connection.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { declaredMatches, isInQuestion, type PersonFacts } from '../domain/person.ts'

export interface Bindings {
  bind: DirectoryRecord[]
  conflicts: ConflictDraft[]
  /** Connections whose declared key has now matched a record for the first time (R2). */
  comparable: string[]
}

/**
 * Binds every unbound live record that is in no conflict and whose address the account has verified, was joined here by, or consented
 * under, or whose declared key is the subject of the account's identity on the Connection of that directory. A second live record of one
 * directory, or one whose comparable key differs from that subject, becomes a conflict (E9) instead.
 * `boundByEvent` is the record that the event itself binds, folded into the facts already.
 */
export function bindRecords(facts: PersonFacts, boundByEvent: string | null): Bindings {
  const result: Bindings = { bind: [], conflicts: [], comparable: [] }
  const { account } = facts
  if (!account) return result
  const bound = facts.records.filter((r) => r.accountId === account.id)
  for (const record of facts.records) {
    if (
      record.accountId !== null ||
      record.frozenAt !== null ||
      isInQuestion(facts.conflicts, record) ||
      !isTheirs(facts, record)
    )
      continue
    const second = [...bound, ...result.bind].some((r) => r.directoryId === record.directoryId)
    if (second || differsFromSubject(facts, record)) result.conflicts.push(conflictOf(facts, record, second))
    else result.bind.push(record)
  }
  const now = [...result.bind, ...bound.filter((r) => r.id === boundByEvent)]
  result.comparable = facts.organization.connections
    .filter((c) => !c.comparable && now.some((r) => c.directoryId === r.directoryId && agrees(facts, c, r)))
    .map((c) => c.id)
  return result
}

/** Whether the account has an identity on the Connection that was asserted under the record's declared key. */
function agrees(facts: PersonFacts, connection: Connection, record: DirectoryRecord): boolean {
  return facts.identities.some(
    (i) =>
      i.connectionId === connection.id &&
      i.inactiveSince === null &&
      i.directoryKey !== null &&
      declaredMatches(record, connection.directoryMatch, i.directoryKey),
  )
}

function isTheirs(facts: PersonFacts, record: DirectoryRecord): boolean {
  const accountId = facts.account?.id
  const consented = facts.consents
    .filter((c) => c.accountId === accountId)
    .map((c) => facts.invitations.find((i) => i.id === c.invitationId)?.key)
  const joined = facts.membershipKeys.filter((k) => k.kind === 'joined').map((k) => k.key)
  const keys = [...verifiedKeys(facts.account), ...consented, ...joined]
  if (record.emailKey !== null && keys.includes(record.emailKey)) return true
  return facts.organization.connections.some(
    (c) => c.directoryId === record.directoryId && agrees(facts, c, record),
  )
}

/** C16 apart, a record whose comparable declared key is not the subject that the account has on this Connection is somebody else's. */
export function differsFromSubject(facts: PersonFacts, record: DirectoryRecord): boolean {
  return facts.organization.connections.some(
    (c) =>
      c.comparable &&
      c.directoryId === record.directoryId &&
      facts.identities.some(
        (i) => i.connectionId === c.id && i.inactiveSince === null && i.directoryKey !== null,
      ) &&
      !agrees(facts, c, record),
  )
}

/** E9: who the record is, is an administrator's to say. */
export function conflictOf(facts: PersonFacts, record: DirectoryRecord, second: boolean): ConflictDraft {
  return {
    kind: 'E9',
    key: record.emailKey,
    accountId: facts.account?.id ?? null,
    connectionId: null,
    subject: null,
    directoryUserId: record.id,
    membershipId: facts.membership?.id ?? null,
    choices: ['keep', 'replace', 'new_account'],
    detail: second
      ? 'The directory holds two live records for one account.'
      : "The record's key in the directory is not the one by which this person signs in.",
  }
}
