// Announces what a deed did to a resource: security events into the streams of its directory, in the deed's own transaction.
import type { AnnouncedResource, Announcer, EventPayloads, MovedMembers } from '../domain/security-event.ts'
import { eventsOf, FEED_ADD, FEED_REMOVE, subjectOf, wantedEvents } from '../domain/security-event.ts'
import { AppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { noteAsyncStep } from '../store/async-requests.ts'
import type { Transaction } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { externalIdsOf } from '../store/directory-users.ts'
import { type ListeningStream, listeningStreams } from '../store/event-streams.ts'
import { insertSecurityEvents, type SecurityEventRow } from '../store/security-events.ts'
import { wakeStreams } from './await-security-events.ts'
import { afterCommit } from './transaction.ts'
import type { World } from './world.ts'

/** A resource before and after a deed; the same object twice where nothing changed. `before` is null for a new one, `after` for a deleted one. */
export interface Announcement {
  before: AnnouncedResource | null
  after: AnnouncedResource | null
  /** People who came into the group or left it. */
  members?: MovedMembers
}

/** The code of the error by which a deed ends that another attempt has done already: it rolls back and tells nobody. */
export const DONE_ALREADY = 'done_already'

/**
 * Writes what the streams of the directory are told; sends no statement where it has none. Called before a resource is deleted, while it
 * is still known who is in a stream. AppError `conflict` `done_already` where the deed was promised by event and another attempt did it.
 */
export async function announceResource(
  tx: Transaction,
  world: World,
  directory: DirectoryScope,
  announcement: Announcement,
): Promise<void> {
  const { announcer } = directory
  if (announcer === undefined) return
  const { before, after, members = null } = announcement
  const resource = after ?? before
  if (resource === null) return
  if (announcer.promised !== null) await noteStep(tx, announcer, resource, after)
  const moved = members === null ? 0 : members.added.length + members.removed.length
  if (before === after && moved === 0) return
  const streams = await listeningStreams(tx, directory.id, resource.id)
  const change = {
    cause: announcer.cause,
    before: before && announcer.show(before),
    after: after && announcer.show(after),
    members,
    version: after && announcer.tagOf(after.version),
  }
  const subject = subjectOf(announcer.endpoint, resource)
  const row = rowMaker(announcer.txn, world.clock.now())
  const rows = streams
    .filter((stream) => stream.holds)
    .flatMap((stream) => row(stream, subject, eventsOf(change, stream.content)))
  if (members !== null && moved > 0) {
    const scoped = streams.filter((stream) => stream.groupId === resource.id)
    if (scoped.length > 0) rows.push(...(await feedRows(tx, scoped, members, row)))
  }
  await appendToStreams(tx, world, rows)
}

/** Writes events and wakes whoever carries or awaits them once they are committed. */
export async function appendToStreams(
  tx: Transaction,
  world: World,
  rows: readonly SecurityEventRow[],
): Promise<void> {
  if (rows.length === 0) return
  await insertSecurityEvents(tx, rows)
  const streamIds = new Set(rows.map(({ streamId }) => streamId))
  afterCommit(tx, () => {
    world.onOutbox?.()
    wakeStreams(world, streamIds)
  })
}

type RowMaker = (
  stream: Pick<ListeningStream, 'id' | 'events'>,
  subject: SecurityEventRow['subject'],
  events: EventPayloads,
) => SecurityEventRow[]

/** Makes the row of an event for a stream, or none where the stream did not ask for it. */
export function rowMaker(txn: string, at: Date): RowMaker {
  return (stream, subject, events) => {
    const wanted = wantedEvents(events, stream.events)
    if (Object.keys(wanted).length === 0) return []
    return [{ id: newId(), streamId: stream.id, txn, subject, events: wanted, at }]
  }
}

/** Whoever comes into the group of a stream comes into the stream, and leaves it so (RFC 9967 §2.3). */
async function feedRows(
  tx: Transaction,
  streams: readonly ListeningStream[],
  { added, removed }: MovedMembers,
  row: RowMaker,
): Promise<SecurityEventRow[]> {
  const externalIds = await externalIdsOf(tx, [...added, ...removed])
  const told = (ids: readonly string[], event: string) =>
    ids.flatMap((id) => {
      const subject = subjectOf('/Users', { id, externalId: externalIds.get(id) ?? null })
      return streams.flatMap((stream) => row(stream, subject, { [event]: {} }))
    })
  return [...told(removed, FEED_REMOVE), ...told(added, FEED_ADD)]
}

async function noteStep(
  tx: Transaction,
  { promised, endpoint, tagOf }: Announcer,
  { id, externalId }: AnnouncedResource,
  after: AnnouncedResource | null,
): Promise<void> {
  if (promised === null) return
  const done = { uri: `${endpoint}/${id}`, externalId, version: after && tagOf(after.version) }
  if (await noteAsyncStep(tx, promised, done)) return
  throw new AppError('conflict', DONE_ALREADY, 'Another attempt has done this request.')
}
