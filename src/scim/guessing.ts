// A node's guard against guessed and stale tokens: what was refused is refused again from memory, and whoever shows many unknown tokens
// is slowed down by network. Tokens that have opened a door here are never held up: identity providers share their addresses, and one
// customer's expired token must not shut out the others.
import { AppError } from '../kernel/errors.ts'
import { sha256 } from '../kernel/secrets.ts'
import { createBuckets } from './buckets.ts'

/** Unknown tokens that are looked up for one network. */
const LOOKUPS = { perSecond: 5, burst: 100 }
const RETRY_AFTER_SECONDS = 10
/** How long a refusal is remembered, in seconds: a directory may be connected again. */
const REFUSED_SECONDS = 10
const REMEMBERED = 10_000

export interface GuessGuard {
  /**
   * Lets a token through to be looked up. AppError `invalid_token` where that was refused a moment ago, `rate_limited` where its network
   * has shown too many that are unknown.
   */
  admit(network: string, key: string): void
  opened(key: string): void
  refused(key: string, error: AppError): void
}

/** What a token at an address is remembered by: not the token. */
export function guessKey(directoryId: string, token: string): string {
  return sha256(`${directoryId} ${token}`).toString('base64')
}

/** A guard; with `limited` false no network is slowed down. `now` tells the seconds of a clock that never goes back. */
export function createGuessGuard(
  limited: boolean,
  now: () => number = () => performance.now() / 1000,
): GuessGuard {
  const known = new Set<string>()
  const bad = new Map<string, { until: number; error: AppError }>()
  const take = createBuckets(LOOKUPS, now)
  return {
    admit: (network, key) => {
      if (known.has(key)) return
      const refusal = bad.get(key)
      if (refusal !== undefined && refusal.until > now()) throw refusal.error
      if (!limited || take(network)) return
      throw new AppError('too_many', 'rate_limited', 'Too many unknown tokens came from this network.', {
        details: { retryAfterSeconds: RETRY_AFTER_SECONDS },
      })
    },
    opened: (key) => {
      if (known.has(key)) return
      bound(known)
      known.add(key)
    },
    refused: (key, error) => {
      known.delete(key)
      bad.delete(key)
      bound(bad)
      bad.set(key, { until: now() + REFUSED_SECONDS, error })
    },
  }
}

/** Forgets the oldest where there are too many. */
function bound(held: { size: number; keys(): IterableIterator<string>; delete(key: string): boolean }): void {
  if (held.size < REMEMBERED) return
  const [oldest] = held.keys()
  if (oldest !== undefined) held.delete(oldest)
}
