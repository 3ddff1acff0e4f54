// One request of a directory and its answer: who asks, in which dialect, and the SCIM manners of HTTP.
import type { Request, Response } from 'express'
import type { DirectoryScope } from '../actions/authenticate-directory.ts'
import type { World } from '../actions/world.ts'
import { AppError } from '../kernel/errors.ts'
import type { Notes } from './notes.ts'
import type { Projection, Resource } from './projection.ts'
import { readProjection } from './projection.ts'
import type { Dialect } from './quirks.ts'
import { versionTag } from './resource.ts'
import type { Catalogue, ResourceType } from './schemas.ts'

export interface Exchange {
  readonly world: World
  readonly catalogue: Catalogue
  readonly directory: DirectoryScope
  readonly dialect: Dialect
  /** The directory's base address, without a slash at its end. */
  readonly base: string
  readonly query: Readonly<Record<string, unknown>>
  /** Null where no body came. */
  readonly body: unknown
  readonly conditions: Conditions
  /** What the request's line in the log will say beside the answer. */
  readonly notes: Notes
  /** The request's one name in events, where it has got one before it is done (RFC 9967 §2.2). */
  readonly txn?: string
  /** Which operation of a bulk request this is, by its place. */
  readonly step?: string
  /** Set while a request is done that was promised an answer by event, with what earlier attempts did of it. */
  readonly promise?: {
    readonly requestId: string
    readonly attempt: number
    readonly progress: Readonly<Record<string, { uri: string; version: string | null }>>
  }
}

/** Which version of a resource the client has seen, as it wrote it: entity tags or `*` (RFC 7644 §3.14); null where it said nothing. */
export interface Conditions {
  readonly ifMatch: string | null
  readonly ifNoneMatch: string | null
}

/** The conditions in a request's headers. */
export function readConditions({ headers }: Request): Conditions {
  return { ifMatch: headers['if-match'] ?? null, ifNoneMatch: headers['if-none-match'] ?? null }
}

/** What a handler answers; the body is sent as `application/scim+json`, null without one. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}

/** The answer that shows one resource, with its entity tag and, where it was made, its address. */
export function showResource(
  status: 200 | 201,
  resource: Resource,
  version: number,
  location: string,
): Answer {
  const headers: Record<string, string> = { ETag: versionTag(version) }
  if (status === 201) headers.Location = location
  else headers['Content-Location'] = location
  return { status, body: resource, headers }
}

export const noContent: Answer = { status: 204, body: null }

/** The answer to a client that holds this version already (RFC 7644 §3.14). */
export function notModified(version: number): Answer {
  return { status: 304, body: null, headers: { ETag: versionTag(version) } }
}

/** The projection that the query asks for, and for the answer to a write its body. */
export function projectionOf(
  type: ResourceType,
  query: Readonly<Record<string, unknown>>,
  body: unknown = null,
): Projection {
  return readProjection(type, query.attributes, query.excludedAttributes, body)
}

/** Sends an answer; the text stays in `res.locals` for the request log. */
export function send(res: Response, answer: Answer): void {
  res.statusCode = answer.status
  for (const [name, value] of Object.entries(answer.headers ?? {})) res.setHeader(name, value)
  res.setHeader('Cache-Control', 'no-store')
  if (answer.body === null) {
    res.end()
    return
  }
  // Express would add a charset, which the media type does not have (RFC 7644 §3.1).
  const text = Buffer.from(JSON.stringify(answer.body), 'utf8')
  res.locals.scimAnswer = text
  res.setHeader('Content-Type', 'application/scim+json')
  res.setHeader('Content-Length', text.length)
  res.end(text)
}

/** Refuses a change of a version that the client has not seen, or has and does not want changed (412, RFC 7644 §3.14). */
export function checkIfMatch({ conditions: { ifMatch, ifNoneMatch } }: Exchange, version: number): void {
  if (ifNoneMatch !== null && matches(ifNoneMatch, version)) {
    throw new AppError(
      'precondition_failed',
      'precondition_failed',
      'If-None-Match: the resource has this version.',
    )
  }
  if (ifMatch === null || matches(ifMatch, version)) return
  throw new AppError(
    'precondition_failed',
    'precondition_failed',
    'The resource has changed since it was read.',
  )
}

/** Whether a request sets a condition on the resource's version, so that its row must be read and locked first. */
export function isConditional({ conditions: { ifMatch, ifNoneMatch } }: Exchange): boolean {
  return ifMatch !== null || ifNoneMatch !== null
}

/** Whether the client holds this version already. */
export function isHeld({ conditions }: Exchange, version: number): boolean {
  return conditions.ifNoneMatch !== null && matches(conditions.ifNoneMatch, version)
}

/**
 * Tags are compared weakly, for ours are weak and RFC 7644 §3.14 has them in If-Match. A user's version does not move with its
 * `groups`: those are written at the group, and no change of members may touch the rows of people.
 */
function matches(header: string, version: number): boolean {
  return (
    header.trim() === '*' ||
    header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${version}"`)
  )
}
