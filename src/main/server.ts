// One server process: takes its port, opens the database, makes the world, serves, and stops in that order reversed.
import { setTimeout as pause } from 'node:timers/promises'
import { wakeAllStreams } from '../actions/await-security-events.ts'
import { checkReadiness } from '../actions/check-readiness.ts'
import { followDevClock, moveDevClock } from '../actions/dev-clock.ts'
import { flushDirectoryRequests } from '../actions/log-directory-request.ts'
import { makeWorld, type World } from '../actions/world.ts'
import { createApp } from '../app/app.ts'
import { roles } from '../config/roles.ts'
import type { Settings } from '../config/settings.ts'
import { movableClock } from '../kernel/clock.ts'
import { createLog, type Log } from '../kernel/log.ts'
import { createSecrets, sha256 } from '../kernel/secrets.ts'
import { startOutbound } from '../outbound/outbound.ts'
import { startChores } from './chores.ts'
import { type RunningDatabase, startDatabase } from './database.ts'
import { type KeptSecrets, keptSecrets } from './kept-secrets.ts'
import { type Listening, listen } from './listening.ts'

export interface RunningServer {
  /** The public address, where it can be opened. */
  url: string
  /** Where the root key lies, when it was made by the server. */
  rootApiKeyFile: string | null
  world: World
  /** Settles with a sentence when the server can go on no longer (its embedded database ended). */
  lost: Promise<string>
  /** Answers the requests in flight, then stops what goes out, then the database. Never rejects. */
  stop(): Promise<void>
}

// A request in flight may take this long after the signal; then it is cut off.
const GRACE_MS = 10_000
// Receivers that wait for events are answered at once when the server stops.
const STREAMS_WOKEN_MS = 100

/** Starts the server; `say` is told in one line each what takes time. Rejects with a sentence for the operator. */
export async function startServer(settings: Settings, say: (line: string) => void): Promise<RunningServer> {
  const log = createLog(settings.logLevel)
  const listening = await listen(settings.host, settings.port)
  try {
    const secrets = keptSecrets(settings)
    const database = await startDatabase(settings, say, (error) => {
      log.warn({ err: error }, 'a database connection broke')
    })
    return serve(settings, log, listening, secrets, database)
  } catch (error) {
    await listening.close()
    throw error
  }
}

function serve(
  settings: Settings,
  log: Log,
  listening: Listening,
  kept: KeptSecrets,
  database: RunningDatabase,
): RunningServer {
  const world = worldOf(settings, log, listening.port, kept, database)
  const app = createApp(
    world,
    {
      isReady: () => checkReadiness(world),
      followClock: () => followDevClock(world),
      moveClock: (seconds) => moveDevClock(world, seconds),
    },
    { processMetrics: true },
  )
  listening.serve(app)
  const outbound = startOutbound(world)
  const chores = startChores(world)
  return {
    url: world.publicUrl,
    rootApiKeyFile: kept.rootApiKeyFile,
    world,
    lost: database.lost,
    stop: async () => {
      const answered = setInterval(() => wakeAllStreams(world), STREAMS_WOKEN_MS)
      await Promise.race([listening.close(), pause(GRACE_MS, undefined, { ref: false })])
      clearInterval(answered)
      const tidy = [outbound.stop(), chores.stop(), flushDirectoryRequests(world)]
      for (const end of await Promise.allSettled(tidy)) {
        if (end.status === 'rejected') log.warn({ err: end.reason }, 'the server did not stop cleanly')
      }
      await database
        .stop()
        .catch((error: unknown) => log.warn({ err: error }, 'the database did not stop cleanly'))
    },
  }
}

function worldOf(
  settings: Settings,
  log: Log,
  port: number,
  kept: KeptSecrets,
  database: RunningDatabase,
): World {
  const publicUrl = settings.publicUrl ?? `http://localhost:${port}`
  return makeWorld({
    dataSource: database.dataSource,
    clock: movableClock(),
    secrets: createSecrets(kept.secretKey),
    log,
    publicUrl,
    productName: settings.productName,
    roles,
    rootKeyHash: sha256(kept.rootApiKey),
    mail: {
      smtpUrl: settings.smtpUrl,
      from: settings.mailFrom ?? `${quoted(settings.productName)} <no-reply@${new URL(publicUrl).hostname}>`,
    },
    dnsServers: settings.dnsServers,
    scimSchemasDir: settings.scimSchemasDir,
    trustProxy: settings.trustProxy,
    rateLimits: settings.rateLimits,
    devClock: settings.devClock,
    production: settings.production,
  })
}

/** A display name as a mail header writes it (RFC 5322 §3.2.4). */
function quoted(name: string): string {
  return /^[\p{L}\p{N} ]+$/u.test(name) ? name : `"${name.replace(/["\\]/g, '\\$&')}"`
}
