// Tries a webhook again now: one that waits is hastened, one that is done or given up is sent anew.
import { notFound } from '../kernel/errors.ts'
import { isId, newId } from '../kernel/ids.ts'
import { hastenWebhook, insertWebhook } from '../store/outbox.ts'
import { findAttempt } from '../store/webhooks.ts'
import type { Caller } from './authorize.ts'
import { findWebhookEndpoint } from './find-webhook-endpoint.ts'
import { afterCommit, inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** The event goes out with its own id, so that a receiver can know the repetition. AppError not_found. */
export async function retryWebhookAttempt(
  world: World,
  caller: Caller,
  endpointId: string,
  attemptId: string,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { id, organizationId } = await findWebhookEndpoint(tx, caller, endpointId)
    const attempt = isId(attemptId) ? await findAttempt(tx, id, attemptId) : null
    if (attempt === null) throw notFound('The attempt')
    const row = { endpointId: id, eventId: attempt.eventId, at: world.clock.now() }
    if (!(await hastenWebhook(tx, row))) await insertWebhook(tx, { id: newId(), organizationId, ...row })
    afterCommit(tx, () => world.onOutbox?.())
  })
}
