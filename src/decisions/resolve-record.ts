// C1 to C16: whose account a directory's record is when the directory pushes it.
import type { AddressKey } from '../domain/address.ts'
import type { ConflictDraft } from '../domain/change.ts'
import { GRACE_DAYS, type Tombstone } from '../domain/directory.ts'
import { isOpen } from '../domain/invitation.ts'
import { standingOf } from '../domain/organization.ts'
import type { RecordFacts } from '../domain/record-facts.ts'

export type RecordResolution =
  | { kind: 'bound'; accountId: string; rule: string }
  | { kind: 'bind'; accountId: string; rule: string; proof: 'P3'; tombstoneId: string | null }
  | { kind: 'new'; rule: 'C1'; proof: 'P3' }
  | { kind: 'unbound'; rule: string; invite: boolean }
  | { kind: 'conflict'; rule: 'E9'; conflict: ConflictDraft }

/** Resolves a pushed record. Binding needs a proven domain at the moment of the decision, or the tombstone of the same person (E8). */
export function resolveRecord(facts: RecordFacts): RecordResolution {
  const { record } = facts
  if (record.accountId !== null) return { kind: 'bound', accountId: record.accountId, rule: 'C6' }
  if (facts.conflicts.some((c) => c.directoryUserId === record.id))
    return { kind: 'unbound', rule: 'E9', invite: false }
  const buried = facts.tombstones.find((t) => t.accountId !== null && samePerson(facts, t))
  if (buried?.accountId)
    return { kind: 'bind', accountId: buried.accountId, rule: 'E8', proof: 'P3', tombstoneId: buried.id }
  const former = facts.tombstones.find((t) => t.accountId !== null)
  if (former)
    return conflict(
      facts,
      former.accountId,
      'A former record of another person had this identifier or address.',
    )
  if (record.emailKey === null) return { kind: 'unbound', rule: 'C2', invite: false }
  return standingOf(record.emailKey, facts.domains, facts.organizationId) === 'this'
    ? inProvenDomain(facts)
    : outside(facts, 'C2')
}

/** C1, C3, C6: the organization's word proves the address. */
function inProvenDomain(facts: RecordFacts): RecordResolution {
  const members = [...new Set(facts.joined.map((j) => j.accountId))]
  if (members.length > 1) return conflict(facts, members[0] ?? null, 'Two members joined by this address.')
  const member = members[0] ?? null
  if (member && facts.holder && facts.holder.accountId !== member)
    return conflict(
      facts,
      member,
      "The address is another account's than that of the member who joined by it.",
    )
  if (!facts.record.active && !member) return { kind: 'unbound', rule: 'C1', invite: false }
  const target =
    member ??
    (facts.holder && !facts.holder.resting && !facts.holder.governedElsewhere ? facts.holder.accountId : null)
  if (target && facts.accountsWithRecord.includes(target))
    return conflict(facts, target, 'The directory holds two live records for one account.')
  if (target)
    return { kind: 'bind', accountId: target, rule: member ? 'C6' : 'C3', proof: 'P3', tombstoneId: null }
  return facts.holder ? outside(facts, 'C4') : { kind: 'new', rule: 'C1', proof: 'P3' }
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
