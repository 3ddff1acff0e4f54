// A lane: looks for due parcels, carries as many at once as it may, and looks again when woken, when one is done, or after a second.
import type { Claimed } from '../domain/parcel.ts'
import type { Log } from '../kernel/log.ts'

export interface LaneOptions<P extends Claimed> {
  name: string
  /** How many parcels are carried at once. */
  capacity: number
  /** How many are claimed at once, so that one burst does not take the whole capacity before `claim` can look at what is carried. */
  batch: number
  claim(limit: number, carried: readonly P[]): Promise<P[]>
  carry(parcel: P): Promise<void>
  log: Log
}

export interface Lane {
  /** Something was posted: look soon. */
  wake(): void
  /** Claims nothing more and waits for what is on its way, `deadlineMs` at most. */
  stop(deadlineMs: number): Promise<void>
}

const POLL_MS = 1_000
/** Wakes within this time become one look, so that a burst of deeds costs one claim. */
const GATHER_MS = 10

export function startLane<P extends Claimed>(options: LaneOptions<P>): Lane {
  const carried = new Map<string, { parcel: P; done: Promise<void> }>()
  let timer: NodeJS.Timeout | undefined
  let timerSoon = false
  let lookNow: Promise<void> = Promise.resolve()
  let looking = false
  let again = false
  let stopped = false

  const lookIn = (ms: number) => {
    // A wake never puts off a look that is near: under a steady stream of deeds there would be none.
    if (stopped || timerSoon) return
    clearTimeout(timer)
    timerSoon = ms < POLL_MS
    timer = setTimeout(() => {
      timerSoon = false
      lookNow = look()
    }, ms)
  }
  const wake = () => {
    if (looking) again = true
    else lookIn(GATHER_MS)
  }
  const look = async () => {
    looking = true
    again = false
    await fill()
    looking = false
    lookIn(again ? GATHER_MS : POLL_MS)
  }
  const fill = async () => {
    const limit = Math.min(options.batch, options.capacity - carried.size)
    if (limit <= 0) return
    try {
      const parcels = await options.claim(
        limit,
        [...carried.values()].map(({ parcel }) => parcel),
      )
      for (const parcel of parcels) start(parcel)
      if (parcels.length === limit) again = true
    } catch (error) {
      options.log.error({ err: error, lane: options.name }, 'the outbox could not be read')
    }
  }
  const start = (parcel: P) => {
    const done = options
      .carry(parcel)
      .catch((error: unknown) =>
        options.log.error(
          { err: error, lane: options.name, outboxId: parcel.id },
          'a parcel could not be carried',
        ),
      )
      .then(() => {
        carried.delete(parcel.id)
        wake()
      })
    carried.set(parcel.id, { parcel, done })
  }

  lookIn(0)
  return {
    wake,
    stop: async (deadlineMs) => {
      stopped = true
      clearTimeout(timer)
      await lookNow
      const all = Promise.all([...carried.values()].map(({ done }) => done))
      await Promise.race([all, pause(deadlineMs)])
    },
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
