// The house: the whole product over a database, in this process, for what is made by the doors and for hearing what they send.
import { Agent } from 'node:http'
import { checkReadiness } from '../../../src/actions/check-readiness.ts'
import { followDevClock, moveDevClock } from '../../../src/actions/dev-clock.ts'
import { prepareDatabase } from '../../../src/actions/prepare-database.ts'
import { makeWorld, type World } from '../../../src/actions/world.ts'
import { createApp } from '../../../src/app/app.ts'
import { roles } from '../../../src/config/roles.ts'
import { type AdjustableClock, movableClock } from '../../../src/kernel/clock.ts'
import { createLog } from '../../../src/kernel/log.ts'
import { createSecrets, newToken, sha256 } from '../../../src/kernel/secrets.ts'
import { openDatabase } from '../../../src/store/open-database.ts'
import { once } from '../measure.ts'

export interface HouseOptions {
  secretKey: string
  rootKey?: string
  clock?: AdjustableClock
  say?: (line: string) => void
}

export interface House {
  url: string
  world: World
  /** The Authorization header of the root key. */
  root: Record<string, string>
  /** Sends JSON and answers the parsed body; throws on any other status than 2xx. */
  // biome-ignore lint/suspicious/noExplicitAny: the bodies of answers are looked into freely.
  send(method: string, path: string, headers: Record<string, string>, body?: unknown): Promise<any>
  close(): Promise<void>
}

/** Opens the database, brings its tables up to date and serves every door on a free port of 127.0.0.1. */
export async function openHouse(databaseUrl: string, options: HouseOptions): Promise<House> {
  const dataSource = await openDatabase(databaseUrl, { poolSize: 2, applicationName: 'gatehouse-bench' })
  await prepareDatabase(dataSource, options.say ?? (() => {}))
  const rootKey = options.rootKey ?? newToken('key').token
  const world = makeWorld({
    dataSource,
    clock: options.clock ?? movableClock(),
    secrets: createSecrets(Buffer.from(options.secretKey)),
    log: createLog('silent'),
    publicUrl: 'http://bench.test',
    productName: 'Bench',
    roles,
    rootKeyHash: sha256(rootKey),
    mail: { smtpUrl: null, from: 'bench@bench.test' },
    dnsServers: null,
    scimSchemasDir: null,
    trustProxy: 0,
    rateLimits: false,
    devClock: false,
    production: false,
  })
  const app = createApp(world, {
    isReady: () => checkReadiness(world),
    followClock: () => followDevClock(world),
    moveClock: (seconds) => moveDevClock(world, seconds),
  })
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  return {
    url,
    world,
    root: { Authorization: `Bearer ${rootKey}` },
    send: async (method, path, headers, body) => {
      const { status, text } = await once(agent, url, {
        method,
        path,
        headers: { 'Content-Type': 'application/json', ...headers },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      if (status < 200 || status > 299) throw new Error(`${method} ${path}: ${status} ${text}`)
      return text ? JSON.parse(text) : null
    },
    close: async () => {
      agent.destroy()
      await new Promise((resolve) => server.close(resolve))
      await dataSource.destroy()
    },
  }
}
