// The tables as TypeORM knows them, held against the tables as the migrations made them.
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { freshDatabase } from './support/database.ts'

// Kept by packages and by TypeORM itself, not by any EntitySchema.
const FOREIGN = ['migrations', 'rate_limits']

describe('the EntitySchemas', () => {
  let dataSource: DataSource
  beforeAll(async () => {
    ;({ dataSource } = await freshDatabase())
  })

  test('differ from the migrated tables in nothing', async () => {
    const { upQueries } = await dataSource.driver.createSchemaBuilder().log()
    expect(upQueries.map(({ query }) => query)).toEqual([])
  })

  test('name every table', async () => {
    const rows = await dataSource.query<{ name: string }[]>(
      `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
    )
    const known = new Set([...dataSource.entityMetadatas.map(({ tableName }) => tableName), ...FOREIGN])
    expect(rows.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([])
  })

  test('find every constraint and index named after its table, none by a machine', async () => {
    const rows = await dataSource.query<{ name: string; table: string }[]>(
      `select conname as name, conrelid::regclass::text as table from pg_constraint
        where connamespace = 'public'::regnamespace and contype in ('p','u','f','c')
        union all
       select indexname, tablename from pg_indexes where schemaname = 'public'`,
    )
    const odd = rows.filter(
      ({ name, table }) => table !== 'migrations' && !name.startsWith(table.replace(/(ie)?s$/, '')),
    )
    expect(odd).toEqual([])
  })
})
