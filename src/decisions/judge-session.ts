// Whether a way of proof opens an organization for an account now: asked when a session begins and at each of its requests.
import type { AddressKey } from '../domain/address.ts'
import type { Policies } from '../domain/organization.ts'
import type { ReasonCode } from '../domain/reason.ts'
import type { SessionProof } from '../domain/session.ts'

export interface SessionFacts {
  proof: {
    type: SessionProof
    /** The address key that a code proved. */
    key: AddressKey | null
    /** Status of the organization's own Connection that the session came by; null without one. */
    connectionStatus: string | null
  }
  account: { id: string; verifiedKeys: readonly AddressKey[]; primaryKey: AddressKey | null }
  membership: {
    status: string
    statusReason: string | null
    consented: boolean
    owner: boolean
    joinedKeys: readonly AddressKey[]
  } | null
  policies: Pick<Policies, 'ssoRequired' | 'breakGlassAccountIds' | 'guests'>
  /** Whether an address of the person lies in a domain of this organization, powers taken away or not (H2). */
  governed: boolean
}

/** Null where the session holds, else the reason why it does not. */
export function judgeSession(facts: SessionFacts): ReasonCode | null {
  return closed(facts.membership) ?? unproven(facts) ?? unsigned(facts)
}

function closed(membership: SessionFacts['membership']): ReasonCode | null {
  if (membership === null) return 'unknown_person'
  const { status, statusReason } = membership
  if (status === 'active') return null
  if (status === 'waiting') {
    if (statusReason === 'seat') return 'seat_unavailable'
    if (statusReason === 'guest_refused') return 'guest_refused'
    return statusReason === 'approval' ? 'approval_required' : 'sso_required'
  }
  if (statusReason === 'blocked') return 'blocked'
  if (status === 'suspended')
    return statusReason === 'directory' ? 'directory_inactive' : 'suspended_by_admin'
  if (statusReason === 'directory') return 'directory_inactive'
  return statusReason === 'person' ? 'left' : 'removed_by_admin'
}

/**
 * A code opens by the account's primary address whatever the person agreed to, and by another address what was joined by it.
 * A membership made without the person's consent opens by a code at the addresses it was joined by, and by nothing else of the account's.
 */
function unproven({ proof, account, membership }: SessionFacts): ReasonCode | null {
  if (proof.type !== 'code') return null
  if (proof.key === null || !account.verifiedKeys.includes(proof.key)) return 'address_unproven'
  if (membership?.joinedKeys.includes(proof.key)) return null
  return membership?.consented && proof.key === account.primaryKey ? null : 'proof_required'
}

/** H3: single sign-on required leaves open the Connection itself, break-glass owners and guests. */
function unsigned({ proof, account, membership, policies, governed }: SessionFacts): ReasonCode | null {
  if (!policies.ssoRequired) return null
  if (proof.type === 'saml' && proof.connectionStatus === 'active') return null
  if (membership?.owner && policies.breakGlassAccountIds.includes(account.id)) return null
  return policies.guests === 'allowed' && !governed ? null : 'sso_required'
}
