// A world for tests: a database of its own, a clock that stands still, secrets and settings fit for reading.
import type { DataSource } from 'typeorm'
import { makeWorld, type World } from '../../src/actions/world.ts'
import { roles } from '../../src/config/roles.ts'
import { type AdjustableClock, frozenClock } from '../../src/kernel/clock.ts'
import { createLog } from '../../src/kernel/log.ts'
import { createSecrets, sha256 } from '../../src/kernel/secrets.ts'
import { freshDatabase } from './database.ts'

export const ROOT_KEY = `key_${'r'.repeat(43)}`
export const TEST_NOW = new Date('2026-03-02T09:00:00.000Z')

export interface WorldOptions {
  /** Where the clock stands; `TEST_NOW` unless said otherwise. */
  now?: Date
  /** A clock of the caller's, for instance one that runs. */
  clock?: AdjustableClock
  /** A database of the caller's. */
  dataSource?: DataSource
  /** Settings that differ. */
  settings?: Partial<
    Pick<
      World,
      | 'publicUrl'
      | 'productName'
      | 'mail'
      | 'dnsServers'
      | 'scimSchemasDir'
      | 'trustProxy'
      | 'rateLimits'
      | 'devClock'
      | 'production'
      | 'roles'
    >
  >
}

/** A world on a fresh database (or the given one); advance its clock by `world.clock.advance(seconds)`. */
export async function freshWorld(options: WorldOptions = {}): Promise<World> {
  const dataSource = options.dataSource ?? (await freshDatabase()).dataSource
  return makeWorld({
    dataSource,
    clock: options.clock ?? frozenClock(options.now ?? TEST_NOW),
    secrets: createSecrets(Buffer.alloc(32, 7)),
    log: createLog(process.env.TEST_LOG_LEVEL ?? 'silent'),
    publicUrl: 'http://gatehouse.test',
    productName: 'Acme',
    roles,
    rootKeyHash: sha256(ROOT_KEY),
    mail: { smtpUrl: null, from: 'Acme <no-reply@acme.test>' },
    dnsServers: null,
    scimSchemasDir: null,
    trustProxy: 0,
    rateLimits: false,
    devClock: false,
    production: false,
    ...options.settings,
  })
}

/** The text of every statement that `work` sends. */
export async function statementsOf(world: World, work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = []
  world.onStatement = (text) => texts.push(text)
  try {
    await work()
  } finally {
    delete world.onStatement
  }
  return texts
}
