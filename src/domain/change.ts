// Changes: everything that a decision may want written, as one closed union; `actions/apply.ts` is its only switch.
import type { AccountAddress, Identity, Proof } from './account.ts'
import type { AddressKey } from './address.ts'
import type { DirectoryRecord } from './directory.ts'
import type { Invitation } from './invitation.ts'
import type { Grant, Membership, MembershipKey } from './membership.ts'
import type { Subject } from './profile.ts'
import type { NextActor, ReasonCode } from './reason.ts'

/** What a decision leaves behind: the rule that fired, what came of it and who must act next. */
export interface Decision {
  rule: string
  outcome:
    | 'join'
    | 'link'
    | 'prove'
    | 'wait'
    | 'refuse'
    | 'change'
    | 'suspend'
    | 'remove'
    | 'conflict'
    | 'none'
  reason: ReasonCode | null
  nextActor: NextActor
  /** What it was decided on, small enough to be kept. */
  inputs?: Record<string, unknown>
  before?: unknown
  after?: unknown
}

export interface EventDraft {
  type: string
  subject: {
    type:
      | 'member'
      | 'invitation'
      | 'account'
      | 'directory_user'
      | 'connection'
      | 'organization'
      | 'conflict'
      | 'domain'
    id: string | null
    email: string | null
    key: AddressKey | null
  }
  accountId?: string | null
  decision?: Decision
  data?: Record<string, unknown>
}

export type ConflictKind = 'B8' | 'E9' | 'C9' | 'C12' | 'H7'

export interface ConflictDraft {
  kind: ConflictKind
  key: AddressKey | null
  accountId: string | null
  connectionId: string | null
  subject: Subject | null
  directoryUserId: string | null
  membershipId: string | null
  /** The directory that a hold is about (H7). */
  directoryId?: string
  choices: string[]
  detail: string
}

export type InvitationPatch = Partial<
  Pick<
    Invitation,
    | 'status'
    | 'statusReason'
    | 'settledAt'
    | 'accountId'
    | 'supersededBy'
    | 'roleEndedAt'
    | 'endedAt'
    | 'role'
    | 'projectIds'
    | 'email'
    | 'key'
    | 'expiresAt'
    | 'granting'
    | 'inviterAccountId'
  >
>

export type Change =
  | { kind: 'account.create'; accountId: string; name: string | null }
  | { kind: 'address.add'; accountId: string; address: AccountAddress; proof: Proof }
  | { kind: 'address.remove'; accountId: string; key: AddressKey }
  /** Somebody proved the address: every unverified claim of it elsewhere is struck, with the codes and code sessions at it (A7, T-05). */
  | { kind: 'claims.strike'; key: AddressKey; keepAccountId: string }
  | { kind: 'identity.link'; identity: Identity }
  | {
      kind: 'identity.note'
      identityId: string
      directoryKey: string | null
      groups: string[] | null
      jitAt: Date | null
      usedAt: Date
    }
  | { kind: 'record.bind'; recordId: string; accountId: string; rule: string }
  /** Leaves a tombstone for who was there, unless the binding itself was the mistake. */
  | { kind: 'record.unbind'; record: DirectoryRecord; mistaken?: boolean }
  | { kind: 'record.fell'; recordId: string; at: Date }
  | { kind: 'tombstone.end'; tombstoneId: string }
  | { kind: 'connection.comparable'; connectionId: string }
  | { kind: 'membership.create'; membership: Membership }
  | { kind: 'membership.update'; membership: Membership }
  | { kind: 'membership.keys'; membershipId: string; keys: readonly MembershipKey[] }
  | { kind: 'grants.replace'; membershipId: string; grants: readonly Grant[] }
  | {
      kind: 'manual.give'
      membershipId: string
      role: string | null
      projectId: string | null
      givenBy: string | null
    }
  | { kind: 'manual.end'; grantIds: readonly string[] }
  | { kind: 'jit.end'; accountId: string }
  | { kind: 'invitation.create'; invitation: Invitation; mail: boolean }
  | { kind: 'invitation.update'; invitationId: string; patch: InvitationPatch }
  | { kind: 'consent.record'; invitationId: string; accountId: string; proof: Proof }
  | { kind: 'consent.end'; invitationId: string }
  | { kind: 'conflict.open'; conflict: ConflictDraft }
  | { kind: 'approval.ask'; invitationId: string; accountId: string }
  | { kind: 'sessions.end'; accountId: string; because: string }
  | {
      kind: 'mail'
      mail: 'linked' | 'address-changed' | 'owner-guard' | 'joined'
      to: string
      data: Record<string, unknown>
    }
  | { kind: 'event'; event: EventDraft }
