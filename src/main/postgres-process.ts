// One PostgreSQL process: started, watched until it accepts connections, and stopped.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { AppError } from '../kernel/errors.ts'
import type { Binaries } from './postgres-binaries.ts'
import type { Owner } from './postgres-owner.ts'

export interface PostgresProcess {
  port: number
  pid: number
  /** Settles with the last lines of its log when the process ends, asked or not. */
  ended: Promise<string>
  /** A fast shutdown (SIGINT); resolves when the process has ended. */
  stop(): Promise<void>
}

// The code of a PostgreSQL that ended before it was ready; the message is the end of its own log.
const ENDED = 'postgres_ended'

/** Starts `postgres` on `dataDir`, on 127.0.0.1 and a free port; tries other ports when one is raced away. */
export async function startPostgresProcess(
  binaries: Binaries,
  owner: Owner,
  dataDir: string,
  flags: readonly string[],
): Promise<PostgresProcess> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort()
    try {
      return await startOn(port, binaries, owner, dataDir, flags)
    } catch (error) {
      const raced =
        error instanceof AppError &&
        error.code === ENDED &&
        /could not (bind|create any TCP)/i.test(error.message)
      if (!raced || attempt === 5) throw error
    }
  }
}

async function startOn(
  port: number,
  binaries: Binaries,
  owner: Owner,
  dataDir: string,
  flags: readonly string[],
): Promise<PostgresProcess> {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'log_destination=stderr',
    ...flags,
  ]
  const args = ['-D', dataDir, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  // The kernel stops PostgreSQL when this process dies without a word (kill -9), where setpriv can arrange it.
  const [program, ...rest] = hasDeathSignal()
    ? ['setpriv', '--pdeathsig=INT', binaries.postgres, ...args]
    : [binaries.postgres, ...args]
  const child = spawn(program as string, rest, {
    ...owner.switchTo,
    stdio: ['ignore', 'ignore', 'pipe'],
    // Signals of the terminal (Ctrl-C) reach only us; we stop PostgreSQL last.
    detached: true,
    env: { PATH: process.env.PATH ?? '', LC_ALL: 'C.UTF-8' },
  })
  const { ready, ended } = watch(child)
  await ready
  const pid = child.pid as number
  const stop = async () => {
    child.kill('SIGINT')
    await ended
  }
  return { port, pid, ended, stop }
}

function watch(child: ChildProcess): { ready: Promise<void>; ended: Promise<string> } {
  let tail = ''
  let announce: () => void = () => {}
  const announced = new Promise<void>((resolve) => {
    announce = resolve
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    tail = (tail + text).slice(-4000)
    if (tail.includes('database system is ready to accept connections')) announce()
  })
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('close', () => resolve(lastWords(tail)))
  })
  const failed = ended.then((words) => {
    throw new AppError('internal', ENDED, words)
  })
  return { ready: Promise.race([announced, failed]), ended }
}

function lastWords(log: string): string {
  const lines = log
    .split('\n')
    .filter((line) => /\b(FATAL|PANIC|ERROR|HINT|DETAIL|cannot open|error)\b/.test(line))
  const words = lines.map((line) => line.replace(/^.*?\] /, '').trim())
  return words.slice(-4).join(' ') || log.trim().split('\n').at(-1) || 'it said nothing'
}

let deathSignal: boolean | undefined

function hasDeathSignal(): boolean {
  if (deathSignal === undefined) {
    try {
      execFileSync('setpriv', ['--pdeathsig=INT', 'true'], { stdio: 'ignore' })
      deathSignal = true
    } catch {
      deathSignal = false
    }
  }
  return deathSignal
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
