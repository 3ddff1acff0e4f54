// What an organization knows when somebody arrives by its identity provider: the facts that decide whose account it is.
import type { Identity } from './account.ts'
import type { AddressKey } from './address.ts'
import type { Connection } from './connection.ts'
import type { DirectoryRecord } from './directory.ts'
import type { OpenConflict, OrganizationFacts } from './person.ts'
import type { Profile } from './profile.ts'

/** An account that the sign-in may be, with what speaks for and against it. */
export interface Candidate {
  accountId: string
  /** Its identities on this Connection. */
  identities: readonly Identity[]
  /** Its live records in this organization. */
  records: readonly DirectoryRecord[]
  /** Whether its verified holding of the asserted address rests. */
  resting: boolean
  governedElsewhere: boolean
  /** Whether a link between it and this very subject was undone before. */
  undone: boolean
}

/** A Connection without what only its protocol needs. */
export type SignInConnection = Omit<Connection, 'certificates'>

export interface SignInFacts {
  now: Date
  organization: OrganizationFacts
  connection: SignInConnection
  profile: Profile
  /** R1. */
  identity: Identity | null
  /** Live records of this organization that match the declared key in the Connection's directory, or bear the asserted address. */
  records: readonly DirectoryRecord[]
  /** The account that holds the asserted address verified. */
  holder: Candidate | null
  /** Every other account named by the identity, a record or the starter. */
  candidates: readonly Candidate[]
  /** R3: who started "connect single sign-on" in this browser with an own proof at most ten minutes old. */
  starterAccountId: string | null
  /** What the person has proven on the proof page since: the asserted address (P1) or an own proof of an account (P2). */
  proof: { kind: 'P1'; key: AddressKey } | { kind: 'P2'; accountId: string } | null
  /** Whether an open invitation to the asserted address stands. */
  invited: boolean
  /** Memberships here that were joined by the asserted address, or whose record bore it later; those of the latter kind count only in a proven domain. */
  joined: readonly { membershipId: string; accountId: string; kind: 'joined' | 'record' }[]
  conflicts: readonly OpenConflict[]
}
