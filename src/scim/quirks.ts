// Dialects: what each identity provider does otherwise than RFC 7643 and RFC 7644 say, as data and as one rewriting of PATCH bodies.
import type { DirectoryPreset } from '../domain/directory.ts'
import { AppError } from '../kernel/errors.ts'

export interface Dialect {
  /** Whether a resource must name its schemas, and a PATCH its message URN (RFC 7643 §3). */
  readonly schemasRequired: boolean
  /** Whether a replace whose brackets match nothing creates the value instead of failing (Entra writes `emails[type eq "work"].value` first). */
  readonly createsUnmatched: boolean
  /** Whether replacing what brackets match keeps the sub-attributes that are not given. */
  readonly mergesMatched: boolean
  /** Whether brackets may stand after a single-valued attribute (`manager[value eq "…"]`). */
  readonly bracketsOnSingle: boolean
  /** Whether a PATCH of an attribute that nobody knows is passed over instead of refused. */
  readonly ignoresUnknown: boolean
  /** Whether an empty list of operations is a PATCH that changes nothing. */
  readonly emptyOperations: boolean
  /** Whether the first of several primary values wins instead of none being taken. */
  readonly firstPrimaryWins: boolean
}

const letter: Dialect = {
  schemasRequired: true,
  createsUnmatched: false,
  mergesMatched: false,
  bracketsOnSingle: false,
  ignoresUnknown: false,
  emptyOperations: false,
  firstPrimaryWins: false,
}
const lenient: Dialect = {
  schemasRequired: false,
  createsUnmatched: true,
  mergesMatched: true,
  bracketsOnSingle: true,
  ignoresUnknown: true,
  emptyOperations: true,
  firstPrimaryWins: true,
}

/** `generic` is the RFC to the letter; the others do what those clients need. */
export const dialects: Readonly<Record<DirectoryPreset, Dialect>> = {
  generic: letter,
  okta: lenient,
  entra: lenient,
  google: lenient,
  onelogin: lenient,
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
  if (!named && dialect.schemasRequired) refuse('schemas', 'must name the PatchOp message')
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
