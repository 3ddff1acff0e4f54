// Awaiting security events: receivers that poll wait here, without a connection to the database, until something comes for them.
import { reader } from '../store/database.ts'
import { streamsWaiting } from '../store/security-events.ts'
import type { World } from './world.ts'

/** One look for all who wait finds what other nodes wrote. */
const LOOK_EVERY_MS = 1_000
const MOST_WAITING = 1_000
/** A receiver that polls many times at once is answered at once. */
const MOST_PER_STREAM = 4

interface Waiting {
  waiters: Map<string, Set<() => void>>
  count: number
  timer: NodeJS.Timeout | null
}

const waiting = new WeakMap<World, Waiting>()

/**
 * Resolves when something has come into the stream, after `ms` milliseconds, when `signal` aborts, or at once where too many wait already.
 * Never rejects.
 */
export function awaitSecurityEvents(
  world: World,
  streamId: string,
  ms: number,
  signal: AbortSignal,
): Promise<void> {
  const all = waitingOf(world)
  const mine = all.waiters.get(streamId) ?? new Set()
  if (signal.aborted || all.count >= MOST_WAITING || mine.size >= MOST_PER_STREAM) return Promise.resolve()
  return new Promise((resolve) => {
    const end = () => {
      if (!mine.delete(end)) return
      all.count -= 1
      if (mine.size === 0) all.waiters.delete(streamId)
      clearTimeout(timeout)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timeout = setTimeout(end, ms)
    signal.addEventListener('abort', end)
    mine.add(end)
    all.count += 1
    all.waiters.set(streamId, mine)
    watch(world, all)
  })
}

/** Wakes who awaits one of the streams. */
export function wakeStreams(world: World, streamIds: Iterable<string>): void {
  const all = waiting.get(world)
  if (all === undefined) return
  for (const id of streamIds) for (const end of [...(all.waiters.get(id) ?? [])]) end()
}

/** Wakes everybody: the server stops. */
export function wakeAllStreams(world: World): void {
  const all = waiting.get(world)
  if (all !== undefined) wakeStreams(world, [...all.waiters.keys()])
}

function waitingOf(world: World): Waiting {
  let all = waiting.get(world)
  if (all === undefined) {
    all = { waiters: new Map(), count: 0, timer: null }
    waiting.set(world, all)
  }
  return all
}

function watch(world: World, all: Waiting): void {
  if (all.timer !== null || all.count === 0) return
  all.timer = setTimeout(() => void look(world, all), LOOK_EVERY_MS)
  all.timer.unref()
}

async function look(world: World, all: Waiting): Promise<void> {
  try {
    wakeStreams(world, await streamsWaiting(reader(world.dataSource), [...all.waiters.keys()]))
  } catch (error) {
    world.log.warn({ err: error }, 'waiting security events could not be looked for')
  }
  all.timer = null
  watch(world, all)
}
