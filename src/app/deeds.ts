// What the application asks of the hall besides its doors; main hands it in.

/** What the application asks of the hall besides its doors. */
export interface AppDeeds {
  /** Whether the database answers and its tables are current. */
  isReady: () => Promise<boolean>
  /** With `DEV_CLOCK`: takes over what another node moved the clock by. */
  followClock: () => Promise<void>
  /** With `DEV_CLOCK`: moves the clock of every node. */
  moveClock: (seconds: number) => Promise<void>
}
