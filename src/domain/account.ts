// Accounts: persons known to us across organizations, with their addresses and identities.
import type { AddressKey } from './address.ts'
import type { Subject } from './profile.ts'

export interface AccountAddress {
  address: string
  key: AddressKey
  /** Null while it is a claim: an unverified claim has no power. */
  verifiedAt: Date | null
  primary: boolean
  /** Who brought it: an address that a directory or a Connection gave is primary only while it is the only one. */
  givenBy: 'host' | 'person' | 'directory' | 'connection'
  /** Since when it rests (the organization of its domain withdrew it); a resting address opens nothing new. */
  restingSince: Date | null
}

export interface Account {
  id: string
  name: string | null
  externalId: string | null
  addresses: AccountAddress[]
}

/** What one Connection calls an account (R1). */
export interface Identity {
  id: string
  accountId: string
  organizationId: string
  connectionId: string
  subject: Subject
  /** The rule and the proof by which it was linked (invariant 3). */
  rule: string
  proof: string
  automatic: boolean
  directoryKey: string | null
  /** Group values of the last sign-in that carried the attribute; null while none did. */
  groups: string[] | null
  /** When a sign-in by it would have joined by just-in-time provisioning; the origin `jit-default` lives by it. */
  jitAt: Date | null
  inactiveSince: Date | null
  lastUsedAt: Date | null
}

/** How an address was proven: P1 a code, P2 an own proof, P3 the word of the organization that holds the domain, or the host product. */
export type Proof = 'P1' | 'P2' | 'P3' | 'host'

export function verifiedKeys(account: Account | null): AddressKey[] {
  return (account?.addresses ?? []).filter((a) => a.verifiedAt).map((a) => a.key)
}
