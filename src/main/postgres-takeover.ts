// What is done when the data folder says that a PostgreSQL is running in it already: wait, take it over, or refuse.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import pg from 'pg'

export interface TakenOver {
  port: number
  pid: number
  ended: Promise<string>
  stop(): Promise<void>
}

const PATIENCE_MS = 2000
const STEP_MS = 100

/**
 * Null when a fresh PostgreSQL may start on `cluster`. A server that was killed may have left one running: it is given
 * time to end by itself, then taken over. One that another Gatehouse uses is refused with a sentence.
 */
export async function takeOver(
  cluster: string,
  urlOn: (port: number) => string,
  say: (line: string) => void,
): Promise<TakenOver | null> {
  const pidFile = path.join(cluster, 'postmaster.pid')
  let said = false
  for (let waited = 0; existsSync(pidFile); waited += STEP_MS) {
    const lines = readFileSync(pidFile, 'utf8').split('\n')
    const pid = Number(lines[0])
    const port = Number(lines[3])
    if (!isPostgres(pid)) {
      // The file is a dead server's; its number may by now be another program's, which PostgreSQL could not tell.
      rmSync(pidFile, { force: true })
      return null
    }
    const others = await otherServers(urlOn(port))
    if (waited >= PATIENCE_MS) {
      if (others === 0) return adopt(pid, port)
      throw new Error(
        others === null
          ? `PostgreSQL (process ${pid}) holds ${cluster} and does not answer: end it, or set another DATA_DIR`
          : `another Gatehouse is running on ${cluster}: stop it, set another DATA_DIR, or give both one DATABASE_URL`,
      )
    }
    if (!said) say(`Waiting for the PostgreSQL that still runs in ${cluster}`)
    said = true
    await pause(STEP_MS)
  }
  return null
}

/** How many sessions of another Gatehouse the database has; null when it does not answer. */
async function otherServers(url: string): Promise<number | null> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 1000,
    application_name: 'takeover',
  })
  client.on('error', () => {})
  try {
    await client.connect()
    const text =
      "select count(*)::int as sessions from pg_stat_activity where application_name like 'gatehouse%'"
    const { rows } = await client.query<{ sessions: number }>(text)
    return rows[0]?.sessions ?? 0
  } catch {
    return null
  } finally {
    await client.end().catch(() => {})
  }
}

function adopt(pid: number, port: number): TakenOver {
  const gone = async () => {
    while (isPostgres(pid)) await pause(STEP_MS)
  }
  return {
    pid,
    port,
    ended: new Promise(() => {}),
    stop: async () => {
      process.kill(pid, 'SIGINT')
      await gone()
    },
  }
}

function isPostgres(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  try {
    if (existsSync(`/proc/${pid}/comm`)) {
      const state = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')
      return readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('postgres') && !state.startsWith('Z')
    }
    return execFileSync('ps', ['-p', String(pid), '-o', 'comm='], { encoding: 'utf8' }).includes('postgres')
  } catch {
    return false
  }
}
