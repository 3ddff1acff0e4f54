// The servers that are measured, each a process of its own on a free port.
import { type ChildProcess, spawn } from 'node:child_process'
import { createServer } from 'node:net'

export interface Running {
  url: string
  pid: number
  stop(): Promise<void>
}

export interface Program {
  what: string
  cwd: string
  /** The arguments of Node. */
  args: readonly string[]
  /** What it writes when it listens. */
  ready: RegExp
  /** Its environment besides PATH, PORT and PUBLIC_URL. */
  environment: Record<string, string>
}

const living = new Set<ChildProcess>()

/** Starts a program of Node's and waits until it listens. Rejects with its output when it ends before. */
export async function start({ what, cwd, args, ready, environment }: Program): Promise<Running> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const env = { PATH: process.env.PATH ?? '', PORT: String(port), PUBLIC_URL: url, ...environment }
  const child = spawn(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'], env })
  living.add(child)
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  let output = ''
  await new Promise<void>((resolve, reject) => {
    const hear = (text: string) => {
      output = (output + text).slice(-8000)
      if (ready.test(output)) resolve()
    }
    child.stdout.setEncoding('utf8').on('data', hear)
    child.stderr.setEncoding('utf8').on('data', hear)
    child.once('exit', () => reject(new Error(`${what} ended before it was ready\n${output}`)))
  })
  const stop = async () => {
    child.kill('SIGKILL')
    living.delete(child)
    await ended
  }
  return { url, pid: child.pid as number, stop }
}

/** Ends whatever is still running. */
export function stopAll(): void {
  for (const child of living) child.kill('SIGKILL')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
