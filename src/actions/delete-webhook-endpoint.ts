// Ends an endpoint: what still waits for it is dropped.
import { endEndpoint } from '../store/webhooks.ts'
import { actorOf, type Caller } from './authorize.ts'
import { findWebhookEndpoint } from './find-webhook-endpoint.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export async function deleteWebhookEndpoint(world: World, caller: Caller, id: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const endpoint = await findWebhookEndpoint(tx, caller, id)
    await endEndpoint(tx, endpoint.id, world.clock.now())
    await recordEvent(tx, world, {
      organizationId: endpoint.organizationId,
      type: 'webhook_endpoint.deleted',
      actor: actorOf(caller),
      subject: { type: 'webhook_endpoint', id: endpoint.id },
      data: { url: endpoint.url },
    })
  })
}
