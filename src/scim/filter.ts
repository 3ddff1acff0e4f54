// A filter of RFC 7644 §3.4.2.2 as a condition on stored things, by the attribute tables: types, case rules, lists.
import { always, type Criteria, either, every, type Field, never, not } from '../domain/criteria.ts'
import { type FilterScope, kindOf, type Searched, type Shown, searchedBy } from './filter-fields.ts'
import {
  type CompareOperator,
  type FilterTree,
  failFilter as fail,
  type Literal,
  parseFilterText,
} from './filter-syntax.ts'
import { type AttributePath, resolvePath } from './paths.ts'
import type { Attribute } from './schemas.ts'

type Term = Exclude<FilterTree, { of: unknown }>

const ORDERED = new Set<CompareOperator>(['gt', 'ge', 'lt', 'le'])
const TEXTUAL = new Set<CompareOperator>(['co', 'sw', 'ew'])

/** The condition that a filter asks for; `never` where nothing of the type can meet it. AppError 400 `invalidFilter`. */
export function readFilter(scope: FilterScope, text: string): Criteria {
  return compile(scope, parseFilterText(text), '')
}

/** `prefix` is what stands before brackets after a single-valued attribute: `name[familyName pr]` is `name.familyName pr`. */
function compile(scope: FilterScope, tree: FilterTree, prefix: string): Criteria {
  switch (tree.op) {
    case 'and':
      return every(tree.of.map((part) => compile(scope, part, prefix)))
    case 'or':
      return either(tree.of.map((part) => compile(scope, part, prefix)))
    case 'not':
      return not(compile(scope, tree.of, prefix))
    case '[]':
      return compileBrackets(scope, tree.path, tree.of)
    default: {
      const path = resolve(scope, `${prefix}${tree.path}`)
      if (path === null) return compileShown(tree, { kind: 'texts', texts: [] })
      return compileTerm(tree, searchedBy(scope, path) ?? fail(`${tree.path} cannot be searched`))
    }
  }
}

/** Null where only another of the types searched together knows the attribute. */
function resolve({ type, among }: FilterScope, text: string): AttributePath | null {
  const path = resolvePath(type, text)
  if (path !== null) return path
  if (among.some((other) => resolvePath(other, text) !== null)) return null
  return fail(`${text} is no attribute of ${among.map(({ name }) => name).join(' or ')}`)
}

function compileBrackets(scope: FilterScope, text: string, of: FilterTree): Criteria {
  const path = resolve(scope, text)
  if (path === null) return never
  const { attribute, sub } = path
  if (attribute === null || sub !== null) return fail(`${text} takes no brackets`)
  if (!attribute.multiValued) {
    return attribute.type === 'complex' ? compile(scope, of, `${text}.`) : fail(`${text} takes no brackets`)
  }
  const { list } = searchedBy(scope, path) ?? fail(`${text} cannot be searched`)
  const where = compileElement(scope, path, of)
  if (list === null) return where
  return where === never ? never : { kind: 'some', list, where: where === always ? null : where }
}

/** A condition on one element of a list: what stands in brackets. */
function compileElement(scope: FilterScope, path: AttributePath, tree: FilterTree): Criteria {
  switch (tree.op) {
    case 'and':
      return every(tree.of.map((part) => compileElement(scope, path, part)))
    case 'or':
      return either(tree.of.map((part) => compileElement(scope, path, part)))
    case 'not':
      return not(compileElement(scope, path, tree.of))
    case '[]':
      return fail('brackets cannot stand in brackets')
    default: {
      const attribute = path.attribute as Attribute
      // The elements of a list of plain values are their own "value" (RFC 7643 §2.4).
      const isOwnValue = attribute.type !== 'complex' && tree.path.toLowerCase() === 'value'
      const sub = attribute.subAttributes.get(tree.path.toLowerCase()) ?? null
      if (sub === null && !isOwnValue) return fail(`${attribute.name} has no ${tree.path}`)
      const searched = searchedBy(scope, { ...path, sub }) ?? fail(`${tree.path} cannot be searched`)
      return compileShown(tree, searched.shown)
    }
  }
}

function compileTerm(tree: Term, { list, shown }: Searched): Criteria {
  if (list === null) return compileShown(tree, shown)
  const isWhole = shown.kind === 'whole' || (tree.op === 'pr' && shown.kind === 'field' && shown.isDefault)
  if (tree.op === 'pr' && isWhole) return { kind: 'some', list, where: null }
  // "Not equal to null" asks whether there is any, and "equal to null" whether there is none.
  const isAbsence = tree.op === 'eq' && tree.value === null
  const where = compileShown(isAbsence ? { op: 'pr', path: tree.path } : tree, shown)
  const some: Criteria =
    where === never ? never : { kind: 'some', list, where: where === always ? null : where }
  return isAbsence ? not(some) : some
}

function compileShown(tree: Term, shown: Shown): Criteria {
  switch (shown.kind) {
    case 'field':
      return compileField(tree, shown.field, shown.attribute)
    case 'texts':
      return compileTexts(tree, shown.texts)
    case 'whole':
      return tree.op === 'pr' ? always : fail(`${tree.path} is complex: compare one of its sub-attributes`)
  }
}

function compileField(tree: Term, field: Field, attribute: Attribute | null): Criteria {
  const own = field.kind === 'object' ? attribute?.subAttributes.get('value') : undefined
  if (own && tree.op !== 'pr') {
    // A complex attribute with a "value" is compared by it, as a list is: `manager eq "26118915"`.
    return compileField(tree, { path: [...field.path, own.name], kind: kindOf(own) }, own)
  }
  if (tree.op === 'pr') return field.around ? always : { kind: 'present', field }
  if (tree.value === null) {
    const present: Criteria = field.around ? always : { kind: 'present', field }
    if (tree.op === 'eq') return not(present)
    return tree.op === 'ne' ? present : fail('null can only be compared by eq and ne')
  }
  if (field.around && tree.op === 'eq' && typeof tree.value === 'string') {
    // An address is looked for by the id in it, through its index.
    const [before, behind] = field.around
    const isLike = tree.value.startsWith(before) && tree.value.endsWith(behind)
    if (!isLike) return never
    const { path, kind } = field
    if (behind === '')
      return {
        kind: 'compare',
        field: { path, kind },
        operator: 'eq',
        value: tree.value.slice(before.length),
      }
  }
  // RFC 7644 Table 3: booleans and binaries have no order.
  if (ORDERED.has(tree.op) && attribute?.type === 'binary')
    fail(`${tree.path} is a binary and has no ${tree.op}`)
  const value = comparable(tree.op, tree.path, field, tree.value)
  return { kind: 'compare', field, operator: tree.op, value }
}

/** A comparison with texts that are known beforehand, each under a condition: the schemas of a resource, for instance. */
function compileTexts(tree: Term, texts: readonly { text: string; when: Criteria }[]): Criteria {
  const present = either(texts.map(({ when }) => when))
  if (tree.op === 'pr') return present
  const { op, value } = tree
  if (value === null) {
    if (op === 'eq') return not(present)
    return op === 'ne' ? present : fail('null can only be compared by eq and ne')
  }
  // What is absent is unequal to anything, and nothing else.
  if (texts.length === 0) return op === 'ne' ? always : never
  if (typeof value !== 'string') return fail(`${tree.path} is a text`)
  return either(texts.filter(({ text }) => meets(op, text, value)).map(({ when }) => when))
}

function meets(op: CompareOperator, held: string, value: string): boolean {
  switch (op) {
    case 'eq':
      return held === value
    case 'ne':
      return held !== value
    case 'co':
      return held.includes(value)
    case 'sw':
      return held.startsWith(value)
    case 'ew':
      return held.endsWith(value)
    case 'gt':
      return held > value
    case 'ge':
      return held >= value
    case 'lt':
      return held < value
    case 'le':
      return held <= value
  }
}

function comparable(
  op: CompareOperator,
  path: string,
  { kind }: Field,
  value: Exclude<Literal, null>,
): string | number | boolean {
  switch (kind) {
    case 'object':
      return fail(`${path} is complex: compare one of its sub-attributes`)
    case 'boolean': {
      if (ORDERED.has(op) || TEXTUAL.has(op)) fail(`${path} is a boolean and has no ${op}`)
      const text = String(value).toLowerCase()
      return text === 'true' ? true : text === 'false' ? false : fail(`${path} is a boolean`)
    }
    case 'number':
      if (TEXTUAL.has(op) || typeof value !== 'number') fail(`${path} is a number`)
      return value
    case 'instant':
      if (TEXTUAL.has(op) || !isDateTime(value))
        fail(`${path} is a date and time such as 2026-01-31T12:00:00Z`)
      return value
    default:
      if (typeof value !== 'string') fail(`${path} is a text`)
      return value
  }
}

/** Whether a value is an xsd:dateTime (RFC 7643 §2.3.5) of the years 0001 to 9999, with an offset of 14 hours at most or none. */
export function isDateTime(value: unknown): value is string {
  if (typeof value !== 'string') return false
  const match =
    /^(\d{4})-\d\d-(\d\d)T(\d\d):\d\d:\d\d(\.\d{1,9})?(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?$/.exec(value)
  if (!match || match[1] === '0000' || Number(match[3]) > 23) return false
  const parsed = new Date(/(Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`)
  // `Date` would let the 30th of February pass as the 2nd of March.
  return (
    !Number.isNaN(parsed.getTime()) &&
    new Date(`${value.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(match[2])
  )
}
