// A database of a test's own: the migrated template cloned, dropped after the file's tests.
import { randomBytes } from 'node:crypto'
import { afterAll } from '@jest/globals'
import type { DataSource } from 'typeorm'
import { openDatabase } from '../../src/store/open-database.ts'
import { databaseUrl, onServer } from './test-postgres.ts'

export interface FreshDatabase {
  url: string
  dataSource: DataSource
}

/** Clones the template and opens it; closed and dropped after the tests of the calling file. */
export async function freshDatabase(options: { poolSize?: number } = {}): Promise<FreshDatabase> {
  const { url, drop } = await cloneTemplate()
  const dataSource = await openDatabase(url, { poolSize: options.poolSize ?? 10 })
  cleanups.push(async () => {
    if (dataSource.isInitialized) await dataSource.destroy()
    await drop()
  })
  return { url, dataSource }
}

/** Clones the template for a process that opens it itself; dropped after the tests of the calling file. */
export async function freshDatabaseUrl(): Promise<string> {
  const { url, drop } = await cloneTemplate()
  cleanups.push(drop)
  return url
}

const cleanups: (() => Promise<void>)[] = []
afterAll(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

async function cloneTemplate(): Promise<{ url: string; drop(): Promise<void> }> {
  const server = process.env.TEST_SERVER_URL
  const template = process.env.TEST_TEMPLATE
  if (server === undefined || template === undefined) throw new Error('the global setup has not run')
  const name = `gatehouse_test_${randomBytes(6).toString('hex')}`
  await onServer(server, (client) =>
    client.query(`create database ${name} template ${template} strategy file_copy`),
  )
  return {
    url: databaseUrl(server, name),
    drop: async () => {
      await onServer(server, (client) => client.query(`drop database if exists ${name} with (force)`))
    },
  }
}
