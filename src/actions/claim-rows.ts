// Claiming: takes due outbox rows for a while, so that nothing is sent inside a transaction.
import { claimDue, type OutboxRow } from '../store/outbox.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface ClaimOptions {
  limit: number
  /** How long nobody else may claim them; longer than any attempt takes. */
  leaseSeconds: number
  /** Rows that this process carries already. */
  except: readonly string[]
  busyEndpoints?: readonly string[]
}

/** Takes due rows of one kind until the lease runs out; another node may take them then. The oldest first. */
export async function claimRows(
  world: World,
  kind: OutboxRow['kind'],
  options: ClaimOptions,
): Promise<OutboxRow[]> {
  const now = world.clock.now()
  const rows = await inTransaction(world, (tx) =>
    claimDue(tx, {
      kind,
      now,
      leaseUntil: new Date(now.getTime() + options.leaseSeconds * 1000),
      limit: options.limit,
      except: options.except,
      busyEndpoints: options.busyEndpoints ?? [],
    }),
  )
  return rows.sort((a, b) => a.createdAt.getTime() - b.createdAt.getTime())
}
