// Values as clients send them, read by the attribute tables: types checked, names in their right case, what is not ours dropped.
import { AppError } from '../kernel/errors.ts'
import { isDateTime } from './filter.ts'
import { type Dialect, isObject } from './quirks.ts'
import { distinct } from './same-value.ts'
import { type Attribute, isKept } from './schemas.ts'

/** A resource's writable attributes by their right names; extensions under their URN. Never holds null, empty lists or empty objects. */
export type Values = Record<string, unknown>

/** Values of one attribute: every PATCH compares with all of them. */
const MOST_VALUES = 1000

/** One attribute's value in its right form, or undefined where it says "unassigned" (RFC 7643 §2.5). */
export function readValue(attribute: Attribute, value: unknown, at: string, dialect: Dialect): unknown {
  if (!attribute.multiValued)
    return readSingle(attribute, unwrapped(attribute, value, at, dialect), at, dialect)
  if (value === null || value === undefined) return undefined
  if (!Array.isArray(value)) return listOf(readSingle(attribute, value, at, dialect))
  atMost(value, at)
  const list = value
    .map((one, index) => readSingle(attribute, one, `${at}[${index}]`, dialect))
    .filter((one) => one !== undefined)
  return list.length === 0 ? undefined : onePrimary(distinct(attribute, list), at, dialect)
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

/** The object under a key, made where there is none. */
export function child(holder: Values, key: string): Values {
  const held = holder[key]
  if (isObject(held)) return held
  const made: Values = {}
  holder[key] = made
  return made
}

function listOf(one: unknown): unknown[] | undefined {
  return one === undefined ? undefined : [one]
}

/** Single values that some clients wrap: a list of one, and `[{"value": "x"}]` for plain attributes. */
function unwrapped(attribute: Attribute, value: unknown, at: string, dialect: Dialect): unknown {
  let one = value
  if (Array.isArray(one)) {
    if (one.length > 1 || (one.length === 1 && !dialect.readsLoosely))
      throw invalidValue(at, 'takes a single value')
    one = one[0]
  }
  const wraps = dialect.readsLoosely && attribute.type !== 'complex'
  return wraps && isObject(one) && 'value' in one ? one.value : one
}

function readSingle(attribute: Attribute, value: unknown, at: string, dialect: Dialect): unknown {
  if (value === null || value === undefined) return undefined
  // An empty text in the place of anything else says that there is nothing.
  if (value === '' && attribute.type !== 'string' && dialect.readsLoosely) return undefined
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
    case 'decimal':
      return readNumber(attribute.type, value, at, dialect)
    case 'dateTime':
      if (!isDateTime(value)) throw invalidValue(at, 'must be a date and time such as 2026-01-31T12:00:00Z')
      return value
    default:
      return readText(attribute, value, at, dialect)
  }
}

function readNumber(type: 'integer' | 'decimal', value: unknown, at: string, dialect: Dialect): unknown {
  const isTyped = typeof value === 'string' && dialect.readsLoosely && value.trim() !== ''
  const number = isTyped ? Number(value) : value
  const fits = type === 'integer' ? Number.isSafeInteger(number) : Number.isFinite(number)
  if (!fits) throw invalidValue(at, `must be ${type === 'integer' ? 'an integer' : 'a number'}`)
  return number
}

/** A URI, absolute or relative (RFC 7643 §2.3.7); letters beyond ASCII pass, as browsers let them. */
const REFERENCE = /^(?:[^\s<>"{}|\\^`%]|%[0-9a-f]{2})*$/i
/** Base 64 whose padding may be left out (RFC 7643 §2.3.6). */
const BINARY = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

function readText(attribute: Attribute, value: unknown, at: string, dialect: Dialect): string | undefined {
  const isPlain = typeof value === 'number' || typeof value === 'boolean'
  const text = isPlain && dialect.readsLoosely ? String(value) : value
  if (typeof text !== 'string') throw invalidValue(at, 'must be a text')
  if (/[\0\p{Surrogate}]/u.test(text)) throw invalidValue(at, 'holds a character that is none')
  const { type, maxLength, name } = attribute
  if (maxLength !== null && text.length > maxLength)
    throw invalidValue(at, `is longer than ${maxLength} characters`)
  if (!dialect.readsLoosely) {
    if (type === 'reference' && !REFERENCE.test(text)) throw invalidValue(at, 'must be a URI')
    if (type === 'binary' && !BINARY.test(text)) throw invalidValue(at, 'must be base 64')
  }
  return name === 'externalId' && text === '' ? undefined : text
}

function readComplex(attribute: Attribute, value: unknown, at: string, dialect: Dialect): Values | undefined {
  const wraps = dialect.readsLoosely && !isObject(value) && attribute.subAttributes.has('value')
  const object = wraps ? { value } : value
  if (!isObject(object)) throw invalidValue(at, 'must be an object')
  const read: Values = {}
  for (const [key, inner] of Object.entries(object)) {
    const sub = attribute.subAttributes.get(key.toLowerCase())
    if (!sub || sub.mutability === 'readOnly') continue
    const one = readValue(sub, inner, `${at}.${sub.name}`, dialect)
    // Entra clears a manager by an empty value.
    const isCleared = sub.name === 'value' && one === '' && dialect.readsLoosely
    if (one !== undefined && !isCleared && isKept(sub)) read[sub.name] = one
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
