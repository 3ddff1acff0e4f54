// Request limits, counted in PostgreSQL so that all nodes share them, with a guard in memory for who is over.
import { createHash } from 'node:crypto'
import { RateLimiterMemory, RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible'
import type { DataSource } from 'typeorm'
import { AppError } from '../kernel/errors.ts'

export interface Limit {
  /** Names what is counted, for instance `sign-in-code`; two limits never share a name. */
  name: string
  /** How many are allowed … */
  points: number
  /** … within this many seconds from the first. */
  seconds: number
}

export interface LimitHolder {
  readonly dataSource: DataSource
  /** False lifts every request limit. */
  readonly rateLimits: boolean
}

/** Counts one try of `key` (any text; only its hash is kept). AppError `too_many` with `retryAfterSeconds` when over. */
export async function takeFromLimit(holder: LimitHolder, limit: Limit, key: string): Promise<void> {
  if (!holder.rateLimits) return
  try {
    await limiterFor(holder.dataSource, limit).consume(hashed(key))
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection
    const retryAfterSeconds = Math.max(1, Math.ceil(rejection.msBeforeNext / 1000))
    throw new AppError(
      'too_many',
      'rate_limited',
      `Too many requests. Try again in ${retryAfterSeconds} seconds.`,
      {
        details: { retryAfterSeconds },
      },
    )
  }
}

/** Whether `key` has used up its limit already; counts nothing. */
export async function isOverLimit(holder: LimitHolder, limit: Limit, key: string): Promise<boolean> {
  if (!holder.rateLimits) return false
  const counted = await limiterFor(holder.dataSource, limit).get(hashed(key))
  return counted !== null && counted.consumedPoints >= limit.points
}

const limiters = new WeakMap<DataSource, Map<string, RateLimiterPostgres>>()

function limiterFor(dataSource: DataSource, limit: Limit): RateLimiterPostgres {
  const known = limiters.get(dataSource) ?? new Map<string, RateLimiterPostgres>()
  limiters.set(dataSource, known)
  let limiter = known.get(limit.name)
  if (limiter === undefined) {
    const counted = { keyPrefix: limit.name, points: limit.points, duration: limit.seconds }
    limiter = new RateLimiterPostgres({
      ...counted,
      storeClient: dataSource,
      storeType: 'typeorm',
      tableName: 'rate_limits',
      tableCreated: true,
      clearExpiredByTimeout: true,
      // Who is over is refused from memory until the time is up: no query for a client that hammers.
      inMemoryBlockOnConsumed: limit.points + 1,
      // Without the database each node counts for itself.
      insuranceLimiter: new RateLimiterMemory(counted),
    })
    known.set(limit.name, limiter)
  }
  return limiter
}

function hashed(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('base64url')
}
