// The SCIM benchmark: every kind of call on the built program beside a bare Express + pg server that sends the same SQL, in one run,
// in directories of several sizes, each in a database of its own on one PostgreSQL that is made for the run.
//
//   npm run bench:scim                                      (about a quarter of an hour; progress on stderr, the tables on stdout)
//   PEOPLE=1000,20000 DEEDS=128 SLICES=2 npm run bench:scim
//
//   PEOPLE   the sizes, smallest first (1000,100000,1000000)
//   DEEDS    calls of a slice (256, a multiple of 128); each server takes a slice in turn, the first one warms up
//   SLICES   how many slices are counted (3)
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmbeddedPostgres } from '../../src/main/embedded-postgres.ts'
import type { Crawl } from './crawl.ts'
import { measureSize } from './one-size.ts'
import { stopAll } from './processes.ts'
import { listenToClients } from './recording.ts'
import { spaced } from './steps.ts'
import { crawlTable, flatnessTable, mainTable, type Row } from './tables.ts'

const sizes = (process.env.PEOPLE ?? '1000,100000,1000000')
  .split(',')
  .map(Number)
  .sort((a, b) => a - b)
const deeds = Number(process.env.DEEDS ?? 256)
const slices = Number(process.env.SLICES ?? 3)
if (sizes.some((size) => !Number.isSafeInteger(size) || size < 1000))
  throw new Error('PEOPLE: whole numbers from 1000 on are accepted, with commas between them')
if (!(deeds > 0 && deeds % 128 === 0)) throw new Error('DEEDS: a multiple of 128 is accepted')
if (!(slices >= 1)) throw new Error('SLICES: a number from 1 on is accepted')

const began = performance.now()
const say = (line: string) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${line}\n`)
const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-bench-'))
chmodSync(folder, 0o755)
listenToClients()
const database = await startEmbeddedPostgres({
  dataDir: folder,
  say,
  flags: ['max_wal_size=4GB', 'shared_buffers=512MB'],
})
const rows: Row[] = []
const crawls: { size: number; crawl: Crawl | null; failure: string | null }[] = []
const tell = (row: Row) => {
  rows.push(row)
  const cost = row.ours ?? row.bare
  const figure = cost ? (((cost.server + cost.database) / cost.deeds) * 1000).toFixed(2) : ''
  say(`${row.title}: ${row.failure ?? `${figure} CPU s a thousand`}`)
}
try {
  for (const size of sizes) {
    const plan = { databaseUrl: await newDatabase(`people_${size}`), databasePid: database.pid, folder }
    const { crawl, crawlFailure } = await measureSize({ ...plan, size, deeds, slices, say }, tell)
    crawls.push({ size, crawl, failure: crawlFailure })
  }
} finally {
  // What was measured before a failure is shown all the same.
  print()
  stopAll()
  await database.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
}

async function newDatabase(name: string): Promise<string> {
  const client = new pg.Client({ connectionString: database.url })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(database.url)
  url.pathname = `/${name}`
  return url.toString()
}

function print(): void {
  process.stdout.write(
    `CPU seconds a thousand calls; ${slices} × ${deeds} calls of each, 8 clients; Node ${process.version}, PostgreSQL 18 in one server; each directory holds ${deeds} people more, who are in no group.\n\n`,
  )
  process.stdout.write(`${mainTable(rows)}\n`)
  if (sizes.length > 1) process.stdout.write(`${flatnessTable(rows, sizes)}\n`)
  process.stdout.write(`Everybody by cursor, pages of ${spaced(1000)}:\n\n${crawlTable(crawls)}`)
}
