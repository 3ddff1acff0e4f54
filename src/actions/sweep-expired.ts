// Sweeping: forgets what has run out (sign-ins begun, codes, answers kept for repetition, sessions, the outbox's done rows).
import { maySweep, type Sweep, sweepBatch, sweeps } from '../store/sweeps.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Answers how many rows went, by table; tables that lost none are left out. Of a table that another node is sweeping, nothing. */
export async function sweepExpired(world: World): Promise<Record<string, number>> {
  const removed: Record<string, number> = {}
  for (const sweep of sweeps) {
    const count = await sweepTable(world, sweep)
    if (count > 0) removed[sweep.table] = count
  }
  return removed
}

/** In batches, each in a transaction of its own, so that no lock is held for long. */
async function sweepTable(world: World, sweep: Sweep): Promise<number> {
  for (let total = 0; ; ) {
    const { removed, more } = await inTransaction(world, async (tx) =>
      (await maySweep(tx, sweep.table))
        ? sweepBatch(tx, sweep, world.clock.now())
        : { removed: 0, more: false },
    )
    total += removed
    if (!more) return total
  }
}
