// Makes an event stream of a directory: a receiver that is told what happens to its resources (RFC 9967).
import { type EventContent, offeredEvents } from '../domain/security-event.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { newToken } from '../kernel/secrets.ts'
import type { Transaction } from '../store/database.ts'
import { getGroup } from '../store/directory-groups.ts'
import { type EventStreamRow, insertStream, listStreamRows, noteAnnouncing } from '../store/event-streams.ts'
import { actorOf, type Caller } from './authorize.ts'
import { lockForCredentials } from './change-directory-credentials.ts'
import { checkOutgoingAddress } from './check-outgoing-address.ts'
import { type ShownStream, showStream } from './manage-event-stream.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** What separates the key of receivers' Authorization headers from every other key of `SECRET_KEY`. */
export const RECEIVER_PURPOSE = 'event-receiver'

/** Every change of a resource is written once for each stream. */
const MOST_STREAMS = 10

export interface WantedStream {
  delivery: { method: 'push'; url: string; authorizationHeader?: string | undefined } | { method: 'poll' }
  content: EventContent
  events?: readonly string[] | undefined
  groupId?: string | undefined
}

/**
 * A poll stream's token is shown once. AppError forbidden `own_proof_required` on an active directory without trust, for a stream tells
 * what a token of the directory could read; invalid where an address, event or group is none; conflict `too_many_streams`.
 */
export async function createEventStream(
  world: World,
  caller: Caller,
  directoryId: string,
  wanted: WantedStream,
): Promise<ShownStream & { token?: string }> {
  const { delivery, content, groupId = null } = wanted
  if (delivery.method === 'push') checkOutgoingAddress(world, delivery.url, 'delivery.url')
  const events = checkedEvents(wanted)
  const issued = delivery.method === 'poll' ? newToken('set') : null
  return inTransaction(world, async (tx) => {
    const directory = await lockForCredentials(tx, world, caller, directoryId)
    if (groupId !== null) await requireGroup(tx, directoryId, groupId)
    const streams = await listStreamRows(tx, directoryId, null, MOST_STREAMS)
    if (streams.length >= MOST_STREAMS) {
      throw new AppError(
        'conflict',
        'too_many_streams',
        `A directory has at most ${MOST_STREAMS} event streams; delete one first.`,
      )
    }
    const at = world.clock.now()
    const header = delivery.method === 'push' ? delivery.authorizationHeader : undefined
    const row: EventStreamRow = {
      id: newId(),
      directoryId,
      method: delivery.method,
      url: delivery.method === 'push' ? delivery.url : null,
      authorizationEncrypted: header === undefined ? null : world.secrets.encrypt(RECEIVER_PURPOSE, header),
      content,
      events,
      groupId,
      status: 'enabled',
      statusReason: null,
      attempts: 0,
      lastError: null,
      createdAt: at,
    }
    await insertStream(tx, { ...row, tokenHash: issued?.hash ?? null, at })
    await noteAnnouncing(tx, directoryId)
    await recordEvent(tx, world, {
      organizationId: directory.organizationId,
      type: 'directory.event_stream_created',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { streamId: row.id, method: row.method, url: row.url, content, events, groupId },
    })
    return { ...showStream(world, row), ...(issued === null ? {} : { token: issued.token }) }
  })
}

function checkedEvents({ content, events }: WantedStream): string[] {
  const offered = offeredEvents(content)
  events?.forEach((uri, index) => {
    if (!offered.includes(uri)) {
      throw invalidField(`events[${index}]`, `must be one of ${offered.join(', ')}`)
    }
  })
  return events === undefined ? offered : [...new Set(events)]
}

async function requireGroup(tx: Transaction, directoryId: string, groupId: string): Promise<void> {
  if ((await getGroup(tx, directoryId, groupId, false)) !== null) return
  throw invalidField('groupId', 'must be the id of a group of this directory')
}
