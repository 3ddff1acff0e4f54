// Values as clients send them, read by the attribute tables: names in their right case, types checked, what is not ours dropped.
import { AppError } from '../kernel/errors.ts'
import { isDateTime } from './filter.ts'
import { resolvePath, schemaNamed, schemasOf } from './paths.ts'
import { type Dialect, entry, isObject } from './quirks.ts'
import type { Attribute, ResourceType } from './schemas.ts'

/** A resource's writable attributes by their right names; extensions under their URN. Never holds null, empty lists or empty objects. */
export type Values = Record<string, unknown>

/** URNs from before RFC 7643 that OneLogin still writes. */
const OLD_CORE = 'urn:scim:schemas:core:'
/** What carries an index: longer texts would not fit into it. */
const INDEXED_MAX = 512
/** Values of one attribute: every PATCH compares with all of them. */
const MOST_VALUES = 1000
const INDEXED = new Set(['userName', 'externalId', 'displayName', 'emails.value'])

/** Reads the body of a POST or PUT. AppError 400 `invalidSyntax` or `invalidValue` that names the attribute. */
export function readResource(type: ResourceType, body: unknown, dialect: Dialect): Values {
  if (!isObject(body)) throw new AppError('invalid', 'invalidSyntax', 'The body must be a JSON object.')
  checkSchemas(type, entry(body, 'schemas'), dialect)
  const values: Values = {}
  for (const [key, value] of Object.entries(body)) {
    const schema = schemaNamed(type, key)
    if (schema !== null) {
      if (value !== null && !isObject(value)) throw invalidValue(key, 'must be an object')
      for (const [inner, one] of Object.entries(value ?? {}))
        take(type, values, `${schema.id}:${inner}`, one, dialect)
    } else take(type, values, key, value, dialect)
  }
  requireAll(type, values)
  return values
}

/** Throws 400 `invalidValue` where a required attribute has no value. */
export function requireAll(type: ResourceType, values: Values): void {
  for (const schema of schemasOf(type)) {
    const held = schema === type.schema ? values : values[schema.id]
    const needed =
      type.extensions.find((extension) => extension.schema === schema)?.required ?? schema === type.schema
    if (!needed && held === undefined) continue
    for (const attribute of schema.attributes.values()) {
      const value = isObject(held) ? held[attribute.name] : undefined
      const blank = typeof value === 'string' && value.trim() === ''
      if (attribute.required && (value === undefined || blank))
        throw invalidValue(attribute.name, 'is required')
    }
  }
}

/** Whether clients may write an attribute and we keep it. A password is taken without complaint and forgotten. */
export function isKept(attribute: Attribute): boolean {
  return attribute.mutability !== 'readOnly' && attribute.mutability !== 'writeOnly'
}

/** One attribute's value in its right form, or undefined where it says "unassigned" (RFC 7643 §2.5). */
export function readValue(attribute: Attribute, value: unknown, at: string, dialect: Dialect): unknown {
  if (!attribute.multiValued) return readSingle(attribute, unwrapped(attribute, value, at), at, dialect)
  if (value === null || value === undefined) return undefined
  const list = (Array.isArray(value) ? value : [value])
    .map((one, index) => readSingle(attribute, one, Array.isArray(value) ? `${at}[${index}]` : at, dialect))
    .filter((one) => one !== undefined)
  if (list.length === 0) return undefined
  atMost(list, at)
  return onePrimary(list, at, dialect)
}

/** The list, unless it is longer than any that a person has: AppError 400 `invalidValue`. */
export function atMost(list: unknown[], at: string): unknown[] {
  if (list.length > MOST_VALUES) throw invalidValue(at, `has more than ${MOST_VALUES} values`)
  return list
}

/** The error of a value that its attribute cannot take. */
export function invalidValue(at: string, why: string): AppError {
  return new AppError('invalid', 'invalidValue', `${at} ${why}.`, {
    details: { errors: [{ path: at, message: why }] },
  })
}

function checkSchemas(type: ResourceType, schemas: unknown, dialect: Dialect): void {
  if (!dialect.schemasRequired) return
  if (!Array.isArray(schemas))
    throw new AppError('invalid', 'invalidSyntax', 'schemas must be a list of schema URIs.')
  const isCore = (urn: unknown) =>
    typeof urn === 'string' &&
    (schemaNamed(type, urn) === type.schema || urn.toLowerCase().startsWith(OLD_CORE))
  if (!schemas.some(isCore)) {
    throw new AppError('invalid', 'invalidSyntax', `schemas must name ${type.schema.id}.`)
  }
}

function take(type: ResourceType, values: Values, key: string, value: unknown, dialect: Dialect): void {
  const path = resolvePath(type, key)
  if (!path?.attribute || !isKept(path.attribute)) return
  const { extension, attribute, sub } = path
  const read = readValue(sub ?? attribute, value, key, dialect)
  if (read === undefined) return
  const holder = extension ? child(values, extension.id) : values
  if (!sub) holder[attribute.name] = read
  else if (!attribute.multiValued) child(holder, attribute.name)[sub.name] = read
}

/** The object under a key, made where there is none. */
export function child(holder: Values, key: string): Values {
  const held = holder[key]
  if (isObject(held)) return held
  const made: Values = {}
  holder[key] = made
  return made
}

/** Single values that some clients wrap: a list of one, and `[{"value": "x"}]` for plain attributes. */
function unwrapped(attribute: Attribute, value: unknown, at: string): unknown {
  let one = value
  if (Array.isArray(one)) {
    if (one.length > 1) throw invalidValue(at, 'takes a single value')
    one = one[0]
  }
  return attribute.type !== 'complex' && isObject(one) && 'value' in one ? one.value : one
}

function readSingle(attribute: Attribute, value: unknown, at: string, dialect: Dialect): unknown {
  if (value === null || value === undefined) return undefined
  switch (attribute.type) {
    case 'complex':
      return readComplex(attribute, value, at, dialect)
    case 'boolean': {
      const text = typeof value === 'string' ? value.toLowerCase() : value
      if (text === true || text === 'true') return true
      if (text === false || text === 'false') return false
      throw invalidValue(at, 'must be true or false')
    }
    case 'integer':
    case 'decimal': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
      const fits = attribute.type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number)
      if (!fits) throw invalidValue(at, `must be ${attribute.type === 'integer' ? 'an integer' : 'a number'}`)
      return number
    }
    case 'dateTime':
      if (!isDateTime(value)) throw invalidValue(at, 'must be a date and time such as 2026-01-31T12:00:00Z')
      return value
    default:
      return readText(attribute, value, at)
  }
}

function readText(attribute: Attribute, value: unknown, at: string): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value
  if (typeof text !== 'string') throw invalidValue(at, 'must be a text')
  if (/[\0\p{Surrogate}]/u.test(text)) throw invalidValue(at, 'holds a character that is none')
  const name = at.replace(/\[[^\]]*\]/g, '')
  const indexed = INDEXED.has(attribute.name) || INDEXED.has(name)
  if (indexed && text.length > INDEXED_MAX) throw invalidValue(at, `is longer than ${INDEXED_MAX} characters`)
  return attribute.name === 'externalId' && text === '' ? undefined : text
}

function readComplex(attribute: Attribute, value: unknown, at: string, dialect: Dialect): Values | undefined {
  if (value === '') return undefined
  const object = isObject(value) || !attribute.subAttributes.has('value') ? value : { value }
  if (!isObject(object)) throw invalidValue(at, 'must be an object')
  const read: Values = {}
  for (const [key, inner] of Object.entries(object)) {
    const sub = attribute.subAttributes.get(key.toLowerCase())
    if (!sub || sub.mutability === 'readOnly') continue
    const one = readValue(sub, inner, `${at}.${sub.name}`, dialect)
    // Entra clears a manager by an empty value.
    if (one !== undefined && !(sub.name === 'value' && one === '')) read[sub.name] = one
  }
  return Object.keys(read).length === 0 ? undefined : read
}

/** RFC 7643 §2.4: the primary value is one at most. */
function onePrimary(list: unknown[], at: string, dialect: Dialect): unknown[] {
  const primaries = list.filter((one) => isObject(one) && one.primary === true)
  if (primaries.length < 2) return list
  if (!dialect.firstPrimaryWins) throw invalidValue(at, 'has more than one primary value')
  return list.map((one) => (isObject(one) && primaries.indexOf(one) > 0 ? { ...one, primary: false } : one))
}
