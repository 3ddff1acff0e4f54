// Ends an event stream: what still waits in it is dropped, and its receiver's token opens nothing any more.
import { deleteStream, noteAnnouncing } from '../store/event-streams.ts'
import { actorOf, type Caller } from './authorize.ts'
import { lockManagedDirectory, managedStream } from './manage-event-stream.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export async function deleteEventStream(
  world: World,
  caller: Caller,
  directoryId: string,
  streamId: string,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const directory = await lockManagedDirectory(tx, caller, directoryId)
    const stream = await managedStream(tx, directory, streamId)
    await deleteStream(tx, streamId)
    await noteAnnouncing(tx, directoryId)
    await recordEvent(tx, world, {
      organizationId: directory.organizationId,
      type: 'directory.event_stream_deleted',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { streamId, method: stream.method, url: stream.url },
    })
  })
}
