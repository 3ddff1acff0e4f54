// Lists: a query as a page of one resource type or of several one after another, and the ListResponse (RFC 7644 §3.4.2, RFC 9865).
import { always, beginning, type Criteria, never, type Order, type Place } from '../domain/criteria.ts'
import { type CursorPlace, readCursor, writeCursor } from './cursor.ts'
import { type Answer, type Exchange, projectionOf } from './exchange.ts'
import type { Found, Handlers } from './handlers.ts'
import { type ListQuery, readCriteria, readListQuery, readOrder } from './list-query.ts'
import type { Resource } from './projection.ts'
import type { ResourceType } from './schemas.ts'

const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

/** A resource type and what can be done with it. */
export interface Listed {
  readonly type: ResourceType
  readonly handlers: Handlers
}

/**
 * A page of resources of the given types, one type after another, each sorted in itself: `query` holds a GET's parameters or the same words
 * of a `/.search` body (RFC 7644 §3.4.3). With `cursor` the page says where the next one is, else the resources are numbered.
 */
export async function list(
  exchange: Exchange,
  types: readonly Listed[],
  query: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const asked = readListQuery(query)
  const all = types.map(({ type }) => type)
  const parts = types.map(
    (listed): Part => ({
      ...listed,
      criteria: asked.filter === null ? always : readCriteria(exchange, listed.type, all, asked.filter),
      order: readOrder(exchange, listed.type, all, asked),
      query,
    }),
  )
  const body =
    asked.cursor === null
      ? await numbered(exchange, parts, asked)
      : await byCursor(exchange, parts, asked, asked.cursor)
  return { status: 200, body }
}

/** A ListResponse; `Resources` is there even when it is empty, for clients that iterate over it. */
export function listResponse(resources: readonly Resource[], total: number, startIndex: number): Resource {
  return {
    schemas: [LIST_URN],
    totalResults: total,
    startIndex,
    itemsPerPage: resources.length,
    Resources: resources,
  }
}

interface Part extends Listed {
  readonly criteria: Criteria
  readonly order: Order | null
  readonly query: Readonly<Record<string, unknown>>
}

const nothing: Found = { resources: [], total: 0, next: null, previous: null }

function read(
  exchange: Exchange,
  { type, handlers, criteria, order, query }: Part,
  place: Place,
  limit: number,
  total: number | null,
): Promise<Found> | Found {
  if (criteria === never || (limit === 0 && total !== null)) return nothing
  const page = { criteria: criteria === always ? null : criteria, order, place, limit, total }
  return handlers.find(exchange, type, page, projectionOf(type, query))
}

async function numbered(
  exchange: Exchange,
  parts: readonly Part[],
  { startIndex, limit }: ListQuery,
): Promise<Resource> {
  const resources: Resource[] = []
  let total = 0
  for (const part of parts) {
    const offset = Math.max(0, startIndex - 1 - total)
    const found = await read(exchange, part, { kind: 'offset', offset }, limit - resources.length, null)
    resources.push(...found.resources)
    total += found.total
  }
  return listResponse(resources, total, startIndex)
}

async function byCursor(
  exchange: Exchange,
  parts: readonly Part[],
  { limit, filter, sortBy, descending }: ListQuery,
  cursor: string,
): Promise<Resource> {
  const { world, directory } = exchange
  const address = parts.length === 1 ? parts[0]?.type.endpoint : '/'
  const query = JSON.stringify([directory.id, address, filter, sortBy, descending])
  const first: CursorPlace = { type: 0, place: beginning, total: null }
  const from = cursor === '' ? first : readCursor(world, query, cursor)
  const known = from.total ?? (parts.length === 1 ? null : await countAll(exchange, parts))
  const { resources, next, previous, total } = await readFrom(exchange, parts, from, limit, known)
  // Counting is cheap for all resources of a type; what costs a look at each of them is done once for all pages.
  const kept = parts.length === 1 && filter === null ? null : total
  const write = (at: { type: number; place: Place } | null, name: string) =>
    at === null || limit === 0 ? {} : { [name]: writeCursor(world, query, { ...at, total: kept }) }
  return {
    schemas: [LIST_URN],
    totalResults: total,
    itemsPerPage: resources.length,
    ...write(previous, 'previousCursor'),
    ...write(next, 'nextCursor'),
    Resources: resources,
  }
}

interface TypedPlace {
  readonly type: number
  readonly place: Place
}

interface Stretch {
  readonly resources: Resource[]
  readonly total: number
  readonly next: TypedPlace | null
  readonly previous: TypedPlace | null
}

/** The page from a place on, over the types that follow. */
async function readFrom(
  exchange: Exchange,
  parts: readonly Part[],
  from: CursorPlace,
  limit: number,
  known: number | null,
): Promise<Stretch> {
  const resources: Resource[] = []
  const stretch: Stretch = { resources, total: known ?? 0, next: null, previous: null }
  for (const [type, part] of parts.entries()) {
    if (type < from.type) continue
    const place = type === from.type ? from.place : beginning
    const rest = limit - resources.length
    if (rest === 0 && limit > 0) {
      // The page is full: whether anything follows tells whether a cursor leads on.
      const { resources: more } = await read(exchange, part, place, 1, known)
      if (more.length > 0) return { ...stretch, next: { type, place } }
      continue
    }
    const found = await read(exchange, part, place, rest, known)
    resources.push(...found.resources)
    // Backwards from one type into the one before leads no cursor: RFC 9865 §2 leaves that to the service.
    if (parts.length === 1) return { ...stretch, total: found.total, ...typed(found) }
    if (found.next) return { ...stretch, next: { type, place: found.next } }
  }
  return stretch
}

function typed({ next, previous }: Found): Pick<Stretch, 'next' | 'previous'> {
  return { next: next && { type: 0, place: next }, previous: previous && { type: 0, place: previous } }
}

async function countAll(exchange: Exchange, parts: readonly Part[]): Promise<number> {
  let total = 0
  for (const part of parts) total += (await read(exchange, part, beginning, 0, null)).total
  return total
}
