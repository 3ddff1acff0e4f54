// Directories: the provisioning clients of an organization and the people and groups as they last sent them.
import type { AddressKey } from './address.ts'

export type DirectoryPreset = 'generic' | 'okta' | 'entra' | 'google' | 'onelogin'

export interface Directory {
  id: string
  organizationId: string
  name: string
  preset: DirectoryPreset
  /** Whether its own invitations are mailed (C2). */
  notify: boolean
  status: 'active' | 'test' | 'disconnected'
}

/** A person as the directory last said. It may be bound to an account; it exists without one. */
export interface DirectoryRecord {
  id: string
  directoryId: string
  organizationId: string
  userName: string
  userNameKey: string
  externalId: string | null
  email: string | null
  emailKey: AddressKey | null
  displayName: string | null
  active: boolean
  accountId: string | null
  version: number
  groupIds: string[]
  createdAt: Date
  /** Since when it is inactive; null while active. */
  inactiveSince: Date | null
  /** When it left its last mapped group: ends the roles of invitations and hands that are older (C19). */
  roleFellAt: Date | null
  /** Set when its directory was disconnected: its last word stands, nobody is suspended by it (H6). */
  frozenAt: Date | null
}

/** What is left of a deleted record: a denial until a record of that person is bound again (D1, E6, E8). */
export interface Tombstone {
  id: string
  directoryId: string
  recordId: string
  externalId: string | null
  userNameKey: string
  keys: AddressKey[]
  accountId: string | null
  wasActive: boolean
  /** The groups that the record was in. */
  groupIds: string[]
  deletedAt: Date
}

/** Days within which a deleted person returns to the same account and all that was theirs (E6, E8). */
export const GRACE_DAYS = 30
