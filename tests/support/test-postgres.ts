// The PostgreSQL of a test run: DATABASE_URL's, or an embedded one in memory, with a migrated template database.
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/main/embedded-postgres.ts'
import { migrate } from '../../src/store/database.ts'
import { openDatabase } from '../../src/store/open-database.ts'

const FLAGS = [
  'fsync=off',
  'synchronous_commit=off',
  'full_page_writes=off',
  'max_connections=200',
  'shared_buffers=128MB',
]

/** Starts or finds the server, makes the template and tells the workers of it by two environment variables. */
export async function prepareDatabase(): Promise<{ stop(): Promise<void> }> {
  const given = process.env.DATABASE_URL
  const server = given === undefined ? await startInMemory() : { url: given, stop: async () => {} }
  const template = `gatehouse_template_${process.pid}`
  await onServer(server.url, async (client) => {
    await client.query(`create database ${template} encoding 'UTF8' locale 'C.UTF-8' template template0`)
  })
  const dataSource = await openDatabase(databaseUrl(server.url, template), { poolSize: 2 })
  await migrate(dataSource)
  await dataSource.destroy()
  await onServer(server.url, (client) =>
    client.query(`alter database ${template} allow_connections false is_template true`),
  )
  process.env.TEST_SERVER_URL = server.url
  process.env.TEST_TEMPLATE = template
  return {
    stop: async () => {
      if (given !== undefined) await dropTemplate(server.url, template)
      await server.stop()
    },
  }
}

async function dropTemplate(url: string, template: string): Promise<void> {
  await onServer(url, async (client) => {
    await client.query(`alter database ${template} is_template false`)
    await client.query(`drop database ${template} with (force)`)
  })
}

/** Runs `work` on one plain connection to the server. */
export async function onServer<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The URL of another database on the same server. */
export function databaseUrl(serverUrl: string, database: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  return url.toString()
}

async function startInMemory(): Promise<{ url: string; stop(): Promise<void> }> {
  const parent = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  sweep(parent)
  const dataDir = mkdtempSync(path.join(parent, `gatehouse-test-${process.pid}-`))
  // PostgreSQL's own user must be able to enter the folder when the tests run as root.
  const { chmodSync } = await import('node:fs')
  chmodSync(dataDir, 0o755)
  const postgres = await startEmbeddedPostgres({ dataDir, say: () => {}, flags: FLAGS })
  return {
    url: postgres.url,
    stop: async () => {
      await postgres.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Removes what runs that were killed left behind. */
function sweep(parent: string): void {
  for (const entry of readdirSync(parent)) {
    const pid = /^gatehouse-test-(\d+)-/.exec(entry)?.[1]
    if (pid === undefined) continue
    try {
      process.kill(Number(pid), 0)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') continue
      rmSync(path.join(parent, entry), { recursive: true, force: true })
    }
  }
}
