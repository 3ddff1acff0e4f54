// Makes an endpoint that is told of events, for one organization or for the host product.
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { countEndpoints, insertEndpoint, type WebhookEndpointRow } from '../store/webhooks.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { checkOutgoingAddress } from './check-outgoing-address.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import { newWebhookSecret, WEBHOOK_PURPOSE } from './webhook-secret.ts'
import type { World } from './world.ts'

export type ShownEndpoint = Omit<WebhookEndpointRow, 'secretEncrypted' | 'endedAt'>

/** Endpoints of one organization: each event is sent to all of them that listen. */
const MOST_ENDPOINTS = 20

const EVENT = /^(?:\*|[a-z][a-z_]*\.(?:\*|[a-z][a-z_.]*))$/

/**
 * The secret (`whsec_…`, Standard Webhooks) is shown once. An organization's caller makes an endpoint of its organization; the host
 * product may leave `organizationId` out and hears of all. AppError invalid where the address or an event's name is none, conflict
 * `too_many_endpoints` for more than twenty of one organization.
 */
export async function createWebhookEndpoint(
  world: World,
  caller: Caller,
  wanted: { url: string; events: readonly string[]; organizationId?: string | undefined },
): Promise<ShownEndpoint & { secret: string }> {
  checkOutgoingAddress(world, wanted.url, 'url')
  wanted.events.forEach((event, index) => {
    if (!EVENT.test(event)) {
      throw invalidField(`events[${index}]`, 'must be a type as member.joined, a family as member.* or *')
    }
  })
  const ref = organizationOf(caller, wanted.organizationId)
  const secret = newWebhookSecret()
  return inTransaction(world, async (tx) => {
    const organizationId = ref === null ? null : (await authorize(tx, caller, ref, 'admin')).id
    if (organizationId !== null && (await countEndpoints(tx, organizationId)) >= MOST_ENDPOINTS) {
      throw new AppError(
        'conflict',
        'too_many_endpoints',
        `An organization has at most ${MOST_ENDPOINTS} webhook endpoints; delete one first.`,
      )
    }
    const row: ShownEndpoint = {
      id: newId(),
      organizationId,
      url: wanted.url,
      events: [...new Set(wanted.events)],
      createdAt: world.clock.now(),
    }
    // The event is told before the endpoint is there: it never hears of its own making.
    await recordEvent(tx, world, {
      organizationId,
      type: 'webhook_endpoint.created',
      actor: actorOf(caller),
      subject: { type: 'webhook_endpoint', id: row.id },
      data: { url: row.url, events: row.events },
    })
    await insertEndpoint(tx, { ...row, secretEncrypted: world.secrets.encrypt(WEBHOOK_PURPOSE, secret) })
    return { ...row, secret }
  })
}

/** Whose endpoints the caller speaks of: null for the host product where it names no organization. AppError forbidden for nobody's. */
export function organizationOf(caller: Caller, organizationId: string | undefined): string | null {
  if (caller.kind === 'root') return organizationId ?? null
  const own = organizationId ?? caller.organizationId
  if (own === null)
    throw new AppError('forbidden', 'forbidden', 'This needs an administrator of an organization.')
  return own
}
