// Whole resources as clients send them: read by the attribute tables, held against what must be there and what may not change.
import { isDeepStrictEqual } from 'node:util'
import type { UniqueValue } from '../domain/declared-resource.ts'
import { AppError } from '../kernel/errors.ts'
import { attributesOf, resolvePath, schemaNamed, schemasOf } from './paths.ts'
import { type Dialect, entry, isObject } from './quirks.ts'
import { comparable } from './same-value.ts'
import { type Attribute, isKept, type ResourceType, type Schema } from './schemas.ts'
import { child, invalidValue, readValue, type Values } from './values.ts'

/** URNs from before RFC 7643 that OneLogin still writes. */
const OLD_URN = 'urn:scim:schemas:'

/**
 * Reads the body of a POST or PUT. What is read-only or unknown is passed over; what is never returned is checked and forgotten.
 * AppError 400 `invalidSyntax` or `invalidValue` that names the attribute.
 */
export function readResource(type: ResourceType, body: unknown, dialect: Dialect): Values {
  if (!isObject(body)) throw new AppError('invalid', 'invalidSyntax', 'The body must be a JSON object.')
  checkSchemas(type, entry(body, 'schemas'), dialect)
  const values: Values = {}
  const taking: Taking = { type, values, dialect, secrets: [] }
  for (const [key, value] of Object.entries(body)) {
    const schema = schemaNamed(type, key)
    if (schema !== null) {
      if (value !== null && !isObject(value)) throw invalidValue(key, 'must be an object')
      for (const [inner, one] of Object.entries(value ?? {})) take(taking, `${schema.id}:${inner}`, one)
    } else take(taking, key, value)
  }
  requireAll(type, values)
  for (const { extension, name } of taking.secrets) forget(values, extension, name)
  return values
}

/**
 * Throws 400 `invalidValue` where a required attribute, sub-attribute or extension is missing. With `touched`, only these attributes are
 * looked at: what was stored before its file came to require it stands in nobody's way.
 */
export function requireAll(
  type: ResourceType,
  values: Values,
  touched: ReadonlySet<Attribute> | null = null,
): void {
  for (const { extension, isNeeded, attributes } of requirementsOf(type)) {
    const held = extension ? values[extension.id] : values
    if (held === undefined && (!isNeeded || touched !== null)) continue
    if (extension && held === undefined) throw invalidValue(extension.id, 'is required')
    for (const attribute of attributes) {
      if (touched !== null && !touched.has(attribute)) continue
      const name = extension ? `${extension.id}:${attribute.name}` : attribute.name
      requireValue(attribute, isObject(held) ? held[attribute.name] : undefined, name)
    }
  }
}

/**
 * What a PUT makes of the stored values (RFC 7644 §3.5.1): what is sent replaces all, but what is immutable stays as it is and what no
 * file declares any longer is not lost. AppError 400 `mutability`.
 */
export function replaceValues(type: ResourceType, before: Values, sent: Values): Values {
  const next = { ...sent }
  for (const schema of schemasOf(type)) {
    const extension = schema === type.schema ? null : schema
    const held = extension ? before[extension.id] : before
    if (!isObject(held)) continue
    const keep = (name: string, value: unknown) => {
      if (extension) next[extension.id] = { ...(next[extension.id] as Values | undefined), [name]: value }
      else next[name] = value
    }
    const given = extension ? sent[extension.id] : sent
    for (const [name, value] of Object.entries(held)) {
      const path = resolvePath(type, extension ? `${extension.id}:${name}` : name)
      const sentValue = isObject(given) ? given[name] : undefined
      if (path === null && !(extension === null && isSchema(type, name))) keep(name, value)
      else if (path?.attribute) keepImmutable(path.attribute, value, sentValue, (kept) => keep(name, kept))
    }
  }
  return next
}

/** Throws 400 `mutability` where an immutable attribute, or a sub-attribute of a single value, would change (RFC 7643 §7). */
export function requireUnchanged(attribute: Attribute, before: unknown, after: unknown, at: string): void {
  if (attribute.mutability === 'immutable' && before !== undefined && !isDeepStrictEqual(before, after))
    throw new AppError('invalid', 'mutability', `${at} is immutable and has a value.`)
  if (!attribute.multiValued) requireSameParts(attribute, before, after, at)
}

/** Throws 400 `mutability` where an immutable sub-attribute of one value would change; the value as a whole may go. */
export function requireSameParts(attribute: Attribute, before: unknown, after: unknown, at: string): void {
  if (!isObject(before) || before === after || after === undefined) return
  for (const { name, mutability } of attribute.subAttributes.values()) {
    const held = before[name]
    if (mutability !== 'immutable' || held === undefined) continue
    if (!isDeepStrictEqual(held, isObject(after) ? after[name] : undefined))
      throw new AppError('invalid', 'mutability', `${at}: ${name} is immutable and has a value.`)
  }
}

/** The values that nobody else may have, in the form in which they are compared; undefined where the type declares none unique. */
export function uniqueValues(type: ResourceType, values: Values): UniqueValue[] | undefined {
  if (type.unique.length === 0) return undefined
  return type.unique.flatMap(({ extension, attribute, sub, name }) => {
    const holder = extension ? values[extension.id] : values
    const held = isObject(holder) ? holder[attribute.name] : undefined
    const all = (Array.isArray(held) ? held : [held]).map((one) =>
      sub && isObject(one) ? one[sub.name] : one,
    )
    const keys = all
      .filter((one) => one !== undefined && one !== '' && !isObject(one))
      .map((one) => JSON.stringify(comparable(sub ?? attribute, one)))
    return [...new Set(keys)].map((key) => ({ name, key }))
  })
}

function keepImmutable(
  attribute: Attribute,
  before: unknown,
  sent: unknown,
  keep: (value: unknown) => void,
): void {
  const next =
    sent === undefined && attribute.mutability === 'immutable'
      ? before
      : withImmutables(attribute, before, sent)
  if (next === undefined) return
  requireUnchanged(attribute, before, next, attribute.name)
  if (next !== sent) keep(next)
}

/** A single complex value with the immutable parts that were not sent again. */
function withImmutables(attribute: Attribute, before: unknown, sent: unknown): unknown {
  if (attribute.multiValued || !isObject(before) || !isObject(sent)) return sent
  const kept = [...attribute.subAttributes.values()].filter(
    (sub) => sub.mutability === 'immutable' && before[sub.name] !== undefined && sent[sub.name] === undefined,
  )
  return kept.length === 0
    ? sent
    : { ...sent, ...Object.fromEntries(kept.map(({ name }) => [name, before[name]])) }
}

function isSchema(type: ResourceType, name: string): boolean {
  return schemaNamed(type, name) !== null
}

interface Requirements {
  readonly extension: Schema | null
  readonly isNeeded: boolean
  /** Those that are required, and those of which a sub-attribute is. */
  readonly attributes: readonly Attribute[]
}

const requirements = new WeakMap<ResourceType, readonly Requirements[]>()

function requirementsOf(type: ResourceType): readonly Requirements[] {
  let made = requirements.get(type)
  if (made === undefined) {
    made = schemasOf(type).map((schema) => ({
      extension: schema === type.schema ? null : schema,
      isNeeded:
        schema === type.schema || type.extensions.some((one) => one.schema === schema && one.required),
      attributes: attributesOf(type, schema).filter(
        (attribute) =>
          attribute.mutability !== 'readOnly' && (attribute.required || requiredSubs(attribute).length > 0),
      ),
    }))
    requirements.set(type, made)
  }
  return made
}

function requiredSubs(attribute: Attribute): Attribute[] {
  return [...attribute.subAttributes.values()].filter((sub) => sub.required && sub.mutability !== 'readOnly')
}

function requireValue(attribute: Attribute, value: unknown, name: string): void {
  if (attribute.required && isBlank(value)) throw invalidValue(name, 'is required')
  for (const sub of requiredSubs(attribute))
    for (const one of Array.isArray(value) ? value : [value])
      if (isObject(one) && isBlank(one[sub.name])) throw invalidValue(`${name}.${sub.name}`, 'is required')
}

function isBlank(value: unknown): boolean {
  return value === undefined || (typeof value === 'string' && value.trim() === '')
}

function checkSchemas(type: ResourceType, schemas: unknown, dialect: Dialect): void {
  if (dialect.schemasOptional) return
  if (!Array.isArray(schemas))
    throw new AppError('invalid', 'invalidSyntax', 'schemas must be a list of schema URIs.')
  const isOld = (urn: unknown) => typeof urn === 'string' && urn.toLowerCase().startsWith(OLD_URN)
  const named = schemas.map((urn) => (typeof urn === 'string' ? schemaNamed(type, urn) : null))
  if (!named.includes(type.schema) && !schemas.some(isOld))
    throw new AppError('invalid', 'invalidSyntax', `schemas must name ${type.schema.id}.`)
  const unknown = schemas.find((urn, index) => named[index] === null && !isOld(urn))
  if (unknown !== undefined && !dialect.ignoresUnknown) {
    const known = schemasOf(type).map(({ id }) => id)
    throw new AppError(
      'invalid',
      'invalidSyntax',
      `schemas may name ${known.join(', ')}; ${String(unknown).slice(0, 200)} is no schema of a ${type.name}.`,
    )
  }
}

interface Taking {
  readonly type: ResourceType
  readonly values: Values
  readonly dialect: Dialect
  /** What is checked, counts as given, and is forgotten. */
  readonly secrets: { extension: Schema | null; name: string }[]
}

function take({ type, values, dialect, secrets }: Taking, key: string, value: unknown): void {
  const path = resolvePath(type, key)
  if (!path?.attribute || path.attribute.mutability === 'readOnly') return
  const { extension, attribute, sub } = path
  if (sub && (sub.mutability === 'readOnly' || attribute.multiValued)) return
  const read = readValue(sub ?? attribute, value, key, dialect)
  if (read === undefined || (sub && !isKept(sub))) return
  const holder = extension ? child(values, extension.id) : values
  if (sub) child(holder, attribute.name)[sub.name] = read
  else holder[attribute.name] = read
  if (!isKept(attribute)) secrets.push({ extension, name: attribute.name })
}

function forget(values: Values, extension: Schema | null, name: string): void {
  const holder = extension ? child(values, extension.id) : values
  delete holder[name]
  if (extension && Object.keys(holder).length === 0) delete values[extension.id]
}
