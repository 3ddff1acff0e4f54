// Pages of things of one owner: by number from the beginning, or behind and before a thing that was seen; sorted, filtered, counted.
import { createHash } from 'node:crypto'
import {
  beginning,
  type Criteria,
  type Order,
  type Page,
  type Paged,
  type Place,
} from '../domain/criteria.ts'
import { criteriaSql, keyType, orderSql } from './criteria-sql.ts'
import type { Reader, Statement } from './database.ts'
import { countMarked, type MarksDue, markedCut } from './page-marks.ts'
import { ownerSql, type PageSource, rowsOf } from './page-source.ts'

/** A page, and the marks to set after it so that the next one is cheaper. */
export type StoredPage<T> = Paged<T> & { readonly due: MarksDue | null }

type Row<T> = T & { sortKey?: string | null; id: string }

/**
 * Reads a page of the things of `owner` (the values of the source's owner columns) and their exact number, counting only where the page
 * itself does not tell it. `select` lists the columns, the id among them as `id`.
 */
export async function findPage<T>(
  reader: Reader,
  source: PageSource,
  owner: readonly unknown[],
  select: string,
  page: Page,
): Promise<StoredPage<T>> {
  const rows = page.limit === 0 ? [] : await readRows<T>(reader, source, owner, select, page)
  const cut = cutOf(page, rows)
  const { total, due } = await totalOf(reader, source, owner, page, rows.length)
  return { ...cut, total, due }
}

/** The rows of the page in their order, and one more where there are more. */
async function readRows<T>(
  reader: Reader,
  source: PageSource,
  owner: readonly unknown[],
  select: string,
  page: Page,
): Promise<Row<T>[]> {
  const { place, order, limit } = page
  const rows: Row<T>[] = []
  for (const part of partsOf(place, order)) {
    const { text, values } = partSql(source, owner, select, page, part, limit + 1 - rows.length)
    rows.push(...(await reader.rows<Row<T>>(named(text, page.criteria), values)))
    if (rows.length > limit) break
  }
  return rows
}

/** A stretch of an order that one range of an index holds: things with a value to sort by, things without one, or all. */
interface Part {
  readonly keys: 'all' | 'some' | 'none'
  /** Whether the position bounds it; a stretch behind the position's own is read from its beginning. */
  readonly bounded: boolean
}

function partsOf(place: Place, order: Order | null): Part[] {
  if (order === null || place.kind === 'offset') return [{ keys: 'all', bounded: place.kind !== 'offset' }]
  // What has no value stands last in ascending order and first in descending order (RFC 7644 §3.4.2.3).
  const rising = order.descending === (place.kind === 'before')
  const [first, second] = rising ? (['some', 'none'] as const) : (['none', 'some'] as const)
  const own = place.position.key === null ? 'none' : 'some'
  if (own === second) return [{ keys: second, bounded: true }]
  return [
    { keys: first, bounded: true },
    { keys: second, bounded: false },
  ]
}

function partSql(
  source: PageSource,
  owner: readonly unknown[],
  select: string,
  page: Page,
  part: Part,
  limit: number,
): { text: string; values: unknown[] } {
  const { place, order, criteria } = page
  const values: unknown[] = [...owner]
  const bind = (value: unknown, type: string) => `$${values.push(value)}::${type}`
  const where = [ownerSql(source)]
  if (criteria) where.push(criteriaSql(criteria, source.layout, values))
  const falling = (order?.descending ?? false) !== (place.kind === 'before')
  const [word, sign] = falling ? ['desc', '<'] : ['asc', '>']
  if (order === null) {
    if (place.kind !== 'offset') where.push(`${source.id} ${sign} ${bind(place.position.id, 'uuid')}`)
    else if (place.offset > 0) {
      if (criteria === null) return markedCut(source, owner, select, place.offset, limit)
      const cut = `select ${source.id} as id from ${source.table} where ${where.join(' and ')}
        order by ${source.id} limit ${bind(limit, 'bigint')} offset ${bind(place.offset, 'bigint')}`
      return { text: rowsOf(source, select, cut, 'cut.id'), values }
    }
    const text = `select ${select} from ${source.table} where ${where.join(' and ')} order by ${source.id} ${word} limit ${bind(limit, 'bigint')}`
    return { text, values }
  }
  const key = orderSql(order.list, order.field, source.layout, values)
  if (part.keys !== 'all') where.push(`${key} is ${part.keys === 'none' ? '' : 'not '}null`)
  if (part.bounded && place.kind !== 'offset') {
    const id = bind(place.position.id, 'uuid')
    if (part.keys === 'none') where.push(`${source.id} ${sign} ${id}`)
    else {
      const type = keyType(order.field, source.layout, order.list)
      where.push(`(${key}, ${source.id}) ${sign} (${bind(place.position.key, type)}, ${id})`)
    }
  }
  // Among things without a value only the id is left to sort by, in which an index has them.
  const by = part.keys === 'none' ? `${source.id} ${word}` : `${key} ${word}, ${source.id} ${word}`
  const offset = place.kind === 'offset' ? ` offset ${bind(place.offset, 'bigint')}` : ''
  const cut = `select ${source.id} as id, ${key} as key from ${source.table} where ${where.join(' and ')}
    order by ${by} limit ${bind(limit, 'bigint')}${offset}`
  const after = part.keys === 'none' ? `cut.id ${word}` : `cut.key ${word}, cut.id ${word}`
  return { text: rowsOf(source, `${select}, cut.key::text as "sortKey"`, cut, after), values }
}

function cutOf<T>({ place, limit }: Page, rows: Row<T>[]): Omit<Paged<T>, 'total'> {
  const more = rows.length > limit
  const kept = rows.slice(0, limit)
  if (place.kind === 'before') kept.reverse()
  const [first, last] = [kept[0], kept.at(-1)]
  const behind: Place | null = last ? { kind: 'after', position: positionOf(last) } : null
  const before: Place | null = first ? { kind: 'before', position: positionOf(first) } : null
  const items = kept.map(({ sortKey: _, ...item }) => item as T)
  switch (place.kind) {
    case 'offset':
      return { items, next: more ? behind : null, previous: place.offset > 0 ? before : null }
    case 'after':
      return { items, next: more ? behind : null, previous: before ?? { ...place, kind: 'before' } }
    case 'before':
      // Whoever pages backwards came from a page behind; where nothing stands any more, the way on is from the beginning.
      return { items, next: behind ?? beginning, previous: more ? before : null }
  }
}

function positionOf(row: { id: string; sortKey?: string | null }) {
  return { key: row.sortKey ?? null, id: row.id }
}

async function totalOf(
  reader: Reader,
  source: PageSource,
  owner: readonly unknown[],
  { criteria, place, limit, total }: Page,
  read: number,
): Promise<{ total: number; due: MarksDue | null }> {
  if (total !== null) return { total, due: null }
  const told = place.kind === 'offset' && limit > 0 && read <= limit && (read > 0 || place.offset === 0)
  if (told) return { total: place.offset + read, due: null }
  if (criteria === null) return countMarked(reader, source, owner)
  const values: unknown[] = [...owner]
  const where = `${ownerSql(source)} and ${criteriaSql(criteria, source.layout, values)}`
  const text = `select count(*)::int as total from ${source.table} where ${where}`
  const [row] = await reader.rows<{ total: number }>(named(text, criteria), values)
  return { total: row?.total ?? 0, due: null }
}

/** Whether the condition has one of the few shapes that clients repeat, which are worth a prepared statement. */
function isPlain(criteria: Criteria | null): boolean {
  if (criteria === null) return true
  return criteria.kind === 'compare' && criteria.operator === 'eq' && criteria.field.path.length === 1
}

const names = new Map<string, string>()

function named(text: string, criteria: Criteria | null): Statement {
  if (!isPlain(criteria)) return { name: '', text }
  let name = names.get(text)
  if (name === undefined) {
    name = `scim_page_${createHash('sha256').update(text).digest('hex').slice(0, 24)}`
    names.set(text, name)
  }
  return { name, text }
}
