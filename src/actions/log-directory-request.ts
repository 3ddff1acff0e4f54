// Keeps a directory's last requests and its tokens' last use: gathered in memory, written behind, never waited for.
import { newId } from '../kernel/ids.ts'
import {
  type DirectoryRequest,
  insertDirectoryRequests,
  touchDirectoryTokens,
} from '../store/directory-credentials.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const WRITE_AFTER_MS = 500
/** What waits at most; under a storm the rest is dropped rather than remembered. */
const WAITING_MAX = 2000
const BODY_MAX = 16_384
/** How many requests of a directory are kept. */
const KEPT = 500
const TOUCH_EVERY_MS = 60_000

interface Waiting {
  requests: DirectoryRequest[]
  uses: Map<string, Date>
  timer: NodeJS.Timeout | null
  writing: Promise<void>
}

const waiting = new WeakMap<World, Waiting>()

/** Notes a request and our answer for the directory's request log; the bodies must hold no secret. */
export function logDirectoryRequest(world: World, request: Omit<DirectoryRequest, 'id'>): void {
  const queue = queueOf(world)
  if (queue.requests.length >= WAITING_MAX) return
  const clip = (body: string | null) => (body === null ? null : storable(body.slice(0, BODY_MAX)))
  queue.requests.push({
    ...request,
    id: newId(),
    path: storable(request.path.slice(0, 2048)),
    requestBody: clip(request.requestBody),
    responseBody: clip(request.responseBody),
  })
  schedule(world, queue)
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
    queue = { requests: [], uses: new Map(), timer: null, writing: Promise.resolve() }
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

/** Never rejects: a lost line of this log is told to the process log and to nobody else. */
async function write(world: World, queue: Waiting): Promise<void> {
  const requests = queue.requests.splice(0)
  const uses = new Map(queue.uses)
  queue.uses.clear()
  if (requests.length === 0 && uses.size === 0) return
  try {
    await inTransaction(world, async (tx) => {
      if (requests.length > 0) await insertDirectoryRequests(tx, requests, KEPT)
      if (uses.size > 0) await touchDirectoryTokens(tx, uses)
    })
  } catch (error) {
    world.log.warn({ err: error, lost: requests.length }, 'directory requests could not be logged')
  }
}

/** The text without what PostgreSQL cannot keep: NUL characters and halves of surrogate pairs. */
function storable(text: string): string {
  return text.replace(/[\0\p{Surrogate}]/gu, '\ufffd')
}
