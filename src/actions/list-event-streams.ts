// Reads the event streams of a directory, each with what waits in it.
import { reader } from '../store/database.ts'
import { listStreamRows } from '../store/event-streams.ts'
import { readBacklog } from '../store/security-events.ts'
import type { Caller } from './authorize.ts'
import {
  managedDirectory,
  managedStream,
  type ShownStreamWithBacklog,
  showStream,
} from './manage-event-stream.ts'
import type { World } from './world.ts'

/** What waits is counted up to here. */
export const MOST_COUNTED = 10_000

export async function listEventStreams(
  world: World,
  caller: Caller,
  directoryId: string,
  page: { after: string | null; limit: number },
): Promise<ShownStreamWithBacklog[]> {
  const read = reader(world.dataSource)
  const directory = await managedDirectory(read, caller, directoryId)
  const rows = await listStreamRows(read, directory.id, page.after, page.limit)
  return Promise.all(
    rows.map(async (row) => ({
      ...showStream(world, row),
      ...(await readBacklog(read, row.id, MOST_COUNTED)),
    })),
  )
}

export async function getEventStream(
  world: World,
  caller: Caller,
  directoryId: string,
  streamId: string,
): Promise<ShownStreamWithBacklog> {
  const read = reader(world.dataSource)
  const directory = await managedDirectory(read, caller, directoryId)
  const row = await managedStream(read, directory, streamId)
  return { ...showStream(world, row), ...(await readBacklog(read, row.id, MOST_COUNTED)) }
}
