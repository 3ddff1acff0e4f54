// A node's guard against a directory that storms it. It counts in memory on purpose: a count shared by all nodes would cost every
// request a write, and nothing but the node's own load rests on it; over several nodes a directory may send as much to each.
import { AppError } from '../kernel/errors.ts'
import { type Bucket, createBuckets } from './buckets.ts'

/** Requests of one directory that a node takes in a second, and at once after a pause; the providers ask for 25 a second at least. */
const PER_SECOND = 200
const BURST = 400
/** A refused client that comes back after this many seconds finds a second's worth of requests. */
const RETRY_AFTER_SECONDS = 1

/** A function that counts one request of a directory and throws AppError `too_many` when it has none left. */
export function createThrottle(): (directoryId: string) => void {
  const take: Bucket = createBuckets({ perSecond: PER_SECOND, burst: BURST })
  return (directoryId) => {
    if (take(directoryId)) return
    const message = `This directory may send ${PER_SECOND} requests a second, and ${BURST} at once: try again in a second.`
    throw new AppError('too_many', 'rate_limited', message, {
      details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
    })
  }
}
