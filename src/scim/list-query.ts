// The parameters of a list: which resources, in which order, and which page of them (RFC 7644 §3.4.2, RFC 9865 §2).
import type { Criteria, Order } from '../domain/criteria.ts'
import { AppError } from '../kernel/errors.ts'
import type { Exchange } from './exchange.ts'
import { readFilter } from './filter.ts'
import { searchedBy } from './filter-fields.ts'
import { resolvePath } from './paths.ts'
import type { ResourceType } from './schemas.ts'
import { invalidValue } from './values.ts'

export const MAX_PAGE = 1000
export const DEFAULT_PAGE = 100

type Query = Readonly<Record<string, unknown>>

export interface ListQuery {
  readonly filter: string | null
  readonly sortBy: string | null
  readonly descending: boolean
  /** Counted from 1. */
  readonly startIndex: number
  /** Resources on the page at most. */
  readonly limit: number
  /** Null for numbered pages, empty for the first page that leads to others by cursors. */
  readonly cursor: string | null
}

/** AppError 400 `invalidValue` or `invalidCount` that names the parameter. */
export function readListQuery(query: Query): ListQuery {
  const cursor = cursorOf(query)
  const order = (text(query, 'sortOrder') ?? 'ascending').toLowerCase()
  if (order !== 'ascending' && order !== 'descending')
    throw invalidValue('sortOrder', 'must be ascending or descending')
  const startIndex = Math.max(1, integer(query, 'startIndex') ?? 1)
  if (cursor !== null && startIndex !== 1)
    throw invalidValue('startIndex', 'numbers pages, and cursor leads through them: send one of the two')
  const count = cursor === null ? integer(query, 'count') : countByCursor(query)
  return {
    filter: text(query, 'filter'),
    sortBy: text(query, 'sortBy'),
    descending: order === 'descending',
    startIndex,
    limit: Math.min(MAX_PAGE, Math.max(0, count ?? DEFAULT_PAGE)),
    cursor,
  }
}

/** The condition of a filter on one of the types that are searched together; AppError 400 `invalidFilter`. */
export function readCriteria(
  { base }: Exchange,
  type: ResourceType,
  among: readonly ResourceType[],
  filter: string,
): Criteria {
  return readFilter({ type, base, among }, filter)
}

/** The order of one of the types; null is the order of their making. AppError 400 `invalidPath`. */
export function readOrder(
  { base }: Exchange,
  type: ResourceType,
  among: readonly ResourceType[],
  { sortBy, descending }: ListQuery,
): Order | null {
  if (sortBy === null) return null
  const path = resolvePath(type, sortBy)
  if (!path?.attribute) {
    // What another type is sorted by, this one has not: all of it stands as it was made.
    if (among.some((other) => resolvePath(other, sortBy)?.attribute)) return null
    throw invalidPath(`${among.map(({ name }) => name).join(' or ')} has no attribute ${sortBy}`)
  }
  const searched = searchedBy({ type, base, among }, path)
  if (searched?.shown.kind === 'texts' && searched.list === null) return null
  const isKeptApart =
    searched?.list?.length === 1 && ['groups', 'members'].includes(searched.list[0] as string)
  if (searched?.shown.kind !== 'field' || searched.shown.field.kind === 'object' || isKeptApart)
    throw invalidPath(`${sortBy} has no order: name an attribute that is neither complex nor secret`)
  return { field: searched.shown.field, list: searched.list, descending }
}

function cursorOf({ cursor }: Query): string | null {
  if (cursor === undefined || cursor === null) return null
  if (typeof cursor === 'string') return cursor
  throw new AppError(
    'invalid',
    'invalidCursor',
    'cursor must be given once, as a text; empty for the first page.',
  )
}

function countByCursor(query: Query): number | null {
  const { count } = query
  if (count === undefined || count === null || count === '') return null
  if (/^\d{1,15}$/.test(String(count))) return Number(count)
  throw new AppError(
    'invalid',
    'invalidCount',
    `count must be an integer from 1 to ${MAX_PAGE}, or 0 for the total alone.`,
  )
}

function integer(query: Query, name: string): number | null {
  const value = query[name]
  if (value === undefined || value === null || value === '') return null
  const number =
    typeof value === 'number' ? value : /^[+-]?\d{1,15}$/.test(String(value)) ? Number(value) : Number.NaN
  if (!Number.isSafeInteger(number)) throw invalidValue(name, 'must be an integer')
  return number
}

function text(query: Query, name: string): string | null {
  const value = query[name]
  if (value === undefined || value === null || value === '') return null
  if (typeof value !== 'string') throw invalidValue(name, 'must be given once, as a text')
  return value
}

function invalidPath(why: string): AppError {
  return new AppError('invalid', 'invalidPath', `sortBy: ${why}.`)
}
