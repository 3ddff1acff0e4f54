// Memberships: an account in an organization, with role, project scope, status and the grants that make them.
import type { AddressKey } from './address.ts'

export type MembershipStatus = 'active' | 'waiting' | 'suspended' | 'removed'
export type WaitingReason = 'sso' | 'seat' | 'approval' | 'guest_refused'

export type OriginType =
  | 'owner'
  | 'manual'
  | 'mapping'
  | 'invitation'
  | 'directory-default'
  | 'jit-default'
  | 'owner-guard'

/** Why a grant exists. `ref` names the invitation, mapping row, directory, Connection or actor. */
export interface Origin {
  type: OriginType
  ref: string | null
}

/** A role or a project scope that lives as long as its origin. Exactly one of `role` and `projectId` is set. */
export interface Grant {
  role: string | null
  projectId: string | null
  origin: Origin
  because: string
}

/** A role or project given by hand: a fact that stands until it is ended. */
export interface ManualGrant {
  id: string
  role: string | null
  projectId: string | null
  givenAt: Date
  givenBy: string | null
}

export interface Membership {
  id: string
  organizationId: string
  accountId: string
  status: MembershipStatus
  /** Why it waits, is suspended or removed: `sso`, `seat`, `approval`, `directory`, `admin`, `person`, `blocked`; null while active. */
  statusReason: string | null
  role: string | null
  /** The address by which this organization knows the person. */
  email: string | null
  displayName: string | null
  /** Whether the person agreed or came in person; without it the membership opens only by this organization's own doors. */
  consentedAt: Date | null
  ownerSince: Date | null
  suspendedByAdminAt: Date | null
  /** Since when the directory's word keeps it closed; decides whether hand-given origins return (E7). */
  directorySuspendedAt: Date | null
  removedAt: Date | null
  removedBy: 'admin' | 'person' | 'directory' | null
  /** An administrator's Allow after a removal. */
  allowedAt: Date | null
  /** Held closed here whatever the directory says (G4). */
  heldAt: Date | null
  /** The record or tombstone whose denial the last-owner guard holds off (E3). */
  guardCause: string | null
  /** The open hold that keeps off what a directory said of them among too many (H7). */
  brakeHoldId: string | null
  createdAt: Date
}

/** An address key that the membership was joined by, or that its record bore later. */
export interface MembershipKey {
  key: AddressKey
  kind: 'joined' | 'record'
}

/** A membership that nothing has made yet: removed, without a reason, until the facts say otherwise. */
export function newMembership(of: {
  id: string
  organizationId: string
  accountId: string
  at: Date
}): Membership {
  return {
    id: of.id,
    organizationId: of.organizationId,
    accountId: of.accountId,
    status: 'removed',
    statusReason: null,
    role: null,
    email: null,
    displayName: null,
    consentedAt: null,
    ownerSince: null,
    suspendedByAdminAt: null,
    directorySuspendedAt: null,
    removedAt: null,
    removedBy: null,
    allowedAt: null,
    heldAt: null,
    guardCause: null,
    brakeHoldId: null,
    createdAt: of.at,
  }
}
