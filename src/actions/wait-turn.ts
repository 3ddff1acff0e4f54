// Lists that may have to look at every row of a directory take turns, so that one directory never holds all connections.
import { AppError } from '../kernel/errors.ts'
import type { World } from './world.ts'

/** Such lists of one directory that a node reads at once, and how many may wait behind them. */
const AT_ONCE = 2
const MOST_WAITING = 50

interface Turns {
  running: number
  readonly waiting: (() => void)[]
}

const turnsOf = new WeakMap<World, Map<string, Turns>>()

/** Does `work` when the directory's turn comes; AppError `too_many` where too much waits already. */
export async function waitTurn<T>(world: World, directoryId: string, work: () => Promise<T>): Promise<T> {
  const all = turnsOf.get(world) ?? new Map<string, Turns>()
  turnsOf.set(world, all)
  const turns = all.get(directoryId) ?? { running: 0, waiting: [] }
  all.set(directoryId, turns)
  if (turns.running < AT_ONCE) turns.running += 1
  else {
    if (turns.waiting.length >= MOST_WAITING) {
      const message = `This directory has ${MOST_WAITING} searches waiting: each looks at every resource, for it compares nothing by an index.`
      throw new AppError('too_many', 'rate_limited', message, { details: { retryAfterSeconds: 5 } })
    }
    await new Promise<void>((resolve) => turns.waiting.push(resolve))
  }
  try {
    return await work()
  } finally {
    // Whoever waits longest takes the place over; it is free only when nobody waits.
    const next = turns.waiting.shift()
    if (next) next()
    else {
      turns.running -= 1
      if (turns.running === 0) all.delete(directoryId)
    }
  }
}
