// Keeps a directory's last requests and its tokens' last use: gathered in memory, written behind, never waited for.
import type { DirectoryRequest } from '../domain/directory-request.ts'
import { newId } from '../kernel/ids.ts'
import { touchDirectoryTokens } from '../store/directory-credentials.ts'
import { insertDirectoryRequests, type NewDirectoryRequest } from '../store/directory-requests.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const WRITE_AFTER_MS = 1000
/** What waits at most in a node, in lines and in bytes of their bodies; beyond it lines are lost, counted and said. */
const WAITING_MAX = 5000
const WAITING_BYTES = 16_777_216
const BODY_MAX = 16_384
const PATH_MAX = 2048
const AGENT_MAX = 256
const MESSAGE_MAX = 2048
/** How many requests of a directory are kept, and how many notable ones beside them. */
const KEPT = 500
const TOUCH_EVERY_MS = 60_000

/** A request that was answered. What costs work is described when the line is written, and only if it is. */
export interface AnsweredRequest
  extends Pick<DirectoryRequest, 'directoryId' | 'at' | 'method' | 'status' | 'durationMs' | 'userAgent'> {
  tokenId: string | null
  /** Whether an error or something else worth knowing is certain already; such lines are kept before the others. */
  notable: boolean
  /** About what the line holds in memory until it is written. */
  bytes: number
  /** Path, bodies and findings, free of secrets. */
  describe: () => Pick<DirectoryRequest, 'path' | 'requestBody' | 'responseBody' | 'findings'>
}

interface Line {
  id: string
  request: AnsweredRequest
}

interface Waiting {
  /** By directory: lines in the order of their ids. */
  lines: Map<string, Line[]>
  count: number
  bytes: number
  /** Lines lost since the last one that was kept, by directory. */
  lost: Map<string, number>
  lostInAll: number
  uses: Map<string, Date>
  timer: NodeJS.Timeout | null
  writing: Promise<void>
}

const waiting = new WeakMap<World, Waiting>()

/** Notes a request and our answer for the directory's request log. */
export function logDirectoryRequest(world: World, request: AnsweredRequest): void {
  const queue = queueOf(world)
  if (queue.count >= WAITING_MAX || queue.bytes + request.bytes > WAITING_BYTES)
    lose(queue, request.directoryId, 1)
  else {
    const lines = queue.lines.get(request.directoryId) ?? []
    if (lines.length === 0) queue.lines.set(request.directoryId, lines)
    lines.push({ id: newId(), request })
    queue.count += 1
    queue.bytes += request.bytes
    // More than are kept need no writing: they would be forgotten in the same breath.
    if (lines.length > 3 * KEPT) thin(queue, lines)
  }
  schedule(world, queue)
}

/** How many requests this process has failed to log since it started. */
export function lostDirectoryRequests(world: World): number {
  return queueOf(world).lostInAll
}

/** Notes that a token was used at `at`, unless that was noted within the last minute. */
export function noteTokenUse(world: World, tokenId: string, lastUsedAt: Date | null, at: Date): void {
  if (lastUsedAt !== null && at.getTime() - lastUsedAt.getTime() < TOUCH_EVERY_MS) return
  const queue = queueOf(world)
  queue.uses.set(tokenId, at)
  schedule(world, queue)
}

/** Writes what waits now; resolves when it stands in the database. Called before the log is read and when the server stops. */
export async function flushDirectoryRequests(world: World): Promise<void> {
  const queue = queueOf(world)
  if (queue.timer) clearTimeout(queue.timer)
  queue.timer = null
  queue.writing = queue.writing.then(() => write(world, queue))
  await queue.writing
}

function queueOf(world: World): Waiting {
  let queue = waiting.get(world)
  if (!queue) {
    const empty = { lines: new Map(), count: 0, bytes: 0, lost: new Map(), lostInAll: 0, uses: new Map() }
    queue = { ...empty, timer: null, writing: Promise.resolve() }
    waiting.set(world, queue)
  }
  return queue
}

function schedule(world: World, queue: Waiting): void {
  if (queue.timer) return
  queue.timer = setTimeout(() => {
    queue.timer = null
    queue.writing = queue.writing.then(() => write(world, queue))
  }, WRITE_AFTER_MS)
  queue.timer.unref()
}

function lose(queue: Waiting, directoryId: string, lines: number): void {
  queue.lost.set(directoryId, (queue.lost.get(directoryId) ?? 0) + lines)
  queue.lostInAll += lines
}

function thin(queue: Waiting, lines: Line[]): void {
  const kept = newestOf(lines)
  queue.count -= lines.length - kept.length
  for (const { request } of lines) queue.bytes -= request.bytes
  for (const { request } of kept) queue.bytes += request.bytes
  lines.splice(0, lines.length, ...kept)
}

/** The newest lines of each kind, as many as are kept. */
function newestOf(lines: readonly Line[]): Line[] {
  const surplus = { true: -KEPT, false: -KEPT }
  for (const { request } of lines) surplus[`${request.notable}`] += 1
  return lines.filter(({ request }) => surplus[`${request.notable}`]-- <= 0)
}

/** Never rejects: lines of this log that are lost are counted, said in the process log and before the next line that is kept. */
async function write(world: World, queue: Waiting): Promise<void> {
  const { lines, uses, lost } = queue
  Object.assign(queue, { lines: new Map(), count: 0, bytes: 0, uses: new Map(), lost: new Map() })
  if (lines.size === 0 && uses.size === 0) {
    queue.lost = lost
    return
  }
  try {
    const rows = [...lines].flatMap(([directoryId, list]) =>
      rowsOf(newestOf(list), lost.get(directoryId) ?? 0),
    )
    await inTransaction(world, async (tx) => {
      if (rows.length > 0) await insertDirectoryRequests(tx, rows, KEPT)
      if (uses.size > 0) await touchDirectoryTokens(tx, uses)
    })
    // Who lost lines and had none kept is told before the next one.
    for (const [directoryId, count] of lost) if (!lines.has(directoryId)) carry(queue, directoryId, count)
  } catch (error) {
    for (const [directoryId, count] of lost) carry(queue, directoryId, count)
    for (const [directoryId, list] of lines) lose(queue, directoryId, list.length)
    world.log.warn({ err: error }, 'directory requests could not be logged')
  }
  const missing = [...lost.values()].reduce((sum, count) => sum + count, 0)
  if (missing > 0)
    world.log.warn({ lost: missing }, 'directory requests came faster than they could be logged')
}

/** Lines that were counted as lost before and are still to be said. */
function carry({ lost }: Waiting, directoryId: string, count: number): void {
  lost.set(directoryId, (lost.get(directoryId) ?? 0) + count)
}

function rowsOf(
  lines: readonly { id: string; request: AnsweredRequest }[],
  lost: number,
): NewDirectoryRequest[] {
  return lines.map(({ id, request: { describe, bytes: _bytes, notable, userAgent, ...request } }, index) => {
    const { path, requestBody, responseBody, findings } = describe()
    return {
      ...request,
      id,
      path: clipped(path, PATH_MAX) ?? '',
      requestBody: clipped(requestBody, BODY_MAX),
      responseBody: clipped(responseBody, BODY_MAX),
      userAgent: clipped(userAgent, AGENT_MAX),
      findings: findings.map((one) => ({ ...one, message: storable(one.message.slice(0, MESSAGE_MAX)) })),
      notable: notable || findings.length > 0,
      lostBefore: index === 0 ? lost : 0,
    }
  })
}

function clipped(text: string | null, most: number): string | null {
  return text === null ? null : storable(text.slice(0, most))
}

/** The text without what PostgreSQL cannot keep: NUL characters and halves of surrogate pairs. */
function storable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\ufffd')
}
