// `/Bulk`: many operations in one request, each a deed of its own, done one after another (RFC 7644 §3.7).
import { setImmediate as pause } from 'node:timers/promises'
import { AppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { type Made, resolveData, resolveTarget } from './bulk-references.ts'
import { type BulkOperation, inOrder, makersIn, readBulkRequest, type Step } from './bulk-request.ts'
import { readBulkTarget } from './bulk-target.ts'
import { failureOf } from './errors.ts'
import type { Answer, Exchange } from './exchange.ts'
import { noteError } from './notes.ts'
import { operate } from './operate.ts'
import { isObject } from './quirks.ts'
import { invalidValue } from './values.ts'

const RESPONSE_URN = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'
/** How long operations are begun: a client's patience and a proxy's end at 30 seconds or later. */
const BEGUN_WITHIN_MS = 25_000

/** What an operation became, as the answer shows it. */
export interface Outcome {
  readonly location?: string
  readonly method: string
  readonly bulkId?: string
  readonly version?: string
  readonly status: string
  readonly response?: unknown
}

interface Run {
  readonly exchange: Exchange
  readonly makers: ReadonlyMap<string, BulkOperation>
  readonly made: Map<string, Made>
  /** By the operation's place in the request. */
  readonly outcomes: Map<number, Outcome>
  /** Resources that stand without some of their references, until those stand too. */
  readonly incomplete: Set<Step>
  failures: number
}

/**
 * Does what the body asks, each operation in a transaction of its own: what failed undoes nothing of the others. AppError 400 or 413
 * where nothing was begun; else 200 with the outcome of each operation in the request's order. Operations after the last failure that
 * `failOnErrors` allows are not in the answer (RFC 7644 §3.7.3); those for which the time was too short have status 503.
 */
export async function runBulk(exchange: Exchange, withinMs = BEGUN_WITHIN_MS): Promise<Answer> {
  const outcomes = await bulkOutcomes(exchange, withinMs)
  const Operations = outcomes.filter((one) => one !== undefined)
  return { status: 200, body: { schemas: [RESPONSE_URN], Operations } }
}

/** The same by the operations' places in the request; undefined for those that were left alone. */
export async function bulkOutcomes(exchange: Exchange, withinMs: number): Promise<(Outcome | undefined)[]> {
  const { operations, failOnErrors } = readBulkRequest(exchange.body, exchange.dialect)
  const run: Run = {
    exchange: { txn: newId(), ...exchange },
    makers: makersIn(operations),
    made: new Map(),
    outcomes: new Map(),
    incomplete: new Set(),
    failures: 0,
  }
  const end = performance.now() + withinMs
  for (const step of inOrder(operations)) {
    if (run.failures >= failOnErrors) break
    if (performance.now() > end) {
      refuseLate(run, step.operation)
      continue
    }
    // A run of operations that fail before they reach the database must not hold everybody else up.
    await pause()
    await runStep(run, step)
    await completeWhatCanBe(run)
  }
  for (const step of run.incomplete) noteIncomplete(run, step)
  return operations.map(({ index }) => run.outcomes.get(index))
}

async function runStep(run: Run, step: Step): Promise<void> {
  const { operation } = step
  let location: string | undefined
  try {
    if (operation.fault !== null) throw operation.fault
    for (const name of operation.references) if (!step.later.includes(name)) requireMade(run, operation, name)
    const target = readBulkTarget(run.exchange, resolveTarget(operation.path, run.made), operation)
    location = target.location
    const answer = await operate(exchangeFor(run, operation, target.query), operation.method, target)
    const made = operation.method === 'POST' ? madeBy(answer) : null
    if (made !== null && operation.bulkId !== null) run.made.set(operation.bulkId, made)
    if (made !== null && step.later.length > 0) run.incomplete.add(step)
    succeed(run, operation, answer, made?.location ?? location)
  } catch (thrown) {
    fail(run, operation, thrown, location)
  }
}

/** The exchange of one operation as if it had come alone. */
function exchangeFor(
  { exchange, made }: Run,
  { index, method, version, data }: BulkOperation,
  query: Exchange['query'],
): Exchange {
  return {
    ...exchange,
    query,
    body: method === 'DELETE' ? null : resolveData(data, made),
    conditions: { ifMatch: version, ifNoneMatch: null },
    step: String(index),
  }
}

function requireMade({ made, makers }: Run, { index }: BulkOperation, name: string): void {
  if (made.has(name)) return
  if (!makers.has(name)) {
    throw invalidValue(`Operations[${index}]`, `refers to bulkId:${name}, which no POST of this request has`)
  }
  const message = `The operation with the bulkId ${name}, to which this one refers, did not succeed.`
  throw new AppError('conflict', 'reference_failed', message)
}

/** Gives resources that refer to each other the references that they could not have when they were made (RFC 7644 §3.7.1). */
async function completeWhatCanBe(run: Run): Promise<void> {
  for (const step of run.incomplete) {
    if (!step.later.every((name) => run.made.has(name))) continue
    run.incomplete.delete(step)
    const { operation } = step
    const own = run.made.get(operation.bulkId ?? '')
    if (own === undefined) continue
    try {
      const target = readBulkTarget(run.exchange, own.location, { ...operation, method: 'PUT' })
      // The version is ours, not one that the client could have seen.
      const whole = exchangeFor(run, { ...operation, version: null }, target.query)
      const { headers } = await operate(whole, 'PUT', target)
      succeed(run, operation, { status: 201, body: null, ...(headers && { headers }) }, own.location)
    } catch (thrown) {
      fail(run, operation, thrown, own.location)
    }
  }
}

function noteIncomplete(run: Run, { operation, later }: Step): void {
  const missing = later.filter((name) => !run.made.has(name)).map((name) => `bulkId:${name}`)
  const message = `The resource was made, but without its circular reference to ${missing.join(', ')}, which was not made.`
  const error = new AppError('conflict', 'circular_reference', message)
  fail(run, operation, error, run.made.get(operation.bulkId ?? '')?.location)
}

function refuseLate(run: Run, operation: BulkOperation): void {
  const message = `Not begun: the request took more than ${BEGUN_WITHIN_MS / 1000} seconds. Send this operation again.`
  fail(run, operation, new AppError('too_many', 'unavailable', message), undefined)
}

function madeBy({ body, headers }: Answer): Made | null {
  const location = headers?.Location
  return isObject(body) && typeof body.id === 'string' && location !== undefined
    ? { id: body.id, location }
    : null
}

function succeed(run: Run, operation: BulkOperation, answer: Answer, location: string | undefined): void {
  const version = answer.headers?.ETag
  run.outcomes.set(operation.index, {
    ...headOf(operation, location),
    ...(version === undefined ? {} : { version }),
    status: String(answer.status),
  })
}

function fail(run: Run, operation: BulkOperation, thrown: unknown, location: string | undefined): void {
  run.failures += 1
  const { status, body, error } = failureOf(run.exchange.world, thrown)
  noteError(run.exchange.notes, error, body.scimType)
  run.outcomes.set(operation.index, {
    ...headOf(operation, location),
    status: String(status),
    response: body,
  })
}

function headOf({ method, bulkId }: BulkOperation, location: string | undefined) {
  return {
    ...(location === undefined ? {} : { location }),
    method,
    ...(bulkId === null ? {} : { bulkId }),
  }
}
