// Server processes as an operator starts them: the built program with settings in its environment.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll } from '@jest/globals'

const project = path.resolve(import.meta.dirname, '..', '..')

export interface ServerProcess {
  url: string
  pid: number
  /** Everything that it wrote, standard output and error in order. */
  output: () => string
  signal: (name: NodeJS.Signals) => void
  /** Resolves with the exit code when it has ended (null: by a signal). */
  ended: Promise<number | null>
}

const running: ChildProcess[] = []
const folders: string[] = []
afterAll(() => {
  for (const child of running) if (child.exitCode === null) child.kill('SIGKILL')
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
})

/** An empty folder that PostgreSQL's user can enter; removed after the tests of the calling file. */
export function freshFolder(mode = 0o755): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'gatehouse-process-'))
  chmodSync(folder, mode)
  folders.push(folder)
  return folder
}

/** Builds the program into `dist`; workers take turns. Types are the check's business: what they forbid is built all the same. */
export async function buildProgram(): Promise<void> {
  const lock = path.join(tmpdir(), `gatehouse-build-${process.ppid}.lock`)
  for (;;) {
    try {
      mkdirSync(lock)
      break
    } catch {
      await pause(100)
    }
  }
  try {
    const tsc = path.join(project, 'node_modules', 'typescript', 'bin', 'tsc')
    const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json'], {
      cwd: project,
      encoding: 'utf8',
    })
    if (!existsSync(path.join(project, 'dist', 'main.js'))) throw new Error(built.stdout)
  } finally {
    rmdirSync(lock)
  }
}

/** Starts the built program on a free port; `until` it is `ready` (the default), `ended`, or at once. */
export async function startProcess(
  environment: Record<string, string>,
  until: 'ready' | 'ended' | 'at once' = 'ready',
): Promise<ServerProcess> {
  const port = environment.PORT ?? String(await freePort())
  const url = `http://127.0.0.1:${port}`
  const child = spawn(process.execPath, [path.join(project, 'dist', 'main.js')], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      PORT: port,
      PUBLIC_URL: url,
      LOG_LEVEL: 'warn',
      RATE_LIMITS: 'off',
      ...environment,
    },
  })
  running.push(child)
  let output = ''
  const isReady = new Promise<void>((resolve) => {
    const hear = (text: string) => {
      output += text
      if (output.includes('Gatehouse is ready at')) resolve()
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => resolve(code))
  })
  if (until === 'ready') await Promise.race([isReady, ended])
  if (until === 'ended') await ended
  if (until === 'ready' && child.exitCode !== null)
    throw new Error(`the server ended before it was ready:\n${output}`)
  return { url, pid: child.pid ?? 0, output: () => output, signal: (name) => child.kill(name), ended }
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}
