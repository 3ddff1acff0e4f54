// The server's process: the same program as `npm start`, its words passed on, its signals too.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'

const project = path.resolve(import.meta.dirname, '..', '..')

export interface Program {
  /** The address and the root key, once the server says that it is ready; rejects when it ends before. */
  ready: Promise<{ url: string; rootKey: string }>
  /** Resolves with the exit code. */
  ended: Promise<number>
  stop(): void
}

export function startProgram(dataDir: string): Program {
  const child = spawn(process.execPath, [path.join(project, 'dist', 'main.js')], {
    stdio: ['inherit', 'pipe', 'inherit'],
    // What to open shall not drown in a log of the requests that furnish the organization.
    env: { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL || 'warn' },
  })
  const stop = () => void child.kill('SIGTERM')
  // The terminal's Ctrl-C reaches the server by itself; this process only waits for it to end.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', stop)
  const ended = new Promise<number>((resolve) => {
    child.once('exit', (code) => resolve(code ?? 0))
  })
  const ready = new Promise<{ url: string; rootKey: string }>((resolve, reject) => {
    let written = ''
    child.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk)
      written = (written + chunk.toString('utf8')).slice(-4096)
      const url = /^Gatehouse is ready at (\S+)$/m.exec(written)?.[1]
      if (url) resolve({ url, rootKey: rootKey(dataDir) })
    })
    child.once('exit', () => reject(new Error('the server has ended')))
  })
  return { ready, ended, stop }
}

function rootKey(dataDir: string): string {
  return process.env.ROOT_API_KEY || readFileSync(path.join(dataDir, 'root-api-key'), 'utf8').trim()
}
