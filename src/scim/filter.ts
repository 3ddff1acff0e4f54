// A filter of RFC 7644 §3.4.2.2 as a condition on stored things, by the attribute tables: types, case rules, lists.
import type { Criteria, Field, FieldKind, Operator } from '../domain/criteria.ts'
import { AppError } from '../kernel/errors.ts'
import { type CompareOperator, type FilterTree, type Literal, parseFilterText } from './filter-syntax.ts'
import { type AttributePath, keysOf, resolvePath } from './paths.ts'
import type { Attribute, ResourceType } from './schemas.ts'

const KINDS: Record<Attribute['type'], FieldKind> = {
  string: 'folded',
  reference: 'folded',
  binary: 'exact',
  boolean: 'boolean',
  integer: 'number',
  decimal: 'number',
  dateTime: 'instant',
  complex: 'object',
}
const ORDERED = new Set<CompareOperator>(['gt', 'ge', 'lt', 'le'])
const TEXTUAL = new Set<CompareOperator>(['co', 'sw', 'ew'])
/** Attributes that are made when a resource is read, so that nothing stored could be searched. */
const MADE = new Set([
  'schemas',
  'meta.resourceType',
  'meta.location',
  'meta.version',
  'meta',
  'groups.$ref',
  'groups.type',
  'members.$ref',
  'members.type',
  'password',
])

/** The condition that a filter of this resource type asks for; throws 400 `invalidFilter`. */
export function readFilter(type: ResourceType, text: string): Criteria {
  return compile(type, parseFilterText(text))
}

/** The field of a path that has a single value in each resource, or in each element of the list that it leads through. */
export function fieldOf(path: AttributePath): { list: string[] | null; field: Field } {
  const { extension, attribute, sub } = path
  if (!attribute) return { list: null, field: { path: keysOf(path), kind: 'object' } }
  const name = [attribute.name, sub?.name].filter(Boolean).join('.')
  if (!extension && MADE.has(name)) return fail(`${name} cannot be searched`)
  if (!attribute.multiValued) {
    return {
      list: null,
      field: {
        path: extension ? keysOf(path) : (RENAMED[name] ?? keysOf(path)),
        kind: kindOf(sub ?? attribute),
      },
    }
  }
  const list = keysOf({ ...path, sub: null })
  // A list of complex values is compared by their "value" (RFC 7643 §2.4).
  const element = sub ?? attribute.subAttributes.get('value') ?? null
  if (attribute.type !== 'complex') return { list, field: { path: [], kind: kindOf(attribute) } }
  return {
    list,
    field: element ? { path: [element.name], kind: kindOf(element) } : { path: [], kind: 'object' },
  }
}

const RENAMED: Readonly<Record<string, string[]>> = {
  'meta.created': ['createdAt'],
  'meta.lastModified': ['updatedAt'],
}

function kindOf(attribute: Attribute): FieldKind {
  const kind = KINDS[attribute.type]
  return kind === 'folded' && attribute.caseExact ? 'exact' : kind
}

function compile(type: ResourceType, tree: FilterTree): Criteria {
  switch (tree.op) {
    case 'and':
    case 'or':
      return { kind: tree.op === 'and' ? 'every' : 'either', of: tree.of.map((part) => compile(type, part)) }
    case 'not':
      return { kind: 'not', of: compile(type, tree.of) }
    case '[]':
      return compileList(type, tree.path, tree.of)
    default: {
      const path = resolvePath(type, tree.path) ?? fail(`${tree.path} is no attribute of ${type.name}`)
      const { list, field } = fieldOf(path)
      if (list === null) return compileTerm(tree, field)
      if (tree.op === 'pr' && !path.sub) return { kind: 'some', list, where: null }
      return some(list, tree, field)
    }
  }
}

function some(list: string[], tree: Exclude<FilterTree, { of: unknown }>, field: Field): Criteria {
  // "Not equal to null" asks whether there is any, and "equal to null" whether there is none.
  const term = compileTerm(tree, field)
  return term.kind === 'not' && tree.op === 'eq'
    ? { kind: 'not', of: { kind: 'some', list, where: term.of } }
    : { kind: 'some', list, where: term }
}

function compileList(type: ResourceType, text: string, of: FilterTree): Criteria {
  const path = resolvePath(type, text) ?? fail(`${text} is no attribute of ${type.name}`)
  if (path.attribute?.type !== 'complex' || path.sub) fail(`${text} takes no brackets`)
  const attribute = path.attribute as Attribute
  const prefix = attribute.multiValued ? [] : keysOf(path)
  const where = compileElement(attribute, of, prefix)
  return attribute.multiValued ? { kind: 'some', list: keysOf(path), where } : where
}

/** A condition on the sub-attributes of a complex attribute: what stands in brackets. */
export function compileElement(
  attribute: Attribute,
  tree: FilterTree,
  prefix: readonly string[] = [],
): Criteria {
  switch (tree.op) {
    case 'and':
    case 'or': {
      const of = tree.of.map((part) => compileElement(attribute, part, prefix))
      return { kind: tree.op === 'and' ? 'every' : 'either', of }
    }
    case 'not':
      return { kind: 'not', of: compileElement(attribute, tree.of, prefix) }
    case '[]':
      return fail('brackets cannot stand in brackets')
    default: {
      const sub =
        attribute.subAttributes.get(tree.path.toLowerCase()) ?? fail(`${attribute.name} has no ${tree.path}`)
      if (prefix.length === 0 && MADE.has(`${attribute.name}.${sub.name}`))
        fail(`${attribute.name}.${sub.name} cannot be searched`)
      return compileTerm(tree, { path: [...prefix, sub.name], kind: kindOf(sub) })
    }
  }
}

function compileTerm(tree: Exclude<FilterTree, { of: unknown }>, field: Field): Criteria {
  if (tree.op === 'pr') return { kind: 'present', field }
  if (tree.value === null) {
    const present: Criteria = { kind: 'present', field }
    if (tree.op === 'eq') return { kind: 'not', of: present }
    return tree.op === 'ne' ? present : fail('null can only be compared by eq and ne')
  }
  return {
    kind: 'compare',
    field,
    operator: tree.op satisfies Operator,
    value: comparable(tree.op, tree.path, field.kind, tree.value),
  }
}

function comparable(
  op: CompareOperator,
  path: string,
  kind: FieldKind,
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

/** Whether a value is an xsd:dateTime (RFC 7643 §2.3.5) of the years 0001 to 9999. */
export function isDateTime(value: unknown): value is string {
  if (typeof value !== 'string') return false
  const match = /^(\d{4})-\d\d-(\d\d)T(\d\d):\d\d:\d\d(\.\d{1,9})?(Z|[+-]([01]\d):\d\d)?$/.exec(value)
  if (!match || match[1] === '0000' || Number(match[3]) > 23) return false
  const parsed = new Date(/(Z|[+-]\d\d:\d\d)$/.test(value) ? value : `${value}Z`)
  // `Date` would let the 30th of February pass as the 2nd of March.
  return (
    !Number.isNaN(parsed.getTime()) &&
    new Date(`${value.slice(0, 10)}T00:00:00Z`).getUTCDate() === Number(match[2])
  )
}

function fail(why: string): never {
  throw new AppError('invalid', 'invalidFilter', `The filter is not valid: ${why}.`)
}
