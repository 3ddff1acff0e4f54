// A node's guard against bulk requests in numbers: each may hold a connection to the database for as long as it runs.
import { AppError } from '../kernel/errors.ts'

/** Bulk requests of one directory that a node does at once. */
const AT_ONCE = 4

/** A function that does `work` unless the directory has too much of it under way: AppError `too_many`. */
export function createBulkGate(): <T>(directoryId: string, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, number>()
  return async (directoryId, work) => {
    const count = underWay.get(directoryId) ?? 0
    if (count >= AT_ONCE) {
      const message = `This directory may have ${AT_ONCE} bulk requests under way at once.`
      throw new AppError('too_many', 'rate_limited', message, { details: { retryAfterSeconds: 5 } })
    }
    underWay.set(directoryId, count + 1)
    try {
      return await work()
    } finally {
      const left = (underWay.get(directoryId) ?? 1) - 1
      if (left > 0) underWay.set(directoryId, left)
      else underWay.delete(directoryId)
    }
  }
}
