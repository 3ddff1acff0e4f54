// The world in which a deed is done: the database, the clock, the secrets, the log and the settings it needs.
import type { DataSource } from 'typeorm'
import type { Role } from '../domain/organization.ts'
import type { AsyncRequestParcel, PerformedOperation } from '../domain/parcel.ts'
import type { AdjustableClock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import type { Secrets } from '../kernel/secrets.ts'
import { observeStatements } from '../store/database.ts'

export interface World {
  readonly dataSource: DataSource
  readonly clock: AdjustableClock
  readonly secrets: Secrets
  readonly log: Log
  /** The address that people and identity providers use, without a slash at its end. */
  readonly publicUrl: string
  /** The host product's name in pages and mails. */
  readonly productName: string
  /** The ordered role catalogue, highest rank first. */
  readonly roles: readonly Role[]
  /** SHA-256 of the root API key, 32 bytes. */
  readonly rootKeyHash: Buffer
  /** Where mail goes; `smtpUrl` null keeps it for `/dev/mailbox`. */
  readonly mail: { readonly smtpUrl: string | null; readonly from: string }
  /** Resolvers for domain proofs (`ip` or `ip:port`); null takes the system's. */
  readonly dnsServers: readonly string[] | null
  /** A folder of further SCIM schemas, or null. */
  readonly scimSchemasDir: string | null
  /** How many reverse proxies stand in front of the server; 0 trusts none. */
  readonly trustProxy: number
  /** Whether request limits hold; the tries of a code are counted always. */
  readonly rateLimits: boolean
  /** Whether `POST /dev/clock` may move the clock. */
  readonly devClock: boolean
  /** Whether `NODE_ENV=production`: no mailbox, no clock. */
  readonly production: boolean
  /** Told the text of every SQL statement; a test sets it to count them. */
  onStatement?: (text: string) => void
  /** Told after a commit that left something in the outbox; the carrier of this process sets it, so that nobody waits for the next look. */
  onOutbox?: () => void
  /**
   * Does a request that is answered by event, and answers what became of its operations; null where another attempt does it. The door that
   * keeps such requests sets it. Rejects for a fault of our own, after which the request is tried again.
   */
  performRequest?: (parcel: AsyncRequestParcel, isLast: boolean) => Promise<PerformedOperation[] | null>
}

/** A world over an open database; statements are told to `onStatement` while it is set. */
export function makeWorld(parts: Omit<World, 'onStatement' | 'onOutbox' | 'performRequest'>): World {
  const world: World = { ...parts }
  observeStatements(world.dataSource, (text) => world.onStatement?.(text))
  return world
}
