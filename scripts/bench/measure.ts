// Measuring: a load of keep-alive clients, and the CPU time of process trees as Linux counts it.
import { readdirSync, readFileSync } from 'node:fs'
import { Agent, request } from 'node:http'

export interface Call {
  method: string
  path: string
  headers: Record<string, string>
  body?: string
}

export interface Measure {
  perSecond: number
  /** CPU seconds for a thousand calls. */
  server: number
  database: number
}

const TICKS_PER_SECOND = 100

/** Sends `amount` calls by `clients` at once; throws on any other status than 2xx. */
export async function load(
  base: string,
  calls: (index: number) => Call,
  amount: number,
  clients = 8,
): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: clients })
  let sent = 0
  const client = async () => {
    while (sent < amount) {
      const call = calls(sent++)
      const { status, text } = await once(agent, base, call)
      if (status < 200 || status > 299)
        throw new Error(`${call.method} ${call.path}: ${status} ${text.slice(0, 500)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: clients }, client))
  } finally {
    agent.destroy()
  }
}

/** Loads a server and answers its speed and the CPU time of both process trees. */
export async function measure(
  base: string,
  pids: { server: number; database: number },
  calls: (index: number) => Call,
  amount: number,
): Promise<Measure> {
  const before = {
    at: performance.now(),
    server: cpuSeconds(pids.server),
    database: cpuSeconds(pids.database),
  }
  await load(base, calls, amount)
  const seconds = (performance.now() - before.at) / 1000
  const thousands = amount / 1000
  return {
    perSecond: amount / seconds,
    server: (cpuSeconds(pids.server) - before.server) / thousands,
    database: (cpuSeconds(pids.database) - before.database) / thousands,
  }
}

export async function once(
  agent: Agent,
  base: string,
  call: Call,
): Promise<{ status: number; text: string }> {
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
function cpuSeconds(root: number): number {
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

/** The fields of /proc/<pid>/stat after the name, which may hold spaces: state, parent, … */
function statOf(pid: string): string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}
