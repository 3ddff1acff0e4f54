// Measuring: a load of keep-alive clients, and the CPU time and memory of process trees as Linux counts them.
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'

export interface Call {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

export interface Answer {
  status: number
  text: string
}

/** Sends one call and answers it; throws on any other status than 2xx. */
export type Send = (call: Call) => Promise<Answer>

/** What one client does once: one request, or some that belong together. */
export type Deed = (index: number, send: Send) => Promise<void>

/** What a load took, for all its deeds together. */
export interface Measure {
  deeds: number
  seconds: number
  /** CPU seconds. */
  server: number
  database: number
}

export interface LoadOptions {
  clients?: number
  /** No deed is begun after so long. */
  budgetMs?: number
}

const TICKS_PER_SECOND = 100

/** Does the deeds 0 to `amount` by some clients at once, 8 unless said; answers how many were done. */
export async function load(
  base: string,
  deed: Deed,
  amount: number,
  { clients = 8, budgetMs = Number.POSITIVE_INFINITY }: LoadOptions = {},
): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  const deadline = performance.now() + budgetMs
  const send = sender(agent, base)
  let begun = 0
  const client = async () => {
    while (begun < amount && performance.now() < deadline) await deed(begun++, send)
  }
  try {
    await Promise.all(Array.from({ length: clients }, client))
  } finally {
    agent.destroy()
  }
  return begun
}

/** Loads a server and answers what that took of both process trees; `settleMs` waits for what is written behind the answers. */
export async function measure(
  base: string,
  pids: { server: number; database: number },
  deed: Deed,
  amount: number,
  { settleMs = 0, ...options }: LoadOptions & { settleMs?: number } = {},
): Promise<Measure> {
  const before = { server: cpuSeconds(pids.server), database: cpuSeconds(pids.database) }
  const began = performance.now()
  const deeds = await load(base, deed, amount, options)
  const seconds = (performance.now() - began) / 1000
  if (settleMs > 0) await pause(settleMs)
  return {
    deeds,
    seconds,
    server: cpuSeconds(pids.server) - before.server,
    database: cpuSeconds(pids.database) - before.database,
  }
}

/** Several measures of one thing as one. */
export function together(measures: readonly Measure[]): Measure {
  const sum = (part: keyof Measure) => measures.reduce((total, one) => total + one[part], 0)
  return { deeds: sum('deeds'), seconds: sum('seconds'), server: sum('server'), database: sum('database') }
}

export function sender(agent: Agent, base: string): Send {
  return async (call) => {
    const answer = await once(agent, base, call)
    if (answer.status >= 200 && answer.status <= 299) return answer
    throw new Error(`${call.method} ${call.path}: ${answer.status} ${answer.text.slice(0, 300)}`)
  }
}

export async function once(agent: Agent, base: string, call: Call): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const length = call.body === undefined ? {} : { 'Content-Length': String(Buffer.byteLength(call.body)) }
    const sent = request(
      `${base}${call.path}`,
      { method: call.method, agent, headers: { ...call.headers, ...length } },
      (res) => {
        const parts: Buffer[] = []
        res.on('data', (part: Buffer) => parts.push(part))
        res.on('end', () =>
          resolve({ status: res.statusCode ?? 0, text: Buffer.concat(parts).toString('utf8') }),
        )
        res.on('error', reject)
      },
    )
    sent.on('error', reject)
    sent.end(call.body)
  })
}

/** User and system time of a process, its living children, and those children that have ended. */
export function cpuSeconds(root: number): number {
  let ticks = 0
  for (const entry of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const fields = statOf(entry)
    if (!fields) continue
    const isRoot = Number(entry) === root
    if (!isRoot && Number(fields[1]) !== root) continue
    const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15).map(Number)
    ticks += user + system + (isRoot ? endedUser + endedSystem : 0)
  }
  return ticks / TICKS_PER_SECOND
}

/** The memory of a process that is not swapped out, in MiB. */
export function residentMiB(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Math.round(Number(kib ?? 0) / 1024)
}

/** The fields of /proc/<pid>/stat after the name, which may hold spaces: state, parent, … */
function statOf(pid: string): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
