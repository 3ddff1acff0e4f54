// PATCH (RFC 7644 §3.5.2): a pure function from a resource's values and operations to its new values.
import { AppError } from '../kernel/errors.ts'
import { type Effort, grow, newEffort, requireModest } from './effort.ts'
import { type FilterTree, parseFilterText } from './filter-syntax.ts'
import { isEmpty, patchedValue } from './patch-value.ts'
import { type AttributePath, resolvePath, schemaNamed } from './paths.ts'
import { type Dialect, isObject, type PatchOperation } from './quirks.ts'
import { requireAll, requireUnchanged } from './resource-values.ts'
import { type Attribute, commonAttributes, isKept, type ResourceType, type Schema } from './schemas.ts'
import { invalidValue, readValue, type Values } from './values.ts'

/** An operation's path: an attribute, and the condition that its brackets set on a list's elements. */
export interface PatchTarget extends AttributePath {
  readonly where: FilterTree | null
}

interface Patching {
  readonly type: ResourceType
  readonly values: Values
  readonly dialect: Dialect
  readonly effort: Effort
  /** Attributes that an operation wrote to. */
  readonly touched: Set<Attribute>
}

/**
 * Applies all operations or throws: 400 `invalidPath`, `noTarget`, `mutability`, `invalidValue` or `invalidFilter`. `values` is left
 * as it is. Operations on a group's `members` are not for this function: they are changes of rows, not of values.
 */
export function applyPatch(
  type: ResourceType,
  values: Values,
  operations: readonly PatchOperation[],
  dialect: Dialect,
): Values {
  const next = { ...values }
  const patching: Patching = { type, values: next, dialect, effort: newEffort(values), touched: new Set() }
  for (const operation of operations) {
    grow(patching.effort, operation)
    applyOperation(patching, operation)
  }
  requireAll(type, next, patching.touched)
  requireModest(patching.effort, next)
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

function applyOperation(patching: Patching, operation: PatchOperation): void {
  const { type, dialect } = patching
  const target = readTarget(type, operation.path)
  if (target === null) {
    if (schemaNamed(type, operation.path) === type.schema) patchSchema(patching, operation, type.schema)
    else if (!dialect.ignoresUnknown)
      throw new AppError('invalid', 'invalidPath', `${type.name} has no attribute ${operation.path}.`)
    return
  }
  const { attribute, sub, where } = target
  if (!attribute) {
    if (where) throw new AppError('invalid', 'invalidPath', `${operation.path}: a schema takes no brackets.`)
    patchSchema(patching, operation, target.extension as Schema)
    return
  }
  if (attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly') {
    if (operation.pathless && (dialect.ignoresUnknown || isCommon(attribute))) return
    throw new AppError('invalid', 'mutability', `${operation.path} is read-only.`)
  }
  if (!isKept(attribute) || (sub && !isKept(sub))) {
    // What is never shown is checked and forgotten.
    if (operation.op !== 'remove' && !where)
      readValue(sub ?? attribute, operation.value, operation.path, dialect)
    return
  }
  write(patching, target, attribute, operation)
}

function write(
  { values, dialect, effort, touched }: Patching,
  { extension, sub, where }: PatchTarget,
  attribute: Attribute,
  operation: PatchOperation,
): void {
  const { op, path } = operation
  const holder = extension ? extensionOf(values, extension) : values
  const held = holder[attribute.name]
  const next = patchedValue({ attribute, sub, where, held, operation, dialect, effort })
  if (op === 'remove' && attribute.required && held !== undefined && isEmpty(next))
    throw new AppError(
      'invalid',
      'mutability',
      `${path}: ${attribute.name} is required and cannot be removed.`,
    )
  if (op === 'remove' && sub?.required && next !== held)
    throw new AppError('invalid', 'mutability', `${path} is required and cannot be removed.`)
  // A part that goes with nothing left behind it is a part that changed, and not the whole.
  requireUnchanged(
    attribute,
    held,
    sub && !attribute.multiValued ? (next ?? {}) : isEmpty(next) ? undefined : next,
    path,
  )
  touched.add(attribute)
  if (isEmpty(next)) delete holder[attribute.name]
  else holder[attribute.name] = next
  if (extension) {
    if (isEmpty(holder)) delete values[extension.id]
    else values[extension.id] = holder
  }
}

/** The path names a schema as a whole: its keys are operations of their own. */
function patchSchema(patching: Patching, operation: PatchOperation, schema: Schema): void {
  const { op, path, value } = operation
  const extension = patching.type.extensions.find((one) => one.schema === schema)
  if (op === 'remove' || value === null) {
    if (!extension || extension.required)
      throw new AppError('invalid', 'mutability', `${path} is required and cannot be removed.`)
    removeExtension(patching, operation, schema)
    return
  }
  if (!isObject(value)) throw invalidValue(path, 'must be an object')
  for (const [key, inner] of Object.entries(value))
    applyOperation(patching, { op, path: `${schema.id}:${key}`, value: inner, pathless: true })
}

function removeExtension({ values }: Patching, { path }: PatchOperation, schema: Schema): void {
  for (const [name, held] of Object.entries(extensionOf(values, schema))) {
    const attribute = schema.attributes.get(name.toLowerCase())
    if (attribute) requireUnchanged(attribute, held, undefined, `${path}:${name}`)
  }
  delete values[schema.id]
}

/** A copy of what an extension holds, to be written back. */
function extensionOf(values: Values, { id }: Schema): Values {
  const held = values[id]
  return isObject(held) ? { ...held } : {}
}

function isCommon(attribute: Attribute): boolean {
  return commonAttributes.get(attribute.name.toLowerCase()) === attribute
}
