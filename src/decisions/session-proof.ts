// Whether a session proves its person for one invitation (P2), or a code must be typed.
import type { AddressKey } from '../domain/address.ts'
import { hasFreshOwnProof, minutesSince, OWN_PROOF_MINUTES, type SessionView } from '../domain/session.ts'

export interface InvitedAs {
  key: AddressKey
  organizationId: string
  /** Whether the role administers: then the proof must be fresh (T-25). */
  administers: boolean
}

/**
 * `P2` where the session is an own proof of an account that holds the invited address verified: a host session, a code at the primary or
 * the invited address, or this organization's own Connection (an other organization's is no proof: T-37). `holder` where the account holds
 * the address and a code must prove it, `other` where it does not hold it (A4).
 */
export function sessionProof(session: SessionView, invited: InvitedAs, now: Date): 'P2' | 'holder' | 'other' {
  const held = session.account.addresses.find((address) => address.key === invited.key && address.verified)
  if (held === undefined) return 'other'
  if (held.resting || !isOwn(session, invited, now)) return 'holder'
  const youngest = [session.createdAt, session.ownProofAt ?? session.createdAt]
  const fresh = youngest.some((at) => minutesSince(at, now) <= OWN_PROOF_MINUTES)
  return invited.administers && !fresh ? 'holder' : 'P2'
}

function isOwn(session: SessionView, invited: InvitedAs, now: Date): boolean {
  const { type } = session.authenticatedBy
  if (type === 'host') return true
  if (type === 'saml')
    return session.organization?.id === invited.organizationId || hasFreshOwnProof(session, now)
  const primary = session.account.addresses.find((address) => address.primary && address.verified)
  return session.proofKey === invited.key || session.proofKey === primary?.key
}
