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
  lostBefore: number
}

interface Waiting {
  /** By directory: lines in the order of their ids. */
  lines: Map<string, Line[]>
  count: number
  bytes: number
  /** Lines lost since the last one that was kept, by directory. */
  lost: Map<string, number>
  lostInAll: number
  /** Of those, how many the process log was told of. */
  lostSaid: number
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
    lines.push({ id: newId(), request, lostBefore: queue.lost.get(request.directoryId) ?? 0 })
    queue.lost.delete(request.directoryId)
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
    const empty = {
      lines: new Map(),
      count: 0,
      bytes: 0,
      lost: new Map(),
      lostInAll: 0,
      lostSaid: 0,
      uses: new Map(),
    }
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

/** `before` were lost earlier, are counted already and are still to be said. */
function lose(queue: Waiting, directoryId: string, lines: number, before = 0): void {
  queue.lost.set(directoryId, (queue.lost.get(directoryId) ?? 0) + lines + before)
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

/** Never rejects: lines that are lost are counted, told to the process log, and said by the next line that is kept. */
async function write(world: World, queue: Waiting): Promise<void> {
  const { lines, uses } = queue
  const lost = queue.lostInAll - queue.lostSaid
  Object.assign(queue, { lines: new Map(), count: 0, bytes: 0, uses: new Map(), lostSaid: queue.lostInAll })
  if (lost > 0) world.log.warn({ lost }, 'directory requests came faster than they could be logged')
  if (lines.size === 0 && uses.size === 0) return
  try {
    const rows = rowsOf([...lines.values()].flatMap(newestOf))
    await inTransaction(world, async (tx) => {
      if (rows.length > 0) await insertDirectoryRequests(tx, rows, KEPT)
      if (uses.size > 0) await touchDirectoryTokens(tx, uses)
    })
  } catch (error) {
    for (const [directoryId, list] of lines)
      lose(
        queue,
        directoryId,
        list.length,
        list.reduce((sum, { lostBefore }) => sum + lostBefore, 0),
      )
    world.log.warn({ err: error }, 'directory requests could not be logged')
  }
}

function rowsOf(lines: readonly Line[]): NewDirectoryRequest[] {
  return lines.map(
    ({ id, lostBefore, request: { describe, bytes: _bytes, notable, userAgent, ...request } }) => {
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
        lostBefore,
      }
    },
  )
}

function clipped(text: string | null, most: number): string | null {
  return text === null ? null : storable(text.slice(0, most))
}

/** The text without what PostgreSQL cannot keep: NUL characters and halves of surrogate pairs. */
function storable(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\ufffd')
}
