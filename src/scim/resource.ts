// Between what is stored and its SCIM resources, both ways.
import type { DeclaredResource, ResourceDraft } from '../domain/declared-resource.ts'
import type { DirectoryPerson, GroupDraft, GroupMember, PersonDraft } from '../domain/directory-person.ts'
import type { Projection, Resource } from './projection.ts'
import { isObject } from './quirks.ts'
import { uniqueValues } from './resource-values.ts'
import type { ResourceType } from './schemas.ts'
import type { Values } from './values.ts'

interface Stored {
  id: string
  version: number
  createdAt: Date
  updatedAt: Date
}

/** The weak entity tag of a resource's version (RFC 7644 §3.14). */
export function versionTag(version: number): string {
  return `W/"${version}"`
}

/** A person as a resource; `base` is the directory's base address. */
export function userResource(
  base: string,
  type: ResourceType,
  person: DirectoryPerson,
  projection: Projection,
): Resource {
  const groups = (person.groups ?? []).map((group) => ({
    value: group.id,
    $ref: `${base}/Groups/${group.id}`,
    display: group.displayName,
    type: 'direct',
  }))
  return projection.apply({
    schemas: schemasOf(type, person.attributes),
    id: person.id,
    ...(person.externalId === null ? {} : { externalId: person.externalId }),
    userName: person.userName,
    ...person.attributes,
    active: person.active,
    ...(groups.length === 0 ? {} : { groups }),
    meta: metaOf(base, type, person),
  })
}

/** A group as a resource; no members are shown where they were not read. */
export function groupResource(
  base: string,
  type: ResourceType,
  group: GroupDraft & Stored & { members: readonly GroupMember[] | null },
  projection: Projection,
): Resource {
  const members = (group.members ?? []).map((member) => ({
    value: member.id,
    $ref: `${base}/Users/${member.id}`,
    ...(member.displayName === null ? {} : { display: member.displayName }),
    type: 'User',
  }))
  return projection.apply({
    schemas: schemasOf(type, group.attributes),
    id: group.id,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    displayName: group.displayName,
    ...group.attributes,
    ...(members.length === 0 ? {} : { members }),
    meta: metaOf(base, type, group),
  })
}

/** A resource of a declared type; `base` is the directory's base address. */
export function declaredResource(
  base: string,
  type: ResourceType,
  stored: DeclaredResource,
  projection: Projection,
): Resource {
  return projection.apply({
    schemas: schemasOf(type, stored.attributes),
    id: stored.id,
    ...declaredValues(stored),
    meta: metaOf(base, type, stored),
  })
}

/** What PATCH works on: the writable attributes of a stored person. */
export function userValues(person: DirectoryPerson): Values {
  const { userName, externalId, active, attributes } = person
  return { userName, ...(externalId === null ? {} : { externalId }), active, ...attributes }
}

/** What PATCH works on: the writable attributes of a stored group, members apart. */
export function groupValues({ displayName, externalId, attributes }: GroupDraft): Values {
  return { displayName, ...(externalId === null ? {} : { externalId }), ...attributes }
}

/** What PATCH works on: the writable attributes of a resource of a declared type. */
export function declaredValues({ externalId, attributes }: DeclaredResource): Values {
  return { ...(externalId === null ? {} : { externalId }), ...attributes }
}

/** The draft that the values of a declared type say. */
export function declaredDraft(type: ResourceType, values: Values): ResourceDraft {
  const { externalId, ...attributes } = values
  return { externalId: textOf(externalId), attributes, unique: uniqueValues(type, values) }
}

/** The draft that a user's values say; `activeBefore` stands where they say nothing of `active`. */
export function userDraft(type: ResourceType, values: Values, activeBefore: boolean): PersonDraft {
  const { userName, externalId, active, ...attributes } = values
  const sentDisplayName = typeof values.displayName === 'string' ? values.displayName : null
  const emails = Array.isArray(values.emails) ? values.emails.filter(isObject) : []
  return {
    userName: String(userName),
    externalId: textOf(externalId),
    active: typeof active === 'boolean' ? active : activeBefore,
    displayName: textOf(sentDisplayName) ?? nameOf(values.name),
    sentDisplayName,
    emails: emails.flatMap((email) => {
      const value = textOf(email.value)
      return value === null ? [] : [{ value, type: textOf(email.type), isPrimary: email.primary === true }]
    }),
    attributes,
    unique: uniqueValues(type, values),
  }
}

/** The draft that a group's values say. */
export function groupDraft(type: ResourceType, values: Values): GroupDraft {
  const { displayName, externalId, members, ...attributes } = values
  const unique = uniqueValues(type, values)
  return { displayName: String(displayName), externalId: textOf(externalId), attributes, unique }
}

function nameOf(name: unknown): string | null {
  if (!isObject(name)) return null
  const parts = [textOf(name.givenName), textOf(name.familyName)].filter((part) => part !== null)
  return textOf(name.formatted) ?? (parts.length > 0 ? parts.join(' ') : null)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

function schemasOf(type: ResourceType, attributes: Readonly<Record<string, unknown>>): string[] {
  const extensions = type.extensions
    .map(({ schema }) => schema.id)
    .filter((id) => attributes[id] !== undefined)
  return [type.schema.id, ...extensions]
}

function metaOf(base: string, type: ResourceType, stored: Stored): Resource {
  return {
    resourceType: type.name,
    created: stored.createdAt.toISOString(),
    lastModified: stored.updatedAt.toISOString(),
    location: `${base}${type.endpoint}/${stored.id}`,
    version: versionTag(stored.version),
  }
}
