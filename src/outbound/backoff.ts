// Backoff: how long until a thing that could not be carried is tried again, and when it is given up.

const MINUTE = 60
const HOUR = 60 * MINUTE

/** Seconds after the first, second, … failed attempt; after the last one it is given up. */
const schedules = {
  /** About a day: a mail server that is down over night still gets the invitation. */
  mail: [10, MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 8 * HOUR],
  /** A code lives ten minutes. */
  code: [2, 5, 10, 20, 40, MINUTE, 2 * MINUTE, 3 * MINUTE],
  /** The last step is repeated for as long as the stream may wait. */
  events: [5, 30, 2 * MINUTE, 10 * MINUTE, 30 * MINUTE, HOUR],
  /** A request that is answered by event: the fault was ours. */
  request: [2, 10, MINUTE, 5 * MINUTE, 15 * MINUTE],
  /** About a day and a half. */
  webhook: [5, 30, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 18 * HOUR],
} as const

/**
 * Seconds to wait after failed attempt number `attempts` (from 1), a fifth more or less by `random` in [0, 1), so that what failed
 * together is not tried together; null when it is given up.
 */
export function retryAfterSeconds(
  kind: keyof typeof schedules,
  attempts: number,
  random: number,
): number | null {
  const seconds = schedules[kind][Math.max(1, attempts) - 1]
  return seconds === undefined ? null : seconds * (0.8 + 0.4 * random)
}
