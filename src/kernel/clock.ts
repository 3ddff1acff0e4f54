// The product's clock: the only place that asks what time it is.

export interface Clock {
  now(): Date
}

export interface AdjustableClock extends Clock {
  /** Moves the clock forward by `seconds` (may be fractional, may be negative). */
  advance(seconds: number): void
  /** Replaces the whole offset against the system's time, in seconds. */
  setOffset(seconds: number): void
}

export const systemClock: Clock = { now: () => new Date() }

/** A clock that runs with the system's time, moved by an offset: for tests of what takes days. */
export function movableClock(): AdjustableClock {
  let offsetSeconds = 0
  return {
    now: () => new Date(Date.now() + offsetSeconds * 1000),
    advance: (seconds) => {
      offsetSeconds += seconds
    },
    setOffset: (seconds) => {
      offsetSeconds = seconds
    },
  }
}

/** A clock that stands still at `start` until it is advanced. */
export function frozenClock(start: Date): AdjustableClock {
  let offsetSeconds = 0
  return {
    now: () => new Date(start.getTime() + offsetSeconds * 1000),
    advance: (seconds) => {
      offsetSeconds += seconds
    },
    setOffset: (seconds) => {
      offsetSeconds = seconds
    },
  }
}
