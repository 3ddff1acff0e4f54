// PATCH (RFC 7644 §3.5.2): a pure function from a resource's values and operations to its new values.
import { isDeepStrictEqual } from 'node:util'
import { AppError } from '../kernel/errors.ts'
import {
  type Effort,
  grow,
  newEffort,
  requireModest,
  spendOnCondition,
  spendOnCopies,
  spendOnPairs,
} from './effort.ts'
import { elementFrom, elementMatches } from './element-match.ts'
import { type FilterTree, parseFilterText } from './filter-syntax.ts'
import { type AttributePath, resolvePath } from './paths.ts'
import { type Dialect, isObject, type PatchOperation } from './quirks.ts'
import type { Attribute, ResourceType } from './schemas.ts'
import { atMost, child, invalidValue, isKept, readValue, requireAll, type Values } from './values.ts'

/** An operation's path: an attribute, and the condition that its brackets set on a list's elements. */
export interface PatchTarget extends AttributePath {
  readonly where: FilterTree | null
}

/**
 * Applies all operations or throws: 400 `invalidPath`, `noTarget`, `mutability`, `invalidValue` or `invalidFilter`. `values` is left
 * as it is. Operations on `members` are not for this function: they are changes of rows, not of values.
 */
export function applyPatch(
  type: ResourceType,
  values: Values,
  operations: readonly PatchOperation[],
  dialect: Dialect,
): Values {
  const next = structuredClone(values)
  const effort = newEffort(values)
  for (const operation of operations) {
    grow(effort, operation)
    applyOperation(type, next, operation, dialect, effort)
  }
  requireAll(type, next)
  requireModest(next)
  return next
}

/** Reads an operation's path; null where the resource type has no such attribute. */
export function readTarget(type: ResourceType, text: string): PatchTarget | null {
  const match = /^([^[\]]+)(?:\[(.*)\](?:\.([$\w-]+))?)?$/s.exec(text)
  if (!match) throw new AppError('invalid', 'invalidPath', `The path ${text} cannot be read.`)
  const [, name = '', condition, sub] = match
  const path = resolvePath(type, sub === undefined ? name : `${name}.${sub}`)
  if (path === null) return null
  return { ...path, where: condition === undefined ? null : parseFilterText(condition) }
}

function applyOperation(
  type: ResourceType,
  values: Values,
  operation: PatchOperation,
  dialect: Dialect,
  effort: Effort,
): void {
  const target = readTarget(type, operation.path)
  if (target === null) {
    if (operation.pathless || dialect.ignoresUnknown) return
    throw new AppError('invalid', 'invalidPath', `${type.name} has no attribute ${operation.path}.`)
  }
  const { extension, attribute, sub } = target
  if (!attribute) {
    patchExtension(type, values, operation, dialect, effort)
    return
  }
  if (attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly') {
    if (operation.pathless) return
    throw new AppError('invalid', 'mutability', `${operation.path} is read-only.`)
  }
  if (!isKept(attribute)) return
  if (operation.op === 'remove' && attribute.required && !target.where && !sub) {
    throw new AppError('invalid', 'mutability', `${attribute.name} is required and cannot be removed.`)
  }
  const holder = extension ? child(values, extension.id) : values
  const patch: AttributePatch = { holder, attribute, sub, operation, dialect, effort }
  if (target.where) patchMatched(patch, target.where)
  else if (sub) patchSub(patch, sub)
  else patchWhole(patch)
  if (isEmpty(holder[attribute.name])) delete holder[attribute.name]
  if (extension && isEmpty(holder)) delete values[extension.id]
}

interface AttributePatch {
  readonly holder: Values
  readonly attribute: Attribute
  readonly sub: Attribute | null
  readonly operation: PatchOperation
  readonly dialect: Dialect
  readonly effort: Effort
}

/** The path names an extension as a whole: its keys are operations of their own. */
function patchExtension(
  type: ResourceType,
  values: Values,
  operation: PatchOperation,
  dialect: Dialect,
  effort: Effort,
): void {
  const urn = resolvePath(type, operation.path)?.extension?.id as string
  if (operation.op === 'remove' || operation.value === null) {
    delete values[urn]
    return
  }
  if (!isObject(operation.value)) throw invalidValue(operation.path, 'must be an object')
  for (const [key, value] of Object.entries(operation.value)) {
    const inner = { op: operation.op, path: `${urn}:${key}`, value, pathless: true }
    applyOperation(type, values, inner, dialect, effort)
  }
}

function patchWhole({ holder, attribute, operation, dialect, effort }: AttributePatch): void {
  const { op, path } = operation
  const held = holder[attribute.name]
  const value = readValue(attribute, operation.value, path, dialect)
  if (attribute.multiValued) spendOnPairs(effort, list(held), list(value))
  if (op === 'remove') {
    // With a value only what equals it goes, as Entra and the roles of others are taken away.
    if (attribute.multiValued && value !== undefined)
      holder[attribute.name] = without(list(held), list(value))
    else delete holder[attribute.name]
  } else if (attribute.type === 'complex' && !attribute.multiValued && isObject(operation.value)) {
    // RFC 7644 §3.5.2.3: the sub-attributes that are given are replaced, the others stay; null clears one.
    const next: Values = { ...(isObject(held) ? held : {}), ...(isObject(value) ? value : {}) }
    for (const name of nulls(attribute, operation.value)) delete next[name]
    holder[attribute.name] = next
  } else if (value === undefined) {
    if (op === 'replace') delete holder[attribute.name]
  } else if (attribute.multiValued) {
    holder[attribute.name] = atMost(op === 'replace' ? list(value) : merged(list(held), list(value)), path)
  } else if (attribute.type === 'complex' && isObject(held)) {
    holder[attribute.name] = { ...held, ...(value as Values) }
  } else holder[attribute.name] = value
}

function patchSub(patch: AttributePatch, sub: Attribute): void {
  const { holder, attribute, operation } = patch
  if (!attribute.multiValued) {
    setSub(patch, child(holder, attribute.name), sub)
    return
  }
  const elements = list(holder[attribute.name]).filter(isObject)
  if (elements.length === 0 && operation.op !== 'remove') {
    const made: Values = {}
    setSub(patch, made, sub)
    holder[attribute.name] = [made]
    return
  }
  spendOnCopies(patch.effort, elements, operation.value)
  for (const element of elements) setSub(patch, element, sub)
  holder[attribute.name] = elements.filter((element) => !isEmpty(element))
}

function patchMatched(patch: AttributePatch, where: FilterTree): void {
  const { holder, attribute, sub, operation, dialect } = patch
  if (attribute.type !== 'complex' || (!attribute.multiValued && !dialect.bracketsOnSingle)) {
    throw new AppError('invalid', 'invalidPath', `${attribute.name} takes no brackets.`)
  }
  const held = holder[attribute.name]
  const elements = attribute.multiValued ? list(held) : held === undefined ? [] : [held]
  spendOnCondition(patch.effort, where)
  const matched = elements.filter(
    (element): element is Values => isObject(element) && elementMatches(attribute, where, element),
  )
  if (operation.op === 'remove' && !sub)
    store(
      patch,
      elements.filter((element) => !matched.includes(element as Values)),
    )
  else if (matched.length > 0) {
    spendOnCopies(patch.effort, matched, operation.value)
    const touched = matched.map((element) => setElement(patch, element))
    const next = elements.map((element) => touched[matched.indexOf(element as Values)] ?? element)
    store(
      patch,
      onlyPrimary(
        next.filter((element) => !isEmpty(element)),
        touched,
      ),
    )
  } else if (operation.op !== 'remove') {
    if (operation.op === 'replace' && !dialect.createsUnmatched) {
      throw new AppError('invalid', 'noTarget', `${operation.path} matches no value.`)
    }
    const made = setElement(patch, elementFrom(attribute, where))
    store(patch, attribute.multiValued ? onlyPrimary([...elements, made], [made]) : [made])
  }
}

function store({ holder, attribute, operation }: AttributePatch, elements: unknown[]): void {
  holder[attribute.name] = attribute.multiValued ? atMost(elements, operation.path) : elements[0]
}

/** One matched element with the operation's value in it. */
function setElement(patch: AttributePatch, element: Values): Values {
  const { attribute, sub, operation, dialect } = patch
  const next = { ...element }
  if (sub) {
    setSub(patch, next, sub)
    return next
  }
  const single = { ...attribute, multiValued: false }
  const value = readValue(single, operation.value, operation.path, dialect)
  if (!isObject(value)) throw invalidValue(operation.path, 'must be an object')
  return operation.op === 'add' || dialect.mergesMatched ? { ...next, ...value } : value
}

function setSub({ operation, dialect }: AttributePatch, element: Values, sub: Attribute): void {
  const value =
    operation.op === 'remove' ? undefined : readValue(sub, operation.value, operation.path, dialect)
  if (value === undefined) delete element[sub.name]
  else element[sub.name] = value
}

/** `add` to a list: what is there already changes nothing; the same value of the same type is completed. */
function merged(held: readonly unknown[], added: readonly unknown[]): unknown[] {
  const next = [...held]
  const touched: unknown[] = []
  for (const one of added) {
    const at = next.findIndex((element) => isSame(element, one))
    const element = isObject(one) && at >= 0 ? { ...(next[at] as Values), ...one } : one
    if (at < 0) next.push(element)
    else next[at] = element
    touched.push(element)
  }
  return onlyPrimary(next, touched)
}

function isSame(held: unknown, one: unknown): boolean {
  if (!isObject(held) || !isObject(one)) return isDeepStrictEqual(held, one)
  const covered = Object.entries(one).every(([key, value]) => isDeepStrictEqual(held[key], value))
  const sameValue = one.value !== undefined && held.value === one.value && held.type === one.type
  return covered || sameValue
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

function without(held: readonly unknown[], removed: readonly unknown[]): unknown[] {
  const goes = (element: unknown) =>
    removed.some(
      (one) =>
        isSame(element, one) ||
        (isObject(element) && isObject(one) && onlyValue(one) && element.value === one.value),
    )
  return held.filter((element) => !goes(element))
}

function onlyValue(one: Values): boolean {
  return one.value !== undefined && one.type === undefined
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

function isEmpty(value: unknown): boolean {
  return (
    value === undefined ||
    (Array.isArray(value) && value.length === 0) ||
    (isObject(value) && Object.keys(value).length === 0)
  )
}
