// The database at the start: the given one awaited and examined, or the embedded one started; then migrated.
import { setTimeout as pause } from 'node:timers/promises'
import type { DataSource } from 'typeorm'
import { connectDatabase, type DatabaseLink, prepareDatabase } from '../actions/prepare-database.ts'
import type { Settings } from '../config/settings.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './embedded-postgres.ts'

export interface RunningDatabase {
  dataSource: DataSource
  /** Settles with a sentence when the embedded server ended; never otherwise. */
  lost: Promise<string>
  /** Closes the connections, then stops the embedded server. */
  stop(): Promise<void>
}

const WAIT_MS = 60_000
const STEP_MS = 500

/** Opens the database of the settings and brings its tables up to date; rejects with a sentence for the operator. */
export async function startDatabase(
  settings: Settings,
  say: (line: string) => void,
  onPoolError: (error: unknown) => void,
): Promise<RunningDatabase> {
  const embedded =
    settings.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: settings.dataDir, say }) : null
  try {
    const link: DatabaseLink = {
      url: settings.databaseUrl ?? embedded?.url ?? '',
      poolSize: settings.poolSize,
      onPoolError,
    }
    const dataSource = await connected(link, settings.databaseUrl !== null, say)
    try {
      await prepareDatabase(dataSource, say)
    } catch (error) {
      await dataSource.destroy()
      throw error
    }
    return running(dataSource, embedded)
  } catch (error) {
    await embedded?.stop()
    throw error
  }
}

function running(dataSource: DataSource, embedded: EmbeddedPostgres | null): RunningDatabase {
  return {
    dataSource,
    lost: embedded?.ended.then((words) => `PostgreSQL ended: ${words}`) ?? new Promise(() => {}),
    stop: async () => {
      await dataSource.destroy()
      await embedded?.stop()
    },
  }
}

async function connected(
  link: DatabaseLink,
  isGiven: boolean,
  say: (line: string) => void,
): Promise<DataSource> {
  const { host } = new URL(link.url)
  for (let waited = 0; ; waited += STEP_MS) {
    try {
      return await connectDatabase(link)
    } catch (error) {
      const fault = error as NodeJS.ErrnoException
      if (!isGiven || !isPassing(fault) || waited >= WAIT_MS) {
        throw new Error(`DATABASE_URL: no connection to PostgreSQL at ${host}: ${faultText(fault)}`, {
          cause: error,
        })
      }
      if (waited === 0) say(`Waiting for PostgreSQL at ${host} (${faultText(fault)})`)
      await pause(STEP_MS)
    }
  }
}

/** What a database that is only just starting answers: nothing yet, or 57P03 (cannot connect now). */
function isPassing({ code }: NodeJS.ErrnoException): boolean {
  return code === 'ECONNREFUSED' || code === 'ECONNRESET' || code === 'EAI_AGAIN' || code === '57P03'
}

// Node's error for a host with several addresses has an empty message and the code alone.
function faultText(fault: NodeJS.ErrnoException): string {
  return fault.message || fault.code || 'no answer'
}
