// What an organization knows of one person at one moment: the facts that every decision about a membership reads.
import type { Account, Identity } from './account.ts'
import type { AddressKey } from './address.ts'
import type { Connection } from './connection.ts'
import type { DeprovisionHold } from './deprovision-hold.ts'
import type { DirectoryRecord, Tombstone } from './directory.ts'
import type { Consent, Invitation } from './invitation.ts'
import type { RoleMapping } from './mapping.ts'
import type { Grant, ManualGrant, Membership, MembershipKey } from './membership.ts'
import type { Domain, Policies, Role } from './organization.ts'

export interface OrganizationFacts {
  id: string
  name: string
  policies: Policies
  /** The catalogue, highest rank first. */
  roles: readonly Role[]
  /** Every proven domain, of whomever, in which an address of this person may lie. */
  domains: readonly Domain[]
  mappings: readonly RoleMapping[]
  connections: readonly Connection[]
}

export interface OpenConflict {
  id: string
  kind: 'B8' | 'E9' | 'C9' | 'C12' | 'H7'
  key: AddressKey | null
  accountId: string | null
  connectionId: string | null
  directoryUserId: string | null
  /** What an administrator answered, where the answer still speaks; absent while the question is open. */
  answer?: { choice: string; at: Date } | null
}

export interface PersonFacts {
  now: Date
  organization: OrganizationFacts
  /** Null while nobody is resolved; a new account stands here before it is written. */
  account: Account | null
  membership: Membership | null
  /** The membership as it stands written; a deed that folds its own fact in changes `membership` alone. */
  written: Membership | null
  membershipKeys: readonly MembershipKey[]
  /** Live records of this organization that are bound to the account, or unbound and bear one of its keys. */
  records: readonly DirectoryRecord[]
  tombstones: readonly Tombstone[]
  /** The account's identities on this organization's Connections. */
  identities: readonly Identity[]
  /** This organization's invitations to one of the person's keys, or settled on the account. */
  invitations: readonly Invitation[]
  /** Live consents to those invitations, of whomever. */
  consents: readonly Consent[]
  manualGrants: readonly ManualGrant[]
  /** The grants as they stand written, in their order. */
  grants: readonly Grant[]
  /** Keys among the person's that are blocked here. */
  blocks: readonly AddressKey[]
  conflicts: readonly OpenConflict[]
  /** What this organization's directories said among too many at once, which denies nobody (H7); read where a directory says no. */
  holds: readonly DeprovisionHold[]
  /** Invitations whose role an administrator confirmed (A16). */
  approvedInvitationIds: readonly string[]
  /** Memberships here of other accounts that were joined by one of the keys. */
  othersJoined: readonly { membershipId: string; accountId: string; key: AddressKey }[]
  /** Keys among the person's that another account has verified: a record that bears one speaks for nobody's invitation. */
  heldElsewhere: readonly AddressKey[]
  /** How many other owners can sign in under the present policy; read only where this person is an owner. */
  otherOwners: number
  /** Members and reserved places; read only where the policy counts seats. */
  seatsTaken: number
}

/** The rank of a role in the catalogue; an unknown role ranks below all. */
export function rankOf(roles: readonly Role[], role: string | null): number {
  return roles.find((r) => r.name === role)?.rank ?? -1
}

/** What a record says under a Connection's declared key: the value that the provider's own key is compared with (R2). */
export function declaredValue(record: DirectoryRecord, match: Connection['directoryMatch']): string | null {
  if (match === 'externalId') return record.externalId
  return match === 'email' ? record.emailKey : record.userNameKey
}

/** Whether a provider's declared key is this record's: externalId to the letter, the others by ASCII folding alone. */
export function declaredMatches(
  record: DirectoryRecord,
  match: Connection['directoryMatch'],
  key: string,
): boolean {
  const value = declaredValue(record, match)
  if (value === null) return false
  if (match === 'externalId') return value === key
  return value === key.replace(/[A-Z]/g, (c) => c.toLowerCase())
}

/** What happens to one person in one organization: what a decision is asked about. */
export interface PersonEvent {
  door: 'sign-in' | 'push' | 'acceptance' | 'hand' | 'configuration'
  /** The rule that resolved the person. */
  rule: string
  /** Address keys that the event names with authority: they settle open invitations and join the membership. */
  namedKeys: readonly AddressKey[]
  /** How an invitation is settled that nobody consented to. */
  satisfies: 'directory' | 'sso' | 'manual' | null
  /** The record that this event itself binds; D0 adds its own. */
  boundRecordId: string | null
  /** The address and name that the organization is to know the person by, where it knows none yet. */
  email: string | null
  displayName: string | null
  /** Whether the person is here themselves (signed in, accepted): the membership then opens by their own ways too. */
  inPerson: boolean
  /** The id for a membership that this event may create. */
  newMembershipId: string
}

/**
 * Whether it is asked whose the record is: by an open question about it or its address (B8, E9), or one about itself that was answered with
 * "not this person's". Such a record is bound to nobody and denies nobody.
 */
export function isInQuestion(
  conflicts: readonly OpenConflict[],
  record: Pick<DirectoryRecord, 'id' | 'emailKey'>,
): boolean {
  return conflicts.some(
    (c) =>
      (c.kind === 'E9' || c.kind === 'B8') &&
      (c.directoryUserId === record.id || (!c.answer && c.key !== null && c.key === record.emailKey)),
  )
}
