// `Prefer: respond-async`: a request is kept and answered 202, done later by the same handlers, and answered by event (RFC 9967 §2.5.1).
import type { Request, Response } from 'express'
import { acceptAsyncRequest } from '../actions/accept-async-request.ts'
import { DONE_ALREADY } from '../actions/announce-resource.ts'
import { readAsyncRequest } from '../actions/read-async-request.ts'
import type { World } from '../actions/world.ts'
import type { AsyncRequestParcel, PerformedOperation } from '../domain/parcel.ts'
import { AppError } from '../kernel/errors.ts'
import { bulkOutcomes, type Outcome } from './bulk.ts'
import { failureOf } from './errors.ts'
import { type Answer, type Conditions, type Exchange, send } from './exchange.ts'
import { newNotes } from './notes.ts'
import type { Opened } from './opening.ts'
import { operate } from './operate.ts'
import { dialects, entry, isObject } from './quirks.ts'
import type { Catalogue, ResourceType } from './schemas.ts'

/** How long the operations of a kept bulk request are begun: nobody waits for it. Less than the lease of whoever does it. */
const BULK_MS = 120_000
const ERROR_URN = 'urn:ietf:params:scim:api:messages:2.0:Error'

/** What is kept of a request. */
interface Kept {
  method: string
  /** Null for a bulk request. */
  target: { type: string; id: string | null } | null
  query: Record<string, unknown>
  body: unknown
  conditions: Conditions
}

/**
 * Keeps a request that prefers to be answered by event, where its directory has a stream that can tell; null for every other request, and
 * for one that can be refused at once.
 */
export async function promiseAnswer(exchange: Exchange, req: Request): Promise<Answer | null> {
  const { world, directory, base, query, body, conditions } = exchange
  if (!directory.announces || !prefersAsync(req.headers.prefer)) return null
  if (req.method !== 'DELETE' && !isObject(body)) return null
  const target = targetOf(exchange.catalogue, req)
  if (target === undefined) return null
  const kept: Kept = { method: req.method, target, query: { ...query }, body, conditions }
  const txn = await acceptAsyncRequest(world, directory, kept)
  const headers = {
    'Set-Txn': txn,
    'Preference-Applied': 'respond-async',
    Location: `${base}/async-requests/${txn}`,
  }
  return { status: 202, body: null, headers }
}

/** Whether the Prefer header asks for it (RFC 7240 §2, §4.1). */
export function prefersAsync(header: string | string[] | undefined): boolean {
  const text = Array.isArray(header) ? header.join(',') : (header ?? '')
  const preferences = text.match(/(?:"(?:[^"\\]|\\.)*"|[^,"])+/g) ?? []
  return preferences.some((one) => /^\s*respond-async\s*(?:=\s*""\s*)?(?:;|$)/i.test(one))
}

/** What the address means: a bulk request (null), resources of a type, or one of them; undefined for anything else. */
function targetOf({ types }: Catalogue, { method, path, params }: Request): Kept['target'] | undefined {
  const bare = path.replace(/\/$/, '').toLowerCase()
  if (bare === '/bulk') return method === 'POST' ? null : undefined
  const type = types.find(({ endpoint }) => {
    const prefix = endpoint.toLowerCase()
    return bare === prefix || bare.startsWith(`${prefix}/`)
  })
  if (type === undefined) return undefined
  const id = bare === type.endpoint.toLowerCase() ? null : String(params.id ?? '')
  if (id === '' || (id === null) !== (method === 'POST')) return undefined
  return ['POST', 'PUT', 'PATCH', 'DELETE'].includes(method) ? { type: type.name, id } : undefined
}

/** GET of a kept request: 202 while it waits, then the token that answers it, or all of them for a bulk request. */
export async function showAsyncRequest(world: World, req: Request, res: Response): Promise<void> {
  const { directory } = res.locals.scim as Opened
  const sets = await readAsyncRequest(world, directory, String(req.params.id))
  if (sets === null) {
    send(res, { status: 202, body: null, headers: { 'Retry-After': '1' } })
    return
  }
  const [token, ...more] = Object.values(sets)
  const single = token !== undefined && more.length === 0
  const text = Buffer.from(single ? token : JSON.stringify({ sets, moreAvailable: false }), 'utf8')
  res.statusCode = 200
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Content-Type', single ? 'application/secevent+jwt' : 'application/json')
  res.setHeader('Content-Length', text.length)
  res.end(text)
}

/** Does kept requests by the handlers of this door. */
export function performerOf(world: World, catalogue: Catalogue): NonNullable<World['performRequest']> {
  return async (parcel, isLast) => {
    const kept = parcel.request as Kept
    const exchange = exchangeOf(world, catalogue, parcel, kept)
    try {
      if (parcel.directory.status === 'disconnected')
        throw new AppError('forbidden', 'directory_disconnected', 'The directory was disconnected meanwhile.')
      if (kept.target === null) return await performBulk(exchange, kept, isLast)
      return [await performOne(exchange, kept, kept.target)]
    } catch (thrown) {
      const { error, status, body } = failureOf(world, thrown)
      if (error.code === DONE_ALREADY) return null
      // A fault of ours may pass; what the request itself did wrong does not.
      if (status >= 500 && status !== 501 && !isLast) throw thrown
      const uri = addressOf(catalogue, kept)
      const response = { method: kept.method, status: String(status), response: body }
      return [{ place: null, subject: { format: 'scim', uri }, response }]
    }
  }
}

function exchangeOf(
  world: World,
  catalogue: Catalogue,
  { id, attempts, directory, progress }: AsyncRequestParcel,
  { query, body, conditions }: Kept,
): Exchange {
  return {
    world,
    catalogue,
    // Whether anybody listens is asked when there is something to tell.
    directory: { ...directory, announces: true },
    dialect: dialects[directory.preset],
    base: `${world.publicUrl}/scim/v2/${directory.id}`,
    query,
    body,
    conditions,
    notes: newNotes(),
    txn: id,
    promise: { requestId: id, attempt: attempts, progress },
  }
}

async function performOne(
  exchange: Exchange,
  kept: Kept,
  target: NonNullable<Kept['target']>,
): Promise<PerformedOperation> {
  const type = typeNamed(exchange.catalogue, target.type)
  const answer = await operate(exchange, kept.method, { type, id: target.id })
  const { headers = {}, status, body } = answer
  const location = headers.Location ?? headers['Content-Location']
  const uri = location?.slice(exchange.base.length) ?? addressOf(exchange.catalogue, kept)
  const externalId =
    isObject(body) && typeof body.externalId === 'string' ? { externalId: body.externalId } : {}
  return {
    place: null,
    subject: { format: 'scim', uri, ...externalId },
    response: {
      method: kept.method,
      ...(headers.ETag === undefined ? {} : { version: headers.ETag }),
      status: String(status),
      location: location ?? `${exchange.base}${uri}`,
    },
  }
}

/** One answer for each operation that was asked for (RFC 9967 §2.5.1.2). */
async function performBulk(
  exchange: Exchange,
  kept: Kept,
  isLast: boolean,
): Promise<PerformedOperation[] | null> {
  const outcomes = await bulkOutcomes(exchange, BULK_MS)
  const failed = (status: string) => outcomes.some((one) => one?.status === status)
  if (failed('500') && !isLast) throw new Error('an operation of a kept bulk request failed')
  const asked = entry(kept.body as Record<string, unknown>, 'operations') as unknown[]
  return outcomes.map((outcome, place) => {
    const told = outcome ?? leftAlone(asked[place])
    const uri = told.location?.slice(exchange.base.length) ?? pathOf(asked[place])
    return { place, subject: { format: 'scim', uri }, response: { ...told } }
  })
}

function leftAlone(operation: unknown): Outcome {
  const { method = 'POST', bulkId } = isObject(operation) ? operation : {}
  const detail = 'Not begun: as many operations had failed as failOnErrors allows.'
  return {
    method: String(method).toUpperCase(),
    ...(typeof bulkId === 'string' ? { bulkId } : {}),
    status: '424',
    response: { schemas: [ERROR_URN], status: '424', detail },
  }
}

function pathOf(operation: unknown): string {
  const path = isObject(operation) && typeof operation.path === 'string' ? operation.path : ''
  return `/${path.replace(/^\//, '').replace(/[?#].*$/, '')}`
}

function addressOf(catalogue: Catalogue, { target }: Kept): string {
  if (target === null) return '/Bulk'
  const { endpoint } = typeNamed(catalogue, target.type)
  return target.id === null ? endpoint : `${endpoint}/${target.id}`
}

function typeNamed({ types }: Catalogue, name: string): ResourceType {
  const type = types.find((one) => one.name === name)
  if (type === undefined) throw new Error(`the resource type ${name} is declared no longer`)
  return type
}
