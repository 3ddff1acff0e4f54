// The one reason why a pending invitation still is pending (invariant 14).
import type { ReasonCode } from '../domain/reason.ts'

/**
 * What is known of a pending invitation. The store reads it for whole lists (`pendingFacts` in `store/pending-facts.ts`, one JSON column beside
 * the row); the explanation makes it from the facts about the person.
 */
export interface PendingFacts {
  expired: boolean
  /** What forbids the person the organization now (D1), null where nothing does. */
  denial: ReasonCode | null
  /** Whether an open question about the address waits for an administrator. */
  inConflict: boolean
  /** Whether the organization requires its own sign-in for this address (A8), or takes no guest (A9). */
  policy: 'sso' | 'guest_refused' | null
  /** States of the deliveries that were not replaced, the oldest first. */
  deliveries: readonly string[]
  /** Whether the organization may know that an account holds the address, and that account is not connected to its single sign-on. */
  unconnectedAccount: boolean
}

/** A code of the catalogue; `awaiting_person` where nothing but the person's own step is missing. */
export function pendingReason(facts: PendingFacts): ReasonCode {
  if (facts.expired) return 'expired'
  if (facts.denial) return facts.denial
  if (facts.inConflict) return 'identity_conflict'
  if (facts.policy === 'guest_refused') return 'guest_refused'
  if (undelivered(facts.deliveries)) return 'delivery_failed'
  if (facts.policy === 'sso') return 'sso_required'
  return facts.unconnectedAccount ? 'account_exists' : 'awaiting_person'
}

/** Every carrying failed; a link that was handed out, or a mail still under way, may yet arrive. */
function undelivered(deliveries: readonly string[]): boolean {
  return deliveries.length > 0 && deliveries.every((d) => d === 'bounced' || d === 'complained')
}
