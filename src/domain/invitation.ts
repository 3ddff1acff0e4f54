// Invitations: offers of membership to an address, with their consents.

import type { Proof } from './account.ts'
import type { AddressKey } from './address.ts'

/** As stored: expiry is derived from time, never written. */
export type InvitationStatus =
  | 'pending'
  | 'accepted'
  | 'accepted_waiting'
  | 'declined'
  | 'revoked'
  | 'superseded'
  | 'satisfied'
export type ShownInvitationStatus = InvitationStatus | 'expired'

export interface Invitation {
  id: string
  organizationId: string
  email: string
  key: AddressKey
  role: string
  projectIds: string[]
  expiresAt: Date
  message: string | null
  language: string | null
  invitedBy: { type: 'member' | 'key' | 'directory' | 'host'; id: string | null }
  /** The account whose authority stands behind it (a key's maker for a key); null for host and directory. */
  inviterAccountId: string | null
  /** The rank that the inviter may grant now; null where nothing limits it (the host product). */
  inviterRank?: number | null
  /** False for a directory's own invitation until an administrator changes it: it then grants nothing by itself (C2). */
  granting: boolean
  directoryUserId: string | null
  status: InvitationStatus
  statusReason: string | null
  settledAt: Date | null
  accountId: string | null
  supersededBy: string | null
  /** When its role stopped counting (a role given by hand); its projects stay. */
  roleEndedAt: Date | null
  /** When everything it granted ended (a removal of the member, a return after the grace time). */
  endedAt: Date | null
  createdAt: Date
}

/** That a proven account said yes; kept even while a policy blocks the join. */
export interface Consent {
  invitationId: string
  accountId: string
  proof: Proof
  at: Date
}

/** What readers see: a pending invitation past its date has expired, unless it is a directory's own, which lives with its record. */
export function shownStatus(
  invitation: Pick<Invitation, 'status' | 'expiresAt' | 'invitedBy'>,
  now: Date,
): ShownInvitationStatus {
  return isExpired(invitation, now) ? 'expired' : invitation.status
}

export function isExpired(
  invitation: Pick<Invitation, 'status' | 'expiresAt' | 'invitedBy'>,
  now: Date,
): boolean {
  return (
    invitation.status === 'pending' &&
    invitation.invitedBy.type !== 'directory' &&
    invitation.expiresAt.getTime() <= now.getTime()
  )
}

export function isOpen(
  invitation: Pick<Invitation, 'status' | 'expiresAt' | 'invitedBy'>,
  now: Date,
): boolean {
  return invitation.status === 'pending' && !isExpired(invitation, now)
}
