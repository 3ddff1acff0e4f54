// Settles a webhook: the attempt's record, and when it is tried again.
import type { WebhookEnd, WebhookParcel } from '../domain/parcel.ts'
import { newId } from '../kernel/ids.ts'
import { settle } from '../store/outbox.ts'
import { insertAttempt } from '../store/webhooks.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Writes one attempt at an endpoint; the attempt is kept even where a later one has begun meanwhile. */
export async function settleWebhook(world: World, parcel: WebhookParcel, end: WebhookEnd): Promise<void> {
  const at = world.clock.now()
  await inTransaction(world, async (tx) => {
    const again = end.outcome === 'failed' && end.retryAfterSeconds !== null
    await insertAttempt(tx, {
      id: newId(),
      endpointId: parcel.endpointId,
      eventId: parcel.eventId,
      at,
      outcome: end.outcome,
      responseStatus: end.responseStatus,
      error: end.error?.slice(0, 300) ?? null,
    })
    await settle(tx, parcel, {
      state: again ? 'queued' : end.outcome === 'delivered' ? 'done' : 'failed',
      error: end.error?.slice(0, 300) ?? null,
      nextAt: again ? later(at, end.retryAfterSeconds ?? 0) : null,
      at,
    })
  })
}

function later(at: Date, seconds: number): Date {
  return new Date(at.getTime() + seconds * 1000)
}
