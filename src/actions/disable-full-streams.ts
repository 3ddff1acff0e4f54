// Disables event streams whose receiver stays away: too much waits, or it waits too long.
import { lockDirectory } from '../store/directories.ts'
import { findStream, noteAnnouncing, setStreamStatus } from '../store/event-streams.ts'
import { overfullStreams } from '../store/security-events.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** What may wait in a stream, and for how long. */
const MOST_WAITING = 100_000
const LONGEST_DAYS = 7

/** Answers how many streams were disabled, each with its reason, in the audit trail too. What waits is kept until it is swept. */
export async function disableFullStreams(world: World, most = MOST_WAITING): Promise<number> {
  const now = world.clock.now()
  const before = new Date(now.getTime() - LONGEST_DAYS * 86_400_000)
  const found = await inTransaction(world, (tx) => overfullStreams(tx, most, before))
  for (const { id, directoryId, organizationId, tooMany } of found) {
    const reason = tooMany
      ? `More than ${most} events waited: the receiver did not take them.`
      : `An event waited longer than ${LONGEST_DAYS} days: the receiver did not take it.`
    await inTransaction(world, async (tx) => {
      await lockDirectory(tx, directoryId)
      const stream = await findStream(tx, directoryId, id)
      if (stream === null || stream.status === 'disabled') return
      await setStreamStatus(tx, id, { status: 'disabled', reason, at: now })
      await noteAnnouncing(tx, directoryId)
      await recordEvent(tx, world, {
        organizationId,
        type: 'directory.event_stream_updated',
        actor: { type: 'system', id: null },
        subject: { type: 'directory', id: directoryId },
        data: { streamId: id, before: stream.status, after: 'disabled', reason },
      })
    })
  }
  return found.length
}
