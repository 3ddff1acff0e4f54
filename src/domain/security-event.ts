// Security events: what the receivers of a directory's streams are told of its resources (RFC 9967), as plain data.
import { isDeepStrictEqual } from 'node:util'

const PREFIX = 'urn:ietf:params:scim:event'
export const FEED_ADD = `${PREFIX}:feed:add`
export const FEED_REMOVE = `${PREFIX}:feed:remove`
export const ASYNC_RESPONSE = `${PREFIX}:misc:asyncresp`
const PATCH_MESSAGE = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** `notice` names the attributes that changed, `full` carries their values. */
export type EventContent = 'notice' | 'full'

/** Every event that a stream can carry; ServiceProviderConfig tells of them (RFC 9967 §4). */
export const eventUris: readonly string[] = [
  FEED_ADD,
  FEED_REMOVE,
  ...['create', 'patch', 'put'].flatMap((name) => [
    `${PREFIX}:prov:${name}:notice`,
    `${PREFIX}:prov:${name}:full`,
  ]),
  ...['delete', 'activate', 'deactivate'].map((name) => `${PREFIX}:prov:${name}`),
  ASYNC_RESPONSE,
]

/** The events that a stream of this content may ask for. */
export function offeredEvents(content: EventContent): string[] {
  const other = content === 'full' ? ':notice' : ':full'
  return eventUris.filter((uri) => !uri.endsWith(other))
}

/** Whom an event is about, by the resource's address under the directory's base (RFC 9967 §2.1). */
export interface EventSubject {
  format: 'scim'
  uri: string
  externalId?: string
}

/** The events of one token: their names with what each says. */
export type EventPayloads = Record<string, Record<string, unknown>>

/** A resource as its directory is shown it. */
export type ShownResource = Readonly<Record<string, unknown>>

/** The people who came into a group and who left it, by id. */
export interface MovedMembers {
  added: readonly string[]
  removed: readonly string[]
}

/** What one request did to one resource. */
export interface ResourceChange {
  cause: 'create' | 'put' | 'patch' | 'delete'
  /** Null where it was not there. */
  before: ShownResource | null
  /** Null where it is there no longer. */
  after: ShownResource | null
  members: MovedMembers | null
  /** The entity tag that it has now. */
  version: string | null
}

/** Longer values are not carried: the receiver is told their names and may read them. In characters of JSON. */
const MOST_DATA = 65_536

/** The events of a change in the words of a stream; none where nothing really changed (RFC 9967 §2.4). */
export function eventsOf(change: ResourceChange, content: EventContent): EventPayloads {
  const { cause, before, after } = change
  if (cause === 'delete') return { [`${PREFIX}:prov:delete`]: {} }
  if (after === null) return {}
  const attributes =
    cause === 'create'
      ? Object.keys(after).filter((name) => name !== 'schemas' && name !== 'meta')
      : changedPaths(before ?? {}, after)
  const moved = hasMoved(change.members)
  if (moved && !attributes.includes('members')) attributes.push('members')
  if (attributes.length === 0) return {}
  const version = change.version === null ? {} : { version: change.version }
  const full = content === 'full' ? fullEvent(change, after, version) : null
  return {
    ...(full ?? { [`${PREFIX}:prov:${cause}:notice`]: { attributes, ...version } }),
    ...activity(cause, before, after),
  }
}

/** A full event, or null where it would be too large. A group's list is told by what moved in it, never as a whole. */
function fullEvent(
  { cause, before, members }: ResourceChange,
  after: ShownResource,
  version: { version?: string },
): EventPayloads | null {
  const asPatch = cause === 'patch' || (cause === 'put' && hasMoved(members))
  const data = asPatch
    ? { schemas: [PATCH_MESSAGE], Operations: operationsOf(before ?? {}, after, members) }
    : hasMoved(members)
      ? { ...after, members: members?.added.map((value) => ({ value })) }
      : after
  if (JSON.stringify(data).length > MOST_DATA) return null
  return { [`${PREFIX}:prov:${asPatch ? 'patch' : cause}:full`]: { data, ...version } }
}

/** Beside the change itself: that the person may, or may no longer, come in (RFC 9967 §2.4.5, §2.4.6). */
function activity(
  cause: ResourceChange['cause'],
  before: ShownResource | null,
  after: ShownResource,
): EventPayloads {
  if (cause === 'create' || before === null || before.active === after.active) return {}
  return { [`${PREFIX}:prov:${after.active === false ? 'deactivate' : 'activate'}`]: {} }
}

/** Those of the events that a stream asked for; which of notice and full it gets is not asked here. */
export function wantedEvents(events: EventPayloads, wanted: readonly string[]): EventPayloads {
  const names = new Set(wanted.map(plainName))
  return Object.fromEntries(Object.entries(events).filter(([uri]) => names.has(plainName(uri))))
}

function plainName(uri: string): string {
  return uri.replace(/:(notice|full)$/, '')
}

/** What is ours to write, or another resource's to say. */
const DERIVED = new Set(['schemas', 'id', 'meta', 'groups'])

/** The paths (RFC 7644 §3.5.2) at which two states differ: `name.familyName`, `emails`, `urn:…:User:department`. */
export function changedPaths(before: ShownResource, after: ShownResource): string[] {
  return differences(before, after).map(({ path }) => path)
}

interface Difference {
  path: string
  was: unknown
  is: unknown
}

function differences(before: ShownResource, after: ShownResource): Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((name) => !DERIVED.has(name))
    .flatMap((name) => {
      const [was, is] = [before[name], after[name]]
      if (isDeepStrictEqual(was, is)) return []
      const isExtension = name.startsWith('urn:')
      if (isExtension) return inside(name, ':', objectOf(was) ?? {}, objectOf(is) ?? {})
      const [held, next] = [objectOf(was), objectOf(is)]
      return held && next ? inside(name, '.', held, next) : [{ path: name, was, is }]
    })
}

function inside(name: string, mark: string, before: ShownResource, after: ShownResource): Difference[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)])
  return [...names]
    .filter((inner) => !isDeepStrictEqual(before[inner], after[inner]))
    .map((inner) => ({ path: `${name}${mark}${inner}`, was: before[inner], is: after[inner] }))
}

/** The PATCH that makes the one state of the other, whatever the client wrote (RFC 9967 §2.2 `data`). */
function operationsOf(before: ShownResource, after: ShownResource, members: MovedMembers | null) {
  const operations: Record<string, unknown>[] = differences(before, after).map(({ path, was, is }) =>
    is === undefined
      ? { op: 'remove', path }
      : { op: was === undefined ? 'add' : 'replace', path, value: is },
  )
  for (const id of members?.removed ?? [])
    operations.push({ op: 'remove', path: `members[value eq "${id}"]` })
  const added = members?.added ?? []
  if (added.length > 0)
    operations.push({ op: 'add', path: 'members', value: added.map((value) => ({ value })) })
  return operations
}

function hasMoved(members: MovedMembers | null): boolean {
  return members !== null && members.added.length + members.removed.length > 0
}

function objectOf(value: unknown): ShownResource | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as ShownResource)
    : null
}

/** What can be announced: a stored resource of any type. */
export interface AnnouncedResource {
  id: string
  externalId: string | null
  version: number
}

/** By what a deed announces what it does; made by the door for each request, only where the directory has a stream. */
export interface Announcer {
  /** One for all that one request does (RFC 9967 §2.2). */
  txn: string
  cause: ResourceChange['cause']
  /** Where the resource type lives, as `/Users`. */
  endpoint: string
  /** The stored resource as its directory is shown it. */
  show(resource: AnnouncedResource): ShownResource
  tagOf(version: number): string
  /** The request that was promised an answer by event, and which of its operations this is; null for one that is waited for. */
  promised: { requestId: string; attempt: number; step: string } | null
}

/** The subject of an event about a resource. */
export function subjectOf(
  endpoint: string,
  resource: Pick<AnnouncedResource, 'id' | 'externalId'>,
): EventSubject {
  const { id, externalId } = resource
  return { format: 'scim', uri: `${endpoint}/${id}`, ...(externalId === null ? {} : { externalId }) }
}
