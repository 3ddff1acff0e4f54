// The message of a bulk request, read before anything is done (RFC 7644 §3.7), and the order in which its operations can be done.
import { AppError } from '../kernel/errors.ts'
import { referencesIn } from './bulk-references.ts'
import { type Dialect, entry, isObject } from './quirks.ts'
import { invalidValue } from './values.ts'

/** What ServiceProviderConfig announces. */
export const MOST_OPERATIONS = 1000

const REQUEST_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const PATCH_URN = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE']

export interface BulkOperation {
  /** Where it stands in the request, from 0. */
  readonly index: number
  /** In capital letters, as far as there is one. */
  readonly method: string
  readonly bulkId: string | null
  /** The version that the client has seen. */
  readonly version: string | null
  readonly path: string
  readonly data: unknown
  /** Why it cannot be begun, as far as the message tells. */
  readonly fault: AppError | null
  /** The bulkIds that its path and data speak of. */
  readonly references: ReadonlySet<string>
}

export interface BulkRequest {
  readonly operations: readonly BulkOperation[]
  /** After how many failures the others are left alone; infinite where the client does not say. */
  readonly failOnErrors: number
}

/**
 * Reads the message. AppError 400 `invalidSyntax` or `invalidValue` for what concerns all of it, 413 for more operations than are
 * announced; what is wrong with one operation is its own `fault`.
 */
export function readBulkRequest(body: unknown, dialect: Dialect): BulkRequest {
  if (!isObject(body)) throw new AppError('invalid', 'invalidSyntax', 'The body must be a JSON object.')
  const urns = entry(body, 'schemas')
  const isNamed = (urn: unknown) => String(urn).toLowerCase() === REQUEST_URN.toLowerCase()
  if (!dialect.schemasOptional && !(Array.isArray(urns) && urns.some(isNamed)))
    throw new AppError('invalid', 'invalidSyntax', `schemas must name ${REQUEST_URN}.`)
  const list = entry(body, 'operations')
  if (!Array.isArray(list) || list.length === 0)
    throw new AppError('invalid', 'invalidSyntax', 'Operations must be a list of one operation at least.')
  if (list.length > MOST_OPERATIONS) {
    const message = `The number of operations, ${list.length}, is over maxOperations (${MOST_OPERATIONS}).`
    throw new AppError('too_large', 'too_many_operations', message)
  }
  const failOnErrors = entry(body, 'failonerrors') ?? Number.POSITIVE_INFINITY
  if (typeof failOnErrors !== 'number' || failOnErrors < 1 || failOnErrors % 1 > 0)
    throw invalidValue('failOnErrors', 'must be a whole number from 1')
  const operations = list.map(readOperation)
  refuseTwins(operations)
  return { operations, failOnErrors }
}

function readOperation(item: unknown, index: number): BulkOperation {
  const at = `Operations[${index}]`
  const object = isObject(item) ? item : {}
  const text = (name: string) => {
    const value = entry(object, name.toLowerCase())
    return typeof value === 'string' && value !== '' ? value : null
  }
  const method = text('method')?.toUpperCase() ?? ''
  const path = text('path') ?? ''
  const sent = entry(object, 'data')
  // The RFC's own example writes a PATCH as the bare list; its erratum 5050 as the whole message.
  const data =
    method === 'PATCH' && Array.isArray(sent) ? { schemas: [PATCH_URN], Operations: sent } : (sent ?? null)
  const operation = { index, method, bulkId: text('bulkId'), version: text('version'), path, data }
  const fault = isObject(item) ? faultOf(object, operation, at) : invalidValue(at, 'must be an object')
  return { ...operation, fault, references: referencesIn(path, data) }
}

function faultOf(
  object: Readonly<Record<string, unknown>>,
  { method, bulkId, path, data }: Pick<BulkOperation, 'method' | 'bulkId' | 'path' | 'data'>,
  at: string,
): AppError | null {
  if (!METHODS.includes(method)) return invalidValue(`${at}.method`, `must be one of ${METHODS.join(', ')}`)
  for (const name of ['bulkId', 'version']) {
    const value = entry(object, name.toLowerCase()) ?? ''
    if (typeof value !== 'string') return invalidValue(`${at}.${name}`, 'must be a text')
  }
  if (method === 'POST' && bulkId === null) return invalidValue(`${at}.bulkId`, 'is required for a POST')
  if (path === '') return invalidValue(`${at}.path`, 'must be the address of a resource, such as /Users')
  if (method !== 'DELETE' && !isObject(data)) return invalidValue(`${at}.data`, 'must be an object')
  return null
}

/** Of two resources with one bulkId nobody could tell which is meant, so nothing is begun. */
function refuseTwins(operations: readonly BulkOperation[]): void {
  const first = new Map<string, number>()
  for (const { method, bulkId, index } of operations) {
    if (method !== 'POST' || bulkId === null) continue
    const other = first.get(bulkId)
    if (other !== undefined)
      throw invalidValue(`Operations[${index}].bulkId`, `is that of Operations[${other}] already`)
    first.set(bulkId, index)
  }
}

/** The operations that make a resource, by bulkId. */
export function makersIn(operations: readonly BulkOperation[]): Map<string, BulkOperation> {
  return new Map(
    operations.flatMap((operation) =>
      operation.method === 'POST' && operation.bulkId !== null ? [[operation.bulkId, operation]] : [],
    ),
  )
}

/** One operation in its turn, and the references that do not stand yet then, for they lead back to it. */
export interface Step {
  readonly operation: BulkOperation
  readonly later: readonly string[]
}

/** The operations in the client's order, but each after those that make what it speaks of (RFC 7644 §3.7.1 and §3.7.2). */
export function inOrder(operations: readonly BulkOperation[]): Step[] {
  const makers = makersIn(operations)
  const begun = new Set<BulkOperation>()
  const ended = new Set<BulkOperation>()
  const steps: Step[] = []
  const visit = (operation: BulkOperation) => {
    begun.add(operation)
    const later: string[] = []
    for (const name of operation.references) {
      const maker = makers.get(name)
      if (maker === undefined || ended.has(maker)) continue
      if (begun.has(maker)) later.push(name)
      else visit(maker)
    }
    steps.push({ operation, later })
    ended.add(operation)
  }
  for (const operation of operations) if (!begun.has(operation)) visit(operation)
  return steps
}
