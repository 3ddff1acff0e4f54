// A person and a group as their directory sends them, before anything is decided about them.
import { type AddressKey, addressKey } from './address.ts'
import type { UniqueValue } from './declared-resource.ts'

export interface DirectoryEmail {
  value: string
  type: string | null
  isPrimary: boolean
}

/** What a directory says of a person. `attributes` keeps everything but userName, externalId and active as last sent. */
export interface PersonDraft {
  userName: string
  externalId: string | null
  active: boolean
  /** The name to show, and the one sent as such, by which the directory may search. */
  displayName: string | null
  sentDisplayName: string | null
  emails: readonly DirectoryEmail[]
  attributes: Readonly<Record<string, unknown>>
  /** Values of extensions that nobody else may have; undefined where no extension declares any. */
  unique?: readonly UniqueValue[] | undefined
}

/** A stored person as the directory may read it back. */
export interface DirectoryPerson {
  id: string
  userName: string
  externalId: string | null
  active: boolean
  attributes: Readonly<Record<string, unknown>>
  version: number
  createdAt: Date
  updatedAt: Date
  /** Null when it was not asked for. */
  groups: readonly { id: string; displayName: string }[] | null
}

export interface GroupDraft {
  displayName: string
  externalId: string | null
  attributes: Readonly<Record<string, unknown>>
  /** As a person's. */
  unique?: readonly UniqueValue[] | undefined
}

export interface DirectoryGroup extends GroupDraft {
  id: string
  version: number
  createdAt: Date
  updatedAt: Date
}

export interface GroupMember {
  id: string
  displayName: string | null
}

/** What to do with a group's members; ids that are no person of the directory are passed over (C17). */
export interface MemberChange {
  /** The whole list, or null to start from the present one. */
  replace: readonly string[] | null
  add: readonly string[]
  remove: readonly string[]
}

/** The address by which a person is known: the primary one, else the work one, else the only one, else the userName. */
export function knownAddress(draft: PersonDraft): { address: string; key: AddressKey } | null {
  const candidates = [
    draft.emails.filter((email) => email.isPrimary),
    draft.emails.filter((email) => email.type?.toLowerCase() === 'work'),
    draft.emails,
    [{ value: draft.userName }],
  ]
  const first = candidates.find((emails) => emails.length > 0)
  const chosen = first?.length === 1 ? first[0]?.value : undefined
  const key = addressKey(chosen)
  return key === null || chosen === undefined ? null : { address: chosen.trim(), key }
}
