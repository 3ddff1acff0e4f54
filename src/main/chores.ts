// Chores: what the server does by itself every few minutes.

import { settleDeferred, stopDeferred } from '../actions/deferred-pushes.ts'
import { settleBrakes, settleHolds } from '../actions/deprovision-brake.ts'
import { disableFullStreams } from '../actions/disable-full-streams.ts'
import { flushDirectoryRequests } from '../actions/log-directory-request.ts'
import { settlePastGrace } from '../actions/settle-past-grace.ts'
import { sweepExpired } from '../actions/sweep-expired.ts'
import type { World } from '../actions/world.ts'

const EVERY_MS = 10 * 60_000

/** Starts the chores; each begins after the one before has ended. */
export function startChores(world: World): { stop(): Promise<void> } {
  let stopped = false
  let running: Promise<void> = Promise.resolve()
  const run = async () => {
    try {
      await disableFullStreams(world)
      const removed = await sweepExpired(world)
      await settlePastGrace(world)
      await settleHolds(world)
      await settleDeferred(world)
      if (Object.keys(removed).length > 0) world.log.debug({ removed }, 'swept what had run out')
    } catch (error) {
      world.log.warn({ err: error }, 'what has run out could not be swept')
    }
    next()
  }
  let timer: NodeJS.Timeout | undefined
  const next = () => {
    if (stopped) return
    timer = setTimeout(() => {
      running = run()
    }, EVERY_MS)
    timer.unref()
  }
  next()
  return {
    stop: async () => {
      stopped = true
      clearTimeout(timer)
      await running
      await settleBrakes(world)
      await stopDeferred(world)
      await flushDirectoryRequests(world)
    },
  }
}
