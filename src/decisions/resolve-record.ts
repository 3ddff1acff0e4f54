// C1 to C16: whose account a directory's record is when the directory pushes it.
import type { AddressKey } from '../domain/address.ts'
import type { ConflictDraft } from '../domain/change.ts'
import { GRACE_DAYS, type Tombstone } from '../domain/directory.ts'
import { isOpen } from '../domain/invitation.ts'
import { standingOf } from '../domain/organization.ts'
import { isInQuestion } from '../domain/person.ts'
import type { RecordFacts } from '../domain/record-facts.ts'

export type RecordResolution =
  | { kind: 'bound'; accountId: string; rule: string }
  | { kind: 'bind'; accountId: string; rule: string; proof: 'P3'; tombstoneId: string | null }
  | { kind: 'new'; rule: 'C1'; proof: 'P3' }
  | { kind: 'unbound'; rule: string; invite: boolean }
  | { kind: 'conflict'; rule: 'E9'; conflict: ConflictDraft }

/**
 * Resolves a pushed record. An address binds in a domain proven at the moment of the decision; elsewhere only whom the organization knows
 * already: a member joined by that address, or whose identity here was asserted under the record's declared key (D0).
 */
export function resolveRecord(facts: RecordFacts): RecordResolution {
  const { record } = facts
  if (record.accountId !== null) return { kind: 'bound', accountId: record.accountId, rule: 'C6' }
  if (isInQuestion(facts.conflicts, record)) return { kind: 'unbound', rule: 'E9', invite: false }
  return byTombstone(facts) ?? byMembers(facts) ?? byAddress(facts)
}

/** E8 and E9: what is left of former records of this directory. */
function byTombstone(facts: RecordFacts): RecordResolution | null {
  const buried = facts.tombstones.find((t) => t.accountId !== null && samePerson(facts, t))
  if (buried?.accountId) {
    return facts.accountsWithRecord.includes(buried.accountId)
      ? conflict(facts, buried.accountId, TWO_RECORDS)
      : { kind: 'bind', accountId: buried.accountId, rule: 'E8', proof: 'P3', tombstoneId: buried.id }
  }
  const former = facts.tombstones.find((t) => t.accountId !== null)
  return former
    ? conflict(facts, former.accountId, 'A former record of another person had this identifier or address.')
    : null
}

const TWO_RECORDS = 'The directory holds two live records for one account.'

/** C6 and D0: the record is a member's, by the address they joined by or by the key under which they sign in. */
function byMembers(facts: RecordFacts): RecordResolution | null {
  const proven = isProven(facts)
  const members = facts.joined.filter((j) => proven || j.kind === 'joined').map((j) => j.accountId)
  const targets = [...new Set([...members, ...facts.named])]
  const [target] = targets
  if (target === undefined) return null
  if (targets.length > 1) return conflict(facts, target, 'More than one member here answers to this record.')
  if (facts.holder && facts.holder.accountId !== target) {
    // Outside a proven domain nobody learns whose the address is: the declared key binds, the address says nothing.
    if (proven) return conflict(facts, target, "The address is another account's than that of this member.")
    if (!facts.named.includes(target)) return null
  }
  if (facts.accountsWithRecord.includes(target)) return conflict(facts, target, TWO_RECORDS)
  const rule = proven && members.length > 0 ? 'C6' : 'D0'
  return { kind: 'bind', accountId: target, rule, proof: 'P3', tombstoneId: null }
}

/** C1 to C4: nobody here is known by the record yet. */
function byAddress(facts: RecordFacts): RecordResolution {
  const { record, holder } = facts
  if (record.emailKey === null) return { kind: 'unbound', rule: 'C2', invite: false }
  if (!isProven(facts)) return outside(facts, 'C2')
  if (!holder && !record.active) return { kind: 'unbound', rule: 'C1', invite: false }
  if (!holder && facts.blocked) return { kind: 'unbound', rule: 'D1', invite: false }
  if (!holder) return { kind: 'new', rule: 'C1', proof: 'P3' }
  if (holder.resting || holder.governedElsewhere) return outside(facts, 'C4')
  if (facts.accountsWithRecord.includes(holder.accountId))
    return conflict(facts, holder.accountId, TWO_RECORDS)
  return { kind: 'bind', accountId: holder.accountId, rule: 'C3', proof: 'P3', tombstoneId: null }
}

function isProven({ record, domains, organizationId }: RecordFacts): boolean {
  return record.emailKey !== null && standingOf(record.emailKey, domains, organizationId) === 'this'
}

/** C2 and C4: the record stays unbound and the directory invites, unless somebody is a member by the address, is denied, or is invited already. */
function outside(facts: RecordFacts, rule: 'C2' | 'C4'): RecordResolution {
  const { record } = facts
  const open = facts.invitations.some((i) => isOpen(i, facts.now) || i.status === 'accepted_waiting')
  const invite =
    facts.created &&
    record.active &&
    !open &&
    !facts.blocked &&
    !facts.joined.some((j) => j.closed || j.status === 'active' || j.status === 'suspended')
  return { kind: 'unbound', rule, invite }
}

/** E8: the same externalId within the grace time, with the same user name or address. */
function samePerson(facts: RecordFacts, tombstone: Tombstone): boolean {
  const { record, now } = facts
  const recent = now.getTime() - tombstone.deletedAt.getTime() < GRACE_DAYS * 86_400_000
  const sameId = record.externalId !== null && tombstone.externalId === record.externalId
  return (
    recent &&
    sameId &&
    (tombstone.userNameKey === record.userNameKey ||
      (record.emailKey !== null && tombstone.keys.includes(record.emailKey)))
  )
}

function conflict(facts: RecordFacts, accountId: string | null, detail: string): RecordResolution {
  const key: AddressKey | null = facts.record.emailKey
  return {
    kind: 'conflict',
    rule: 'E9',
    conflict: {
      kind: 'E9',
      key,
      accountId,
      connectionId: null,
      subject: null,
      directoryUserId: facts.record.id,
      membershipId: facts.joined[0]?.membershipId ?? null,
      choices: ['keep', 'replace', 'new_account'],
      detail,
    },
  }
}
