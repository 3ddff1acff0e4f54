// Conditions as SQL: every value and every JSON key is a bound parameter, only columns named here are written into the text.
import type { Criteria, Field, Operator } from '../domain/criteria.ts'
import { foldText } from '../domain/fold.ts'

/** A column, and where its folded twin stands, by which it is compared without regard to case. */
export interface Column {
  readonly sql: string
  readonly folded?: string
  /** An uuid column, whose text form alone may be compared otherwise than by `eq`. */
  readonly uuid?: boolean
}

/** A list kept as rows of its own: `exists (select 1 from <from> and <condition>)`. */
export interface ListTable {
  /** A from and a where clause that tie the rows to the thing, for instance `memberships m where m.id = u.id`. */
  readonly from: string
  readonly columns: Readonly<Record<string, Column>>
  /** Turns the value compared with a column into what its folded twin holds. */
  readonly fold?: (value: string) => string
}

export interface Layout {
  readonly columns: Readonly<Record<string, Column>>
  readonly lists: Readonly<Record<string, ListTable>>
  /** The JSONB column that holds everything else. */
  readonly json: string
}

/** Where the attributes of one level stand: of the thing itself, of a list's row, or of a JSON list's element. */
interface Scope {
  readonly columns: Readonly<Record<string, Column>>
  readonly json: string | null
  readonly lists: Readonly<Record<string, ListTable>>
  readonly fold: (value: string) => string
}

/** The condition as SQL; what it binds is added to `values`, whose present length gives the next parameter's number. */
export function criteriaSql(criteria: Criteria, layout: Layout, values: unknown[]): string {
  return compile(criteria, { ...layout, fold: foldText }, values)
}

/** Texts without a column sort by so many of their first characters, so that a position among them stays short. */
const SORTED_CHARACTERS = 512

/** The SQL type of what `orderSql` sorts by. */
export function keyType(field: Field, layout: Layout, list: readonly string[] | null): string {
  if (list === null && layout.columns[field.path.join('.')]?.uuid && !field.around) return 'uuid'
  const types = { number: 'numeric', boolean: 'boolean', instant: 'timestamptz', object: 'jsonb' } as const
  return field.kind === 'folded' || field.kind === 'exact' ? 'text' : types[field.kind]
}

/** What to sort by, as SQL that has null where there is nothing. */
export function orderSql(
  list: readonly string[] | null,
  field: Field,
  layout: Layout,
  values: unknown[],
): string {
  if (list === null) return sortable(field, { ...layout, fold: foldText }, values)
  const element: Scope = { columns: {}, lists: {}, json: 'e.value', fold: foldText }
  const primary = `(e.value ->> 'primary') is not distinct from 'true' desc`
  return `(select ${sortable(field, element, values)} from ${elements(layout.json, list, values)} order by ${primary} limit 1)`
}

function compile(criteria: Criteria, scope: Scope, values: unknown[]): string {
  switch (criteria.kind) {
    case 'every':
    case 'either': {
      if (criteria.of.length === 0) return criteria.kind === 'every' ? 'true' : 'false'
      const word = criteria.kind === 'every' ? ' and ' : ' or '
      return `(${criteria.of.map((part) => compile(part, scope, values)).join(word)})`
    }
    case 'not':
      // What is absent is neither equal nor unequal to anything, so that its negation is true.
      return `((${compile(criteria.of, scope, values)}) is not true)`
    case 'present':
      return present(criteria.field, scope, values)
    case 'compare':
      return compare(criteria.field, criteria.operator, criteria.value, scope, values)
    case 'some':
      return some(criteria.list, criteria.where, scope, values)
  }
}

function some(list: readonly string[], where: Criteria | null, scope: Scope, values: unknown[]): string {
  const table = scope.lists[list.join('.')]
  if (table && (where === null || isHeldBy(table, where))) {
    const rows: Scope = { columns: table.columns, lists: {}, json: null, fold: table.fold ?? foldText }
    return `exists (select 1 from ${table.from}${where ? ` and ${compile(where, rows, values)}` : ''})`
  }
  if (scope.json === null) return 'false'
  const element: Scope = { columns: {}, lists: {}, json: 'e.value', fold: foldText }
  const from = elements(scope.json, list, values)
  return `exists (select 1 from ${from}${where ? ` where ${compile(where, element, values)}` : ''})`
}

/** Whether the list's own table has every column that the condition asks for; JSON has them all. */
function isHeldBy(table: ListTable, where: Criteria): boolean {
  switch (where.kind) {
    case 'every':
    case 'either':
      return where.of.every((part) => isHeldBy(table, part))
    case 'not':
      return isHeldBy(table, where.of)
    case 'some':
      return false
    default:
      return where.field.path.join('.') in table.columns
  }
}

function elements(json: string, list: readonly string[], values: unknown[]): string {
  const at = `${json} #> ${bind(values, [...list], 'text[]')}`
  return `jsonb_array_elements(case when jsonb_typeof(${at}) = 'array' then ${at} else '[]' end) e`
}

function present(field: Field, scope: Scope, values: unknown[]): string {
  const column = scope.columns[field.path.join('.')]
  if (column) {
    // An empty text is stored and counts as absent.
    const isText = !column.uuid && (field.kind === 'folded' || field.kind === 'exact')
    return isText ? `${column.folded ?? column.sql} <> ''` : `${column.sql} is not null`
  }
  if (scope.json === null) return 'false'
  // Empty objects and lists are never stored.
  const json = jsonAt(field, scope.json, values)
  return `(${json} is not null and ${json} <> '""')`
}

function compare(
  field: Field,
  operator: Operator,
  value: string | number | boolean,
  scope: Scope,
  values: unknown[],
): string {
  const column = scope.columns[field.path.join('.')]
  if (!column && scope.json === null) return 'false'
  const side = column ? columnSide(column, field, values) : jsonSide(field, scope.json as string, values)
  if (field.kind === 'number') return plain(side, operator, bind(values, value, 'numeric'))
  if (field.kind === 'boolean') return plain(side, operator, bind(values, value, 'boolean'))
  if (field.kind === 'instant') return plain(side, operator, bind(values, value, 'timestamptz'))
  const text = String(value)
  if (column?.uuid && !field.around) return compareUuid(column, operator, text, values)
  if (field.kind === 'exact') return textual(side, operator, text, values, (p) => p)
  if (column?.folded) return textual(side, operator, scope.fold(text), values, (p) => p)
  // Both sides fold in the database, whose rules for rare letters may differ from ours.
  return textual(side, operator, text, values, (p) => `lower(${p})`)
}

function columnSide(column: Column, field: Field, values: unknown[]): string {
  if (field.around) {
    const [before, behind] = field.around.map((text) => bind(values, text, 'text'))
    return `(${before} || ${column.sql}::text || ${behind})`
  }
  return field.kind === 'folded' ? (column.folded ?? `lower(${column.sql})`) : column.sql
}

function jsonSide(field: Field, json: string, values: unknown[]): string {
  const at = jsonAt(field, json, values)
  if (field.kind === 'exact') return `(${at} #>> '{}')`
  if (field.kind === 'folded') return `lower(${at} #>> '{}')`
  // The cast sits behind a test of the type, so that no row can make the statement fail.
  const [type, cast] = {
    number: ['number', 'numeric'],
    boolean: ['boolean', 'boolean'],
    instant: ['string', 'timestamptz'],
    object: ['object', 'jsonb'],
  }[field.kind] as [string, string]
  return `(case when jsonb_typeof(${at}) = '${type}' then (${at} #>> '{}')::${cast} end)`
}

function sortable(field: Field, scope: Scope, values: unknown[]): string {
  const column = scope.columns[field.path.join('.')]
  if (column) {
    const side = columnSide(column, field, values)
    return field.around ? `${side} collate "C"` : side
  }
  const side = jsonSide(field, scope.json ?? 'null::jsonb', values)
  const isText = field.kind === 'folded' || field.kind === 'exact'
  return isText ? `left(${side}, ${SORTED_CHARACTERS}) collate "C"` : side
}

function jsonAt(field: Field, json: string, values: unknown[]): string {
  return field.path.length === 0 ? json : `(${json} #> ${bind(values, [...field.path], 'text[]')})`
}

const SYMBOL = { eq: '=', ne: 'is distinct from', gt: '>', ge: '>=', lt: '<', le: '<=' } as const

function plain(side: string, operator: Operator, parameter: string): string {
  if (operator === 'co' || operator === 'sw' || operator === 'ew') return 'false'
  return `${side} ${SYMBOL[operator]} ${parameter}`
}

function textual(
  side: string,
  operator: Operator,
  text: string,
  values: unknown[],
  fold: (parameter: string) => string,
): string {
  const parameter = fold(bind(values, text, 'text'))
  switch (operator) {
    case 'co':
      return `position(${parameter} in ${side}) > 0`
    case 'sw':
      return `starts_with(${side}, ${parameter})`
    case 'ew':
      return `right(${side}, length(${parameter})) = ${parameter}`
    case 'eq':
    case 'ne':
      return `${side} ${SYMBOL[operator]} ${parameter}`
    default:
      return `${side} collate "C" ${SYMBOL[operator]} ${parameter}`
  }
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

function compareUuid(column: Column, operator: Operator, text: string, values: unknown[]): string {
  if (operator !== 'eq' && operator !== 'ne')
    return textual(`${column.sql}::text`, operator, text, values, (p) => p)
  if (!UUID.test(text)) return operator === 'eq' ? 'false' : 'true'
  return `${column.sql} ${SYMBOL[operator]} ${bind(values, text, 'uuid')}`
}

function bind(values: unknown[], value: unknown, type: string): string {
  values.push(value)
  return `$${values.length}::${type}`
}
