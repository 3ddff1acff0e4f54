// A node's guard against a directory that storms it. It counts in memory on purpose: a count shared by all nodes would cost every
// request a write, and nothing but the node's own load rests on it.
import { AppError } from '../kernel/errors.ts'

/** Requests of one directory that a node takes in a second; the providers ask for 25 at least. */
const PER_SECOND = 200

/** A function that counts one request of a directory and throws AppError `too_many` when the second is full. */
export function createThrottle(): (directoryId: string) => void {
  let second = 0
  let counts = new Map<string, number>()
  return (directoryId) => {
    const now = Math.floor(performance.now() / 1000)
    if (now !== second) {
      second = now
      counts = new Map()
    }
    const count = (counts.get(directoryId) ?? 0) + 1
    counts.set(directoryId, count)
    if (count <= PER_SECOND) return
    throw new AppError(
      'too_many',
      'rate_limited',
      `This directory may send ${PER_SECOND} requests a second.`,
      {
        details: { retryAfterSeconds: 1 },
      },
    )
  }
}
