// Settles a push: what the receiver took is forgotten, what it refused is noted, and the stream is due again.
import type { EventsEnd, EventsParcel } from '../domain/parcel.ts'
import { releaseStream } from '../store/event-streams.ts'
import { forgetTaken, noteRefused } from '../store/security-events.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** What was delivered counts even where another attempt has begun meanwhile. */
export async function settleSecurityEvents(
  world: World,
  parcel: EventsParcel,
  end: EventsEnd,
): Promise<void> {
  const at = world.clock.now()
  const nextAt = new Date(at.getTime() + (end.retryAfterSeconds ?? 0) * 1000)
  await inTransaction(world, async (tx) => {
    await forgetTaken(tx, parcel.id, end.delivered)
    await noteRefused(tx, parcel.id, end.refused, at)
    await releaseStream(tx, parcel.id, parcel.leaseUntil, {
      // A receiver that took something begins its patience anew.
      attempts: end.error === null || end.delivered.length > 0 ? 0 : parcel.attempts,
      nextAt,
      error: end.error ?? end.refused.at(-1)?.error ?? null,
    })
  })
}
