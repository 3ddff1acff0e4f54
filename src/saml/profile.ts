// From a verified Assertion to the Profile that every door hands to the hall.
import { type PresetName, presets } from '../config/presets.ts'
import { addressKey } from '../domain/address.ts'
import type { AttributeNames } from '../domain/connection.ts'
import type { Profile } from '../domain/profile.ts'
import type { NameId, VerifiedAssertion } from './assertion.ts'
import { FORMAT_EMAIL } from './names.ts'

/** Bounds of what the sign-in log keeps of a person's attributes; the decision reads the mapped ones whole. */
const RAW = { names: 100, values: 50, characters: 500 }
const LONGEST_GROUP = 1024

/** Where a Connection finds what it needs: the names that its administrators set, else those of its preset, the first that is carried. */
export interface AttributeSources {
  email: readonly string[]
  firstName: readonly string[]
  lastName: readonly string[]
  groups: readonly string[]
  directoryKey: string | null
}

/** The sources of a Connection; a name that was set alone counts, an unknown preset is the generic one. */
export function attributeSources(preset: string, set: AttributeNames): AttributeSources {
  const known = Object.hasOwn(presets, preset) ? presets[preset as PresetName] : presets.generic
  return {
    email: set.email ? [set.email] : known.email,
    firstName: set.firstName ? [set.firstName] : known.firstName,
    lastName: set.lastName ? [set.lastName] : known.lastName,
    groups: set.groups ? [set.groups] : known.groups,
    directoryKey: set.directoryKey || null,
  }
}

/**
 * The Profile of an Assertion that has passed its checks (so that it has a NameID). Attributes are matched by their exact Name, never
 * by FriendlyName. The e-mail key: the one value of the mapped attribute, else a NameID of Format emailAddress; several values are none.
 */
export function toProfile(assertion: VerifiedAssertion, nameId: NameId, sources: AttributeSources): Profile {
  const valuesOf = (names: readonly string[]): string[] | null => {
    const carried = names.map((name) => assertion.attributes.find((one) => one.name === name)?.values)
    return carried.find((values) => values !== undefined) ?? null
  }
  const firstName = only(valuesOf(sources.firstName))
  const lastName = only(valuesOf(sources.lastName))
  const mapped = valuesOf(sources.email) ?? []
  const emails = mapped.length === 0 && nameId.format === FORMAT_EMAIL ? [nameId.value] : mapped
  const asserted = only(emails)
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
    emails,
    firstName,
    lastName,
    displayName: [firstName, lastName].filter((one) => one !== null).join(' ') || null,
    groups: groupsOf(valuesOf(sources.groups)),
    directoryKey: sources.directoryKey === null ? nameId.value : only(valuesOf([sources.directoryKey])),
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
