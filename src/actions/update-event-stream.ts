// Pauses, disables or enables an event stream.
import { type EventStreamRow, noteAnnouncing, setStreamStatus } from '../store/event-streams.ts'
import { clearStream } from '../store/security-events.ts'
import { actorOf, type Caller } from './authorize.ts'
import { lockManagedDirectory, managedStream, type ShownStream, showStream } from './manage-event-stream.ts'
import { recordEvent } from './record-event.ts'
import { afterCommit, inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * `paused` keeps what comes and hands nothing out; `disabled` keeps nothing any more. A disabled stream that is enabled begins anew:
 * what waited in it had a gap behind it.
 */
export async function updateEventStream(
  world: World,
  caller: Caller,
  directoryId: string,
  streamId: string,
  { status }: { status: EventStreamRow['status'] },
): Promise<ShownStream> {
  return inTransaction(world, async (tx) => {
    const directory = await lockManagedDirectory(tx, caller, directoryId)
    const before = await managedStream(tx, directory, streamId)
    if (before.status === status) return showStream(world, before)
    await setStreamStatus(tx, streamId, { status, reason: null, at: world.clock.now() })
    if (before.status === 'disabled') await clearStream(tx, streamId)
    await noteAnnouncing(tx, directoryId)
    await recordEvent(tx, world, {
      organizationId: directory.organizationId,
      type: 'directory.event_stream_updated',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { streamId, before: before.status, after: status },
    })
    afterCommit(tx, () => world.onOutbox?.())
    return showStream(world, await managedStream(tx, directory, streamId))
  })
}
