// Dialects: what each identity provider does otherwise than RFC 7643 and RFC 7644 say, as data and as one rewriting of PATCH bodies.
import type { DirectoryPreset } from '../domain/directory.ts'
import { AppError } from '../kernel/errors.ts'

interface Quirk {
  /** What is done otherwise than the letter says, where the quirk is on. */
  readonly says: string
  /** What the letter says, and who sends the other thing. */
  readonly source: string
  /** The dialects in which it is on. */
  readonly in: readonly DirectoryPreset[]
}

const KNOWN: readonly DirectoryPreset[] = ['okta', 'entra', 'google', 'onelogin']

/**
 * Where the sources conflict, a line each. `generic` has none of them: it is the RFC to the letter, and fits JumpCloud, PingOne and
 * PingFederate, Rippling and authentik, of which nothing else is known. Casing of `op`, names and URNs, texts for booleans, the shapes of
 * a member's removal, PATCH without a path, the URNs from before RFC 7643 and a trailing `?` or `&` are taken in every dialect.
 */
const quirks = {
  schemasOptional: {
    says: 'A resource need not name its schemas, nor a PATCH its message.',
    source: 'RFC 7643 §3, RFC 7644 §3.5.2 demand them; OneLogin names older ones, hand-made connectors none.',
    in: KNOWN,
  },
  createsUnmatched: {
    says: 'A replace whose brackets match nothing creates the value.',
    source: 'RFC 7644 §3.5.2.3 demands noTarget; Entra writes `emails[type eq "work"].value` first.',
    in: KNOWN,
  },
  mergesMatched: {
    says: 'Replacing what brackets match keeps the sub-attributes that are not given.',
    source: 'RFC 7644 §3.5.2.3 replaces the whole value; Entra sends the changed part alone.',
    in: KNOWN,
  },
  bracketsOnSingle: {
    says: 'Brackets may stand after a single-valued attribute.',
    source: 'RFC 7644 §3.5.2 has them for multi-valued ones; Entra sends `manager[value eq "…"]`.',
    in: KNOWN,
  },
  ignoresUnknown: {
    says: 'A PATCH of an attribute that nobody knows is passed over.',
    source:
      'RFC 7644 Table 9 has invalidPath; an Okta or Entra mapping to an unknown attribute would stop the whole person.',
    in: KNOWN,
  },
  emptyOperations: {
    says: 'A PATCH without operations changes nothing and is answered as others are.',
    source: 'RFC 7644 §3.5.2 asks for one or more; an earlier validator of Microsoft sends none.',
    in: KNOWN,
  },
  firstPrimaryWins: {
    says: 'Of several primary values the first is taken.',
    source: 'RFC 7643 §2.4 allows one; directories with two mapped addresses mark both.',
    in: KNOWN,
  },
  readsLoosely: {
    says: 'Texts and numbers stand for each other, a list of one for a single value and a bare value for a complex one, an empty text for nothing, and any text for a reference or a binary.',
    source: 'RFC 7643 §2.3 has none of that; Entra and its validator write all of it.',
    in: KNOWN,
  },
  announcesLittle: {
    says: '`/Schemas` leaves out `display` and `primary` of e-mail addresses.',
    source: "RFC 7643 §8.7.1 has them; Microsoft's validator fails on mapping them.",
    in: ['entra'],
  },
} as const satisfies Record<string, Quirk>

/** Which quirks are on, each as the table says. */
export type Dialect = Readonly<Record<keyof typeof quirks, boolean>>

/** `generic` is the RFC to the letter; the others do what those clients need. */
export const dialects: Readonly<Record<DirectoryPreset, Dialect>> = {
  generic: dialectOf('generic'),
  okta: dialectOf('okta'),
  entra: dialectOf('entra'),
  google: dialectOf('google'),
  onelogin: dialectOf('onelogin'),
}

function dialectOf(preset: DirectoryPreset): Dialect {
  const entries = Object.entries(quirks).map(([name, quirk]: [string, Quirk]) => [
    name,
    quirk.in.includes(preset),
  ])
  return Object.fromEntries(entries) as Dialect
}

export interface PatchOperation {
  op: 'add' | 'remove' | 'replace'
  path: string
  value: unknown
  /** Whether the path was a key of an operation without one: what cannot be written there is passed over. */
  pathless: boolean
}

const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:patchop'
const MAX_OPERATIONS = 1000

/**
 * The operations of a PATCH body as if each had been written with a path (RFC 7644 §3.5.2): `op` in any case, keys of an operation
 * without a path (dotted, with a URN, even with brackets) as paths. AppError `invalidSyntax`, `invalidValue` or `noTarget`.
 */
export function readOperations(body: unknown, dialect: Dialect): PatchOperation[] {
  if (!isObject(body)) throw new AppError('invalid', 'invalidSyntax', 'The body must be a JSON object.')
  const urns = entry(body, 'schemas')
  const named = Array.isArray(urns) && urns.some((urn) => String(urn).toLowerCase() === PATCH_URN)
  if (!named && !dialect.schemasOptional) refuse('schemas', 'must name the PatchOp message')
  const list = entry(body, 'operations')
  if (!Array.isArray(list)) return refuse('Operations', 'must be a list')
  if (list.length === 0 && !dialect.emptyOperations) refuse('Operations', 'must not be empty')
  if (list.length > MAX_OPERATIONS) {
    throw new AppError('too_large', 'tooMany', `A PATCH may have ${MAX_OPERATIONS} operations at most.`)
  }
  return list.flatMap((item, index) => readOperation(item, `Operations[${index}]`))
}

function readOperation(item: unknown, at: string): PatchOperation[] {
  if (!isObject(item)) return refuse(at, 'must be an object')
  const op = String(entry(item, 'op')).toLowerCase()
  if (op !== 'add' && op !== 'remove' && op !== 'replace')
    return refuse(`${at}.op`, 'must be add, remove or replace')
  const path = entry(item, 'path')
  const value = entry(item, 'value')
  if (typeof path === 'string' && path.trim() !== '') {
    if (value === undefined && op !== 'remove')
      throw new AppError('invalid', 'invalidValue', `${at}.value is missing.`)
    return [{ op, path: path.trim(), value, pathless: false }]
  }
  if (path !== undefined && path !== null && path !== '') return refuse(`${at}.path`, 'must be a text')
  if (op === 'remove')
    throw new AppError('invalid', 'noTarget', `${at} removes nothing: its path is missing.`)
  if (!isObject(value)) {
    throw new AppError('invalid', 'invalidValue', `${at}.value must be an object, for there is no path.`)
  }
  return Object.entries(value).map(([key, inner]) => ({ op, path: key, value: inner, pathless: true }))
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value under a key in whatever case. */
export function entry(object: Readonly<Record<string, unknown>>, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name]
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name)
  return key === undefined ? undefined : object[key]
}

function refuse(path: string, why: string): never {
  throw new AppError('invalid', 'invalidSyntax', `${path} ${why}.`)
}
