// Lists the attempts to reach an endpoint, the newest first.
import { reader } from '../store/database.ts'
import { listAttempts, type ShownAttempt } from '../store/webhooks.ts'
import type { Caller } from './authorize.ts'
import { findWebhookEndpoint } from './find-webhook-endpoint.ts'
import type { World } from './world.ts'

/** `page.after` is the last attempt of the page before; older ones follow. */
export async function listWebhookAttempts(
  world: World,
  caller: Caller,
  endpointId: string,
  page: { after: string | null; limit: number },
): Promise<ShownAttempt[]> {
  const read = reader(world.dataSource)
  const endpoint = await findWebhookEndpoint(read, caller, endpointId)
  return listAttempts(read, { endpointId: endpoint.id, before: page.after, limit: page.limit })
}
