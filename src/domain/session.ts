// Sessions: a browser's or a client's standing for (account, organization, way of proof).
import type { AddressKey } from './address.ts'
import { type Domain, standingOf } from './organization.ts'

export type SessionProof = 'saml' | 'code' | 'host'

/** Hours that a session lives at most. */
export const SESSION_HOURS = 12
/** Minutes within which an own proof lets an account be changed and owners act. */
export const OWN_PROOF_MINUTES = 10

export interface SessionAddress {
  address: string
  key: AddressKey
  verified: boolean
  primary: boolean
  /** A resting address proves nothing new. */
  resting: boolean
}

export interface SessionView {
  id: string
  /** `email` is the primary verified address, else any address, else null. */
  account: { id: string; name: string | null; email: string | null; addresses: SessionAddress[] }
  /** Null for an account session, which opens nothing of an organization. */
  organization: { id: string; name: string; slug: string } | null
  membership: {
    id: string
    role: string | null
    projects: string[]
    status: 'active'
    email: string | null
  } | null
  authenticatedBy: { type: SessionProof; connectionId: string | null }
  /** The address key of a code session. */
  proofKey: AddressKey | null
  ownProofAt: Date | null
  createdAt: Date
  expiresAt: Date
}

/** Whether the session carries an own proof that is at most `OWN_PROOF_MINUTES` old. */
export function hasFreshOwnProof(session: Pick<SessionView, 'ownProofAt'>, now: Date): boolean {
  return session.ownProofAt !== null && minutesSince(session.ownProofAt, now) <= OWN_PROOF_MINUTES
}

/** Whole and broken minutes from `then` to `now`. */
export function minutesSince(then: Date, now: Date): number {
  return (now.getTime() - then.getTime()) / 60_000
}

/** Whether an address lies outside every domain that the organization has proven, lapsed and contested ones included. */
export function isOutside(key: AddressKey, domains: readonly Domain[], organizationId: string): boolean {
  return !['this', 'duty'].includes(standingOf(key, domains, organizationId))
}
