// The database: migrating it, and the two handles by which the store speaks to it.
import type { Pool, PoolClient } from 'pg'
import { type DataSource, type EntityManager, QueryFailedError, type QueryRunner } from 'typeorm'
import { migrations } from '../migrations/list.ts'

/** A named prepared statement: parsed and planned once per pool connection. */
export interface Statement {
  readonly name: string
  readonly text: string
}

/** Reads, inside or outside a transaction. Rows come with their columns as written: alias `as "camelCase"`. */
export interface Reader {
  rows<T>(statement: Statement, values?: readonly unknown[]): Promise<T[]>
}

declare const brand: unique symbol

/** The handle that a store write asks for; only `actions/transaction.ts` makes one. */
export interface Transaction extends Reader {
  /** TypeORM on this transaction's connection. */
  readonly manager: EntityManager
  /** Runs a statement for its effect and answers how many rows it touched. */
  run(statement: Statement, values?: readonly unknown[]): Promise<number>
  readonly [brand]: true
}

const texts = new Map<string, string>()

/** Declares a named statement; the name (at most 63 bytes) is unique in the whole product. */
export function statement(name: string, text: string): Statement {
  const known = texts.get(name)
  if (known !== undefined && known !== text) throw new Error(`two statements are named ${name}`)
  if (Buffer.byteLength(name) > 63) throw new Error(`the statement name ${name} is too long`)
  texts.set(name, text)
  return { name, text }
}

const MIGRATION_LOCK = 4_283_112_907

/** Brings the tables up to date, one node at a time; answers the names of the migrations it ran. */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const holder = dataSource.createQueryRunner()
  try {
    await holder.query('set statement_timeout = 0')
    await holder.query('select pg_advisory_lock($1)', [MIGRATION_LOCK])
    try {
      const ran = await dataSource.runMigrations({ transaction: 'each' })
      return ran.map((migration) => migration.name)
    } finally {
      await holder.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK])
      await holder.query('reset statement_timeout')
    }
  } finally {
    await holder.release()
  }
}

/** Whether every migration that this program knows has run. */
export async function isMigrated(dataSource: DataSource): Promise<boolean> {
  const names = migrations.map((migration) => migration.name)
  const rows = await dataSource.query('select name from migrations where name = any($1)', [names])
  return rows.length === names.length
}

const readers = new WeakMap<DataSource, Reader>()

/** The handle for reads outside a transaction, each on any connection of the pool. */
export function reader(dataSource: DataSource): Reader {
  let made = readers.get(dataSource)
  if (made === undefined) {
    made = {
      rows: async <T>({ name, text }: Statement, values: readonly unknown[] = []): Promise<T[]> => {
        tellObserver(dataSource, text)
        return (await poolOf(dataSource).query({ name, text, values: [...values] })).rows as T[]
      },
    }
    readers.set(dataSource, made)
  }
  return made
}

/** The transaction handle of a query runner that has begun one. Made by `actions/transaction.ts` alone. */
export async function transactionOn(runner: QueryRunner): Promise<Transaction> {
  const client = (await runner.connect()) as PoolClient
  const query = ({ name, text }: Statement, values: readonly unknown[]) => {
    tellObserver(runner.dataSource, text)
    return client.query({ name, text, values: [...values] })
  }
  const handle: Omit<Transaction, typeof brand> = {
    manager: runner.manager,
    rows: async <T>(named: Statement, values: readonly unknown[] = []) =>
      (await query(named, values)).rows as T[],
    run: async (named, values = []) => (await query(named, values)).rowCount ?? 0,
  }
  return handle as Transaction
}

/** PostgreSQL's own words for a failed statement, or null when `error` is no such failure. */
export function databaseFailure(error: unknown): { code: string; constraint: string | null } | null {
  const driver = error instanceof QueryFailedError ? (error.driverError as unknown) : error
  if (typeof driver !== 'object' || driver === null || !('code' in driver)) return null
  const { code } = driver
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return null
  const constraint =
    'constraint' in driver && typeof driver.constraint === 'string' ? driver.constraint : null
  return { code, constraint }
}

/** Whether `error` is a duplicate (23505) under the named unique constraint or index. */
export function isDuplicate(error: unknown, constraint: string): boolean {
  const failure = databaseFailure(error)
  return failure?.code === '23505' && failure.constraint === constraint
}

const observers = new WeakMap<DataSource, (text: string) => void>()

/** Tells `observer` the text of every statement sent through this DataSource (for counting them in tests). */
export function observeStatements(dataSource: DataSource, observer: (text: string) => void): void {
  observers.set(dataSource, observer)
}

/** The pool under TypeORM, for what needs a plain connection. */
export function poolOf(dataSource: DataSource): Pool {
  return (dataSource.driver as unknown as { master: Pool }).master
}

/** Tells whoever observes this DataSource the text of a statement that is about to be sent. */
export function tellObserver(dataSource: DataSource, text: string): void {
  observers.get(dataSource)?.(text)
}
