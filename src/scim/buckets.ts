// Token buckets in memory, one for each key: a steady rate with a burst after a pause.

export interface BucketRate {
  readonly perSecond: number
  readonly burst: number
}

/** Takes one from the key's bucket; false when it is empty. */
export type Bucket = (key: string) => boolean

/** Keys that are remembered; a full bucket need not be. */
const SWEEP_AT = 10_000

/** Buckets of one rate. `now` tells the seconds of a clock that never goes back. */
export function createBuckets(
  { perSecond, burst }: BucketRate,
  now: () => number = () => performance.now() / 1000,
): Bucket {
  const buckets = new Map<string, { left: number; at: number }>()
  let sweepAt = SWEEP_AT
  const filled = (bucket: { left: number; at: number }, at: number) =>
    Math.min(burst, bucket.left + (at - bucket.at) * perSecond)
  return (key) => {
    const at = now()
    const bucket = buckets.get(key)
    if (bucket === undefined) {
      if (buckets.size >= sweepAt) {
        for (const [one, held] of buckets) if (filled(held, at) >= burst) buckets.delete(one)
        sweepAt = Math.max(SWEEP_AT, 2 * buckets.size)
      }
      buckets.set(key, { left: burst - 1, at })
      return true
    }
    const left = filled(bucket, at)
    bucket.at = at
    bucket.left = left < 1 ? left : left - 1
    return left >= 1
  }
}
