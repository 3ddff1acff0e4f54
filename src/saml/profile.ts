// From a verified Assertion to the Profile that every door hands to the hall.
import { addressKey } from '../domain/address.ts'
import type { AttributeNames } from '../domain/connection.ts'
import type { Profile } from '../domain/profile.ts'
import type { NameId, VerifiedAssertion } from './assertion.ts'
import { FORMAT_EMAIL } from './names.ts'

/** Bounds of what the sign-in log keeps of a person's attributes; the decision reads the mapped ones whole. */
const RAW = { names: 100, values: 50, characters: 500 }
const LONGEST_GROUP = 1024

/**
 * The Profile of an Assertion that has passed its checks (so that it has a NameID). Attributes are matched by their exact Name, never
 * by FriendlyName. The e-mail key: the one value of the mapped attribute, else a NameID of Format emailAddress; several values are none.
 */
export function toProfile(assertion: VerifiedAssertion, nameId: NameId, names: AttributeNames): Profile {
  const valuesOf = (name: string | undefined): string[] | null => {
    if (name === undefined || name === '') return null
    return assertion.attributes.find((one) => one.name === name)?.values ?? null
  }
  const firstName = only(valuesOf(names.firstName))
  const lastName = only(valuesOf(names.lastName))
  const emails = valuesOf(names.email) ?? []
  const asserted = emails.length === 0 && nameId.format === FORMAT_EMAIL ? nameId.value : only(emails)
  const key = asserted === null ? null : addressKey(asserted)
  return {
    subject: {
      nameId: nameId.value,
      format: nameId.format,
      nameQualifier: nameId.nameQualifier,
      spNameQualifier: nameId.spNameQualifier,
    },
    address: key === null || asserted === null ? null : asserted.trim(),
    emailKey: key,
    emails: asserted !== null && emails.length === 0 ? [asserted] : emails,
    firstName,
    lastName,
    displayName: [firstName, lastName].filter((one) => one !== null).join(' ') || null,
    groups: groupsOf(valuesOf(names.groups)),
    directoryKey: names.directoryKey ? only(valuesOf(names.directoryKey)) : nameId.value,
    raw: rawOf(assertion),
  }
}

/** Exactly as asserted, each once; what is longer than any group's name is none. */
function groupsOf(values: string[] | null): string[] | null {
  return values === null ? null : [...new Set(values)].filter((one) => one.length <= LONGEST_GROUP)
}

function only(values: string[] | null): string | null {
  const [one, second] = new Set(values ?? [])
  return one === undefined || second !== undefined ? null : one
}

function rawOf(assertion: VerifiedAssertion): Record<string, string[]> {
  return Object.fromEntries(
    assertion.attributes
      .slice(0, RAW.names)
      .map(({ name, values }) => [
        name,
        values.slice(0, RAW.values).map((one) => one.slice(0, RAW.characters)),
      ]),
  )
}
