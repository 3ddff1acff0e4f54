// Opening the database, with every table that TypeORM knows. Apart from `database.ts`, which the tables' own files import.
import { DataSource, type Logger } from 'typeorm'
import { migrations } from '../migrations/list.ts'
import { tellObserver } from './database.ts'
import { entities } from './entities.ts'

export interface DatabaseOptions {
  /** How many connections the pool may hold; at least 2. */
  poolSize: number
  /** Told of connections that broke while idle; they are replaced by themselves. */
  onPoolError?: (error: unknown) => void
  /** Shown in `pg_stat_activity`. */
  applicationName?: string
}

// Every hot statement is prepared and reaches its rows by an index. Planning the large ones anew at each call cost four times their
// execution, so the generic plan is kept; and since a kept plan may be made while a table is still small, it must not be a scan of all.
const session = [
  'default_transaction_isolation=read\\ committed',
  'timezone=UTC',
  'plan_cache_mode=force_generic_plan',
  'enable_seqscan=off',
  'random_page_cost=1.1',
  'jit=off',
  // Helpers cost more to start than a page takes, and one long question should not take all processors from the others.
  'max_parallel_workers_per_gather=0',
]

/** What each connection is opened with, as PostgreSQL's `options`. */
export const sessionOptions = session.map((setting) => `-c ${setting}`).join(' ')

/** Connects to `url` and answers the open DataSource; rejects with the driver's error when it cannot. */
export async function openDatabase(url: string, options: DatabaseOptions): Promise<DataSource> {
  const observed: { dataSource?: DataSource } = {}
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities,
    migrations,
    migrationsTableName: 'migrations',
    installExtensions: false,
    poolSize: Math.max(2, options.poolSize),
    applicationName: options.applicationName ?? 'gatehouse',
    connectTimeoutMS: 10_000,
    logging: ['query'],
    logger: observingLogger((text) => observed.dataSource && tellObserver(observed.dataSource, text)),
    poolErrorHandler: options.onPoolError ?? (() => {}),
    extra: {
      keepAlive: true,
      options: sessionOptions,
      statement_timeout: 30_000,
      idle_in_transaction_session_timeout: 60_000,
    },
  })
  observed.dataSource = dataSource
  return dataSource.initialize()
}

function observingLogger(logQuery: (text: string) => void): Logger {
  const ignore = () => {}
  return {
    logQuery,
    logQueryError: ignore,
    logQuerySlow: ignore,
    logSchemaBuild: ignore,
    logMigration: ignore,
    log: ignore,
  }
}
