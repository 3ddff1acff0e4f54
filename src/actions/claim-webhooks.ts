// Claims webhooks that are due, with the event, the endpoint and its secret.
import type { WebhookParcel } from '../domain/parcel.ts'
import { reader } from '../store/database.ts'
import type { OutboxRow } from '../store/outbox.ts'
import { readWebhookFacts } from '../store/outbox-facts.ts'
import { type ClaimOptions, claimRows } from './claim-rows.ts'
import { dropParcel } from './drop-parcel.ts'
import { showEvent } from './show-event.ts'
import { WEBHOOK_PURPOSE } from './webhook-secret.ts'
import type { World } from './world.ts'

/** Claims due webhooks; those of an ended endpoint are dropped here. */
export async function claimWebhooks(world: World, options: ClaimOptions): Promise<WebhookParcel[]> {
  const parcels: WebhookParcel[] = []
  for (const row of await claimRows(world, 'webhook', options)) {
    const parcel = await openWebhook(world, row)
    if (parcel !== null) parcels.push(parcel)
    else await dropParcel(world, row, 'failed', 'the endpoint has ended, or its secret cannot be opened')
  }
  return parcels
}

async function openWebhook(world: World, row: OutboxRow): Promise<WebhookParcel | null> {
  const { id, attempts, createdAt, endpointId, eventId, organizationId } = row
  if (endpointId === null || eventId === null) return null
  const facts = await readWebhookFacts(reader(world.dataSource), { endpointId, eventId })
  if (facts === null) return null
  const secret = unseal(world, facts.secretEncrypted)
  if (secret === null) return null
  const event = showEvent(facts.event)
  return {
    kind: 'webhook',
    id,
    attempts,
    createdAt,
    endpointId,
    eventId,
    organizationId,
    url: facts.url,
    secret,
    event,
  }
}

function unseal(world: World, sealed: string): string | null {
  try {
    return world.secrets.decrypt(WEBHOOK_PURPOSE, sealed)
  } catch (error) {
    world.log.error({ err: error }, 'a webhook secret cannot be opened: was SECRET_KEY changed?')
    return null
  }
}
