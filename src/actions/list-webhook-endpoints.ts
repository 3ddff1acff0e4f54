// Lists webhook endpoints: an organization's, or all of them for the host product.
import { reader } from '../store/database.ts'
import { listEndpoints } from '../store/webhooks.ts'
import { authorize, type Caller } from './authorize.ts'
import { organizationOf, type ShownEndpoint } from './create-webhook-endpoint.ts'
import type { World } from './world.ts'

export async function listWebhookEndpoints(
  world: World,
  caller: Caller,
  wanted: { organizationId?: string | undefined },
  page: { after: string | null; limit: number },
): Promise<ShownEndpoint[]> {
  const read = reader(world.dataSource)
  const ref = organizationOf(caller, wanted.organizationId)
  const organizationId = ref === null ? null : (await authorize(read, caller, ref, 'admin')).id
  const rows = await listEndpoints(read, { organizationId, ...page })
  return rows.map(({ secretEncrypted: _secret, endedAt: _ended, ...shown }) => shown)
}
