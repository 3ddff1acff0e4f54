// What one PATCH operation makes of one attribute's value: add, replace and remove, of the whole, of a part, of what brackets choose.
import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../kernel/errors.ts'
import { type Effort, spendOnCondition, spendOnCopies, spendOnPairs } from './effort.ts'
import { elementFrom, elementMatches } from './element-match.ts'
import type { FilterTree } from './filter-syntax.ts'
import { type Dialect, isObject, type PatchOperation } from './quirks.ts'
import { requireSameParts } from './resource-values.ts'
import { distinct, identityOf } from './same-value.ts'
import type { Attribute } from './schemas.ts'
import { atMost, invalidValue, readValue, type Values } from './values.ts'

export interface ValuePatch {
  readonly attribute: Attribute
  readonly sub: Attribute | null
  readonly where: FilterTree | null
  readonly held: unknown
  readonly operation: PatchOperation
  readonly dialect: Dialect
  readonly effort: Effort
}

/** The attribute's new value, `held` itself where nothing changes; undefined or empty where it becomes unassigned. */
export function patchedValue(patch: ValuePatch): unknown {
  const { attribute, sub, where, held, operation } = patch
  if (where) return patchMatched(patch, where)
  if (sub) return patchSub(patch, sub)
  if (operation.op === 'remove') return removeWhole(patch)
  if (attribute.multiValued) return patchList(patch)
  const value = readValue(attribute, operation.value, operation.path, patch.dialect)
  if (attribute.type === 'complex' && isObject(operation.value)) {
    // RFC 7644 §3.5.2.3: the sub-attributes that are given are replaced, the others stay; null clears one.
    const next: Values = { ...(isObject(held) ? held : {}), ...(isObject(value) ? value : {}) }
    for (const name of nulls(attribute, operation.value)) delete next[name]
    return next
  }
  if (value === undefined) return operation.op === 'replace' ? undefined : held
  return isObject(held) && isObject(value) ? { ...held, ...value } : value
}

/** Whether a value says nothing (RFC 7643 §2.5). */
export function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  )
}

/** With a value only what equals it goes, as Entra and the roles of others are taken away. */
function removeWhole({ attribute, held, operation, dialect, effort }: ValuePatch): unknown {
  const { value, path } = operation
  if (!attribute.multiValued || value === undefined || value === null) return undefined
  const removed = list(readValue(attribute, value, path, dialect))
  spendOnPairs(effort, list(held), removed)
  const identities = new Set(removed.map((one) => identityOf(attribute, one)))
  const goes = (element: unknown) =>
    identities.has(identityOf(attribute, element)) || removed.some((one) => covers(element, one))
  return list(held).filter((element) => !goes(element))
}

function patchList({ attribute, held, operation, dialect, effort }: ValuePatch): unknown {
  const { op, path } = operation
  const value = list(readValue(attribute, operation.value, path, dialect))
  if (op === 'replace') return value
  spendOnPairs(effort, list(held), value)
  return atMost(merged(attribute, list(held), value, path), path)
}

/** `add` to a list: what is there already changes nothing; the same value of the same type is completed. */
function merged(
  attribute: Attribute,
  held: readonly unknown[],
  added: readonly unknown[],
  path: string,
): unknown[] {
  const next = [...held]
  const places = new Map(held.map((element, index) => [identityOf(attribute, element), index]))
  const touched: unknown[] = []
  for (const one of added) {
    const identity = identityOf(attribute, one)
    const at = places.get(identity) ?? next.findIndex((element) => covers(element, one))
    if (at < 0) {
      places.set(identity, next.push(one) - 1)
      touched.push(one)
    } else if (isObject(one) && !covers(next[at], one)) {
      const element = { ...(next[at] as Values), ...one }
      requireSameParts(attribute, next[at], element, path)
      next[at] = element
      touched.push(element)
    } else touched.push(next[at])
  }
  return onlyPrimary(next, touched)
}

/** Whether an element says all that is given. */
function covers(element: unknown, given: unknown): boolean {
  if (!isObject(element) || !isObject(given)) return isDeepStrictEqual(element, given)
  return Object.entries(given).every(([key, value]) => isDeepStrictEqual(element[key], value))
}

/** A value that becomes the primary one takes that from the others (RFC 7644 §3.5.2). */
function onlyPrimary(elements: unknown[], touched: readonly unknown[]): unknown[] {
  const primary = touched.findLast((element) => isObject(element) && element.primary === true)
  if (primary === undefined) return elements
  return elements.map((element) =>
    isObject(element) && element !== primary && element.primary === true
      ? { ...element, primary: false }
      : element,
  )
}

function patchSub(patch: ValuePatch, sub: Attribute): unknown {
  const { attribute, held, operation } = patch
  if (!attribute.multiValued) return withSub(patch, isObject(held) ? held : {}, sub)
  const elements = list(held).filter(isObject)
  if (elements.length === 0) {
    return operation.op === 'remove' ? held : [withSub(patch, {}, sub)].filter((made) => !isEmpty(made))
  }
  spendOnCopies(patch.effort, elements, operation.value)
  return tidied(
    patch,
    elements.map((element) => changed(patch, element, withSub(patch, element, sub))),
  )
}

function patchMatched(patch: ValuePatch, where: FilterTree): unknown {
  const { attribute, sub, held, operation, dialect } = patch
  if (!attribute.multiValued && !(dialect.bracketsOnSingle && attribute.type === 'complex'))
    throw new AppError('invalid', 'invalidPath', `${attribute.name} takes no brackets.`)
  const elements = attribute.multiValued ? list(held) : held === undefined ? [] : [held]
  spendOnCondition(patch.effort, where)
  const matched = new Set(elements.filter((element) => elementMatches(attribute, where, element)))
  if (matched.size === 0) return operation.op === 'remove' ? held : created(patch, where, elements)
  if (operation.op === 'remove' && !sub)
    return unlisted(
      patch,
      elements.filter((element) => !matched.has(element)),
    )
  spendOnCopies(patch.effort, [...matched], operation.value)
  const touched: unknown[] = []
  const next = elements.map((element) => {
    if (!matched.has(element)) return element
    const one = changed(patch, element, withOperation(patch, element))
    touched.push(one)
    return one
  })
  return unlisted(patch, tidied(patch, onlyPrimary(next, touched)))
}

/** Brackets that match nothing: the value that they describe is made, where the dialect does that. */
function created(patch: ValuePatch, where: FilterTree, elements: readonly unknown[]): unknown {
  const { attribute, sub, operation, dialect } = patch
  const { path, value } = operation
  if (!dialect.createsUnmatched) throw new AppError('invalid', 'noTarget', `${path} matches no value.`)
  const single = { ...attribute, multiValued: false }
  const start = readValue(single, elementFrom(attribute, where), path, dialect)
  const given = readValue(sub ?? single, value, path, dialect)
  if (given === undefined) return patch.held
  const made = sub
    ? { ...(isObject(start) ? start : {}), [sub.name]: given }
    : isObject(start) && isObject(given)
      ? { ...start, ...given }
      : given
  return unlisted(patch, distinct(attribute, onlyPrimary([...elements, made], [made])))
}

/** One matched element with the operation's value in it. */
function withOperation(patch: ValuePatch, element: unknown): unknown {
  const { attribute, sub, operation, dialect } = patch
  if (sub) return withSub(patch, isObject(element) ? element : {}, sub)
  const value = readValue({ ...attribute, multiValued: false }, operation.value, operation.path, dialect)
  if (attribute.type !== 'complex') return value ?? element
  if (!isObject(value)) throw invalidValue(operation.path, 'must be an object')
  const merges = operation.op === 'add' || dialect.mergesMatched
  return merges && isObject(element) ? { ...element, ...value } : value
}

function withSub({ operation, dialect }: ValuePatch, element: Values, sub: Attribute): Values {
  const { op, path } = operation
  const value = op === 'remove' ? undefined : readValue(sub, operation.value, path, dialect)
  if (isDeepStrictEqual(value, element[sub.name])) return element
  const { [sub.name]: _, ...others } = element
  return value === undefined ? others : { ...others, [sub.name]: value }
}

/** A changed element, unless a part of it is immutable. */
function changed({ attribute, operation }: ValuePatch, before: unknown, after: unknown): unknown {
  requireSameParts(attribute, before, after, operation.path)
  return after
}

/** Elements as they are stored: none empty, none twice. */
function tidied({ attribute }: ValuePatch, elements: readonly unknown[]): unknown[] {
  return distinct(
    attribute,
    elements.filter((element) => !isEmpty(element)),
  )
}

function unlisted({ attribute, operation }: ValuePatch, elements: unknown[]): unknown {
  return attribute.multiValued ? atMost(elements, operation.path) : elements[0]
}

function nulls(attribute: Attribute, value: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(value)
    .filter(([, inner]) => inner === null)
    .map(([key]) => attribute.subAttributes.get(key.toLowerCase())?.name)
    .filter((name) => name !== undefined)
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}
