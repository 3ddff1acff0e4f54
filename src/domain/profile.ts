// Profiles: what a provider says of a person once its protocol is taken off.
import type { AddressKey } from './address.ts'

/** Who a Connection says this is, byte-exact with Format and qualifiers (SAML Core §2.2.2; T-18). Absent qualifiers are empty. */
export interface Subject {
  nameId: string
  format: string
  nameQualifier: string
  spNameQualifier: string
}

export interface Profile {
  subject: Subject
  /** The address as sent and its key; both null where none or several were asserted. */
  address: string | null
  emailKey: AddressKey | null
  /** Every value of the mapped attribute, for the log. */
  emails: string[]
  firstName: string | null
  lastName: string | null
  displayName: string | null
  /** Group values exactly as asserted; null where the attribute was absent, which clears nothing (B17). */
  groups: string[] | null
  /** What the Connection compares with the directory record: the declared attribute, else the NameID. */
  directoryKey: string | null
  /** Every attribute by name, for the sign-in log. */
  raw: Record<string, string[]>
}

/** One text for a subject, for comparison and storage keys. */
export function subjectText(subject: Subject): string {
  return JSON.stringify([subject.nameId, subject.format, subject.nameQualifier, subject.spNameQualifier])
}
