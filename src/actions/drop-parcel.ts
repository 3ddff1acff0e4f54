// Drops an outbox row that need not or cannot be carried.
import type { Claimed } from '../domain/parcel.ts'
import { settle } from '../store/outbox.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Gives a row up without an attempt: `done` because it has become pointless, `failed` because it cannot be carried. */
export async function dropParcel(
  world: World,
  claimed: Pick<Claimed, 'id' | 'attempts'>,
  state: 'done' | 'failed',
  why: string,
): Promise<void> {
  const at = world.clock.now()
  await inTransaction(world, (tx) => settle(tx, claimed, { state, error: why, nextAt: null, at }))
}
