// Work in the background that is asked for more often than it need be done: one run at a time for each name, and one more where it was asked for meanwhile.
import type { World } from './world.ts'

interface Run {
  done: Promise<void>
  again: boolean
  stopped: boolean
}

export interface OneAtATime {
  /** Asks for the work under this name; nobody waits for it. */
  ask(world: World, name: string, work: Work): void
  /** Waits for the runs that are under way; with `stop` they end as soon as they can. */
  settle(world: World, stop?: boolean): Promise<void>
}

/** Rejections are told to the process log with the given words; `isStopped` tells long work to end early. */
type Work = (isStopped: () => boolean) => Promise<void>

/** `failed` is what the log says when the work rejects; whatever was left undone must stand in the database for the next run. */
export function oneAtATime(failed: string): OneAtATime {
  const worlds = new WeakMap<World, Map<string, Run>>()
  const runsOf = (world: World) => {
    const runs = worlds.get(world) ?? new Map<string, Run>()
    worlds.set(world, runs)
    return runs
  }
  const repeat = async (world: World, run: Run, work: Work) => {
    do {
      run.again = false
      try {
        await work(() => run.stopped)
      } catch (error) {
        world.log.error({ err: error }, failed)
      }
    } while (run.again && !run.stopped)
  }
  return {
    ask: (world, name, work) => {
      const runs = runsOf(world)
      const standing = runs.get(name)
      if (standing) {
        standing.again = true
        return
      }
      const run: Run = { done: Promise.resolve(), again: false, stopped: false }
      runs.set(name, run)
      run.done = repeat(world, run, work).finally(() => runs.delete(name))
    },
    settle: async (world, stop = false) => {
      const runs = [...runsOf(world).values()]
      if (stop) for (const run of runs) run.stopped = true
      await Promise.all(runs.map((run) => run.done))
    },
  }
}
