// Opening the database for a process, and making it fit: version, encoding and tables.
import type { DataSource } from 'typeorm'
import { isMigrated, migrate } from '../store/database.ts'
import { openDatabase } from '../store/open-database.ts'

export interface DatabaseLink {
  url: string
  poolSize: number
  /** Told of connections that broke while idle. */
  onPoolError: (error: unknown) => void
}

const LEAST_VERSION = 15

/** Connects; rejects with the driver's error. */
export function connectDatabase(link: DatabaseLink): Promise<DataSource> {
  return openDatabase(link.url, { poolSize: link.poolSize, onPoolError: link.onPoolError })
}

/** Refuses a database that is too old or not in UTF-8, then runs the migrations; `say` is told when there are any. */
export async function prepareDatabase(dataSource: DataSource, say: (line: string) => void): Promise<void> {
  const [server] = await dataSource.query<{ version: number; encoding: string }[]>(
    `select current_setting('server_version_num')::int / 10000 as version, current_setting('server_encoding') as encoding`,
  )
  if (server === undefined || server.version < LEAST_VERSION) {
    throw new Error(
      `DATABASE_URL: PostgreSQL ${server?.version} is too old: ${LEAST_VERSION} or later is accepted`,
    )
  }
  if (server.encoding !== 'UTF8') {
    throw new Error(`DATABASE_URL: the database is encoded in ${server.encoding}: accepted is UTF8`)
  }
  if (await isMigrated(dataSource).catch(() => false)) return
  say('Bringing the tables up to date')
  await migrate(dataSource)
}
