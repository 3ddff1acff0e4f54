// Lists: the query of a GET or the body of a `/.search` as a page, and the ListResponse (RFC 7644 §3.4.2).
import type { Order, Page } from '../domain/criteria.ts'
import { AppError } from '../kernel/errors.ts'
import { type Answer, type Exchange, projectionOf } from './exchange.ts'
import { fieldOf, readFilter } from './filter.ts'
import type { Handlers } from './handlers.ts'
import { resolvePath } from './paths.ts'
import type { Resource } from './projection.ts'
import type { ResourceType } from './schemas.ts'
import { invalidValue } from './values.ts'

export const MAX_PAGE = 1000
const DEFAULT_PAGE = 100
const LIST_URN = 'urn:ietf:params:scim:api:messages:2.0:ListResponse'

/** A page of one resource type: `query` holds a GET's parameters or the same words of a `/.search` body (RFC 7644 §3.4.3). */
export async function list(
  exchange: Exchange,
  handlers: Handlers,
  type: ResourceType,
  query: Readonly<Record<string, unknown>>,
): Promise<Answer> {
  const { page, startIndex } = readListQuery(type, query)
  const { resources, total } = await handlers.find(exchange, type, page, projectionOf(type, query))
  return { status: 200, body: listResponse(resources, total, startIndex) }
}

interface ListQuery {
  readonly page: Page
  readonly startIndex: number
}

/** Reads startIndex, count, filter, sortBy and sortOrder; AppError 400 `invalidValue`, `invalidFilter` or `invalidPath`. */
function readListQuery(type: ResourceType, query: Readonly<Record<string, unknown>>): ListQuery {
  const startIndex = Math.max(1, integer(query, 'startIndex') ?? 1)
  const limit = Math.min(MAX_PAGE, Math.max(0, integer(query, 'count') ?? DEFAULT_PAGE))
  const filter = text(query, 'filter')
  return {
    startIndex,
    page: {
      criteria: filter === null ? null : readFilter(type, filter),
      order: readOrder(type, query),
      offset: startIndex - 1,
      limit,
    },
  }
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

function readOrder(type: ResourceType, query: Readonly<Record<string, unknown>>): Order | null {
  const by = text(query, 'sortBy')
  if (by === null) return null
  const direction = (text(query, 'sortOrder') ?? 'ascending').toLowerCase()
  if (direction !== 'ascending' && direction !== 'descending') {
    throw invalidValue('sortOrder', 'must be ascending or descending')
  }
  const path = resolvePath(type, by)
  if (!path?.attribute)
    throw new AppError('invalid', 'invalidPath', `sortBy: ${type.name} has no attribute ${by}.`)
  const { list, field } = fieldOf(path)
  if (field.kind === 'object' || (list !== null && (by.startsWith('groups') || by.startsWith('members')))) {
    throw new AppError('invalid', 'invalidPath', `sortBy: ${by} has no order.`)
  }
  return { field, list, descending: direction === 'descending' }
}

function integer(query: Readonly<Record<string, unknown>>, name: string): number | null {
  const value = query[name]
  if (value === undefined || value === '') return null
  const number =
    typeof value === 'number' ? value : /^[+-]?\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number)) throw invalidValue(name, 'must be an integer')
  return number
}

function text(query: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = query[name]
  if (value === undefined || value === '') return null
  if (typeof value !== 'string') throw invalidValue(name, 'must be given once, as a text')
  return value
}
