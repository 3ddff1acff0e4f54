// Claims streams in which events wait to be pushed, with the signed tokens of the oldest.
import type { EventsParcel } from '../domain/parcel.ts'
import { reader } from '../store/database.ts'
import { claimDueStreams, type EventStreamRow, releaseStream } from '../store/event-streams.ts'
import { waitingEvents } from '../store/security-events.ts'
import type { ClaimOptions } from './claim-rows.ts'
import { RECEIVER_PURPOSE } from './create-event-stream.ts'
import { signSecurityEvent, streamAudience } from './sign-security-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Tokens that one attempt brings at most. */
const AT_ONCE = 20
/** A stream whose receiver's secret cannot be opened is looked at again then. */
const UNREADABLE_SECONDS = 3600

/** Takes due streams until the lease runs out, each with its oldest events. */
export async function claimSecurityEvents(
  world: World,
  { limit, leaseSeconds, except }: ClaimOptions,
): Promise<EventsParcel[]> {
  const now = world.clock.now()
  const leaseUntil = new Date(now.getTime() + leaseSeconds * 1000)
  const streams = await inTransaction(world, (tx) => claimDueStreams(tx, { now, leaseUntil, limit, except }))
  const parcels: EventsParcel[] = []
  for (const stream of streams) {
    const parcel = await openStream(world, stream, leaseUntil)
    if (parcel !== null) parcels.push(parcel)
  }
  return parcels
}

async function openStream(
  world: World,
  stream: EventStreamRow,
  leaseUntil: Date,
): Promise<EventsParcel | null> {
  const { id, attempts, createdAt, directoryId, url, authorizationEncrypted } = stream
  const authorization = await unseal(world, stream, leaseUntil, authorizationEncrypted)
  if (authorization === undefined || url === null) return null
  const audience = streamAudience(world, stream)
  const tokens: { id: string; token: string }[] = []
  for (const event of await waitingEvents(reader(world.dataSource), id, AT_ONCE))
    tokens.push({ id: event.id, token: await signSecurityEvent(world, event, audience) })
  return { kind: 'events', id, attempts, createdAt, directoryId, url, authorization, tokens, leaseUntil }
}

async function unseal(
  world: World,
  { id, attempts }: EventStreamRow,
  leaseUntil: Date,
  sealed: string | null,
): Promise<string | null | undefined> {
  if (sealed === null) return null
  try {
    return world.secrets.decrypt(RECEIVER_PURPOSE, sealed)
  } catch (error) {
    world.log.error({ err: error }, "a receiver's secret cannot be opened: was SECRET_KEY changed?")
    const nextAt = new Date(world.clock.now().getTime() + UNREADABLE_SECONDS * 1000)
    const told = 'The secret of the receiver cannot be opened; make the stream anew.'
    await inTransaction(world, (tx) => releaseStream(tx, id, leaseUntil, { attempts, nextAt, error: told }))
    return undefined
  }
}
