// Finds an endpoint that the caller may manage.
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { Reader } from '../store/database.ts'
import { findEndpoint, type WebhookEndpointRow } from '../store/webhooks.ts'
import { authorize, type Caller } from './authorize.ts'

/** AppError not_found for an unknown endpoint, one that has ended, and one of somebody else alike. */
export async function findWebhookEndpoint(
  read: Reader,
  caller: Caller,
  id: string,
): Promise<WebhookEndpointRow> {
  const endpoint = isId(id) ? await findEndpoint(read, id) : null
  if (endpoint === null) throw notFound('The webhook endpoint')
  if (caller.kind === 'root') return endpoint
  if (endpoint.organizationId === null || endpoint.organizationId !== caller.organizationId) {
    throw notFound('The webhook endpoint')
  }
  await authorize(read, caller, endpoint.organizationId, 'admin')
  return endpoint
}
