// What a door would do with a person now, in one line: the rule, what would come of it, and why.
import type { Change } from '../domain/change.ts'
import type { Membership } from '../domain/membership.ts'
import type { Refusal } from '../domain/reason.ts'
import type { Settled } from './settle-person.ts'

export interface DryRun {
  rule: string | null
  outcome: 'join' | 'link' | 'prove' | 'wait' | 'refuse' | 'none'
  reason: string | null
}

const WAITS = ['sso_required', 'seat_unavailable', 'approval_required', 'guest_refused']

/** A refusal as a dry run; what only waits for somebody is told apart. */
export function dryRefusal({ rule, reason }: Pick<Refusal, 'rule' | 'reason'>): DryRun {
  return { rule, outcome: WAITS.includes(reason) ? 'wait' : 'refuse', reason }
}

/** A settlement as a dry run; `links` says whether the event ties a record or a subject to an account that was there before. */
export function drySettled(
  settled: Settled,
  rule: string,
  before: Membership | null,
  links: boolean,
): DryRun {
  if ('refused' in settled) return dryRefusal(settled.refused)
  const { membership, decision } = settled
  if (membership === null) return { rule, outcome: 'none', reason: decision.reason }
  if (membership.status === 'waiting') return { rule, outcome: 'wait', reason: decision.reason }
  if (membership.status !== 'active')
    return { rule: decision.rule, outcome: 'refuse', reason: decision.reason }
  if (before?.status === 'active') return { rule, outcome: links ? 'link' : 'none', reason: 'already_member' }
  return { rule, outcome: links ? 'link' : 'join', reason: 'joined' }
}

/** Whether the changes tie a new subject to the account. */
export function linksSubject(changes: readonly Change[]): boolean {
  return changes.some((c) => c.kind === 'identity.link') && !changes.some((c) => c.kind === 'account.create')
}
