// What an organization knows when a directory pushes a record: the facts that decide whose account it is.
import type { DirectoryRecord, Tombstone } from './directory.ts'
import type { Invitation } from './invitation.ts'
import type { Domain } from './organization.ts'
import type { OpenConflict } from './person.ts'

export interface RecordFacts {
  now: Date
  organizationId: string
  domains: readonly Domain[]
  record: DirectoryRecord
  /** Whether this push made the record. */
  created: boolean
  /** The account that holds the record's address verified. */
  holder: { accountId: string; resting: boolean; governedElsewhere: boolean } | null
  /** Memberships here joined by the record's address, or whose record bore it later; those of the latter kind count only in a proven domain. */
  joined: readonly {
    membershipId: string
    accountId: string
    kind: 'joined' | 'record'
    status: string
    closed: boolean
  }[]
  /** Accounts whose identity on a Connection of this directory was asserted under the record's declared key. */
  named: readonly string[]
  /** Live tombstones of this directory with the same externalId, user name or address. */
  tombstones: readonly Tombstone[]
  /** Accounts among those named here that already have a live record of this directory. */
  accountsWithRecord: readonly string[]
  conflicts: readonly OpenConflict[]
  /** Invitations here to the record's address. */
  invitations: readonly Invitation[]
  blocked: boolean
}
