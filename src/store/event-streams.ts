// Event streams of directories: their rows, and which of them are due to be pushed.
import type { EventContent } from '../domain/security-event.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface EventStreamRow {
  id: string
  directoryId: string
  method: 'push' | 'poll'
  url: string | null
  authorizationEncrypted: string | null
  content: EventContent
  events: string[]
  /** Only the people of this group are in the stream; null for the whole directory. */
  groupId: string | null
  status: 'enabled' | 'paused' | 'disabled'
  statusReason: string | null
  attempts: number
  lastError: string | null
  createdAt: Date
}

const columns = `s.id, s.directory_id as "directoryId", s.method, s.url, s.authorization_encrypted as "authorizationEncrypted", s.content,
  s.events, s.group_id as "groupId", s.status, s.status_reason as "statusReason", s.attempts, s.last_error as "lastError",
  s.created_at as "createdAt"`

const insert = statement(
  'event_streams.insert',
  `insert into event_streams (id, directory_id, method, url, authorization_encrypted, token_hash, content, events, group_id, status, next_at, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'enabled', $10, $10)`,
)

export async function insertStream(
  tx: Transaction,
  row: Pick<
    EventStreamRow,
    'id' | 'directoryId' | 'method' | 'url' | 'authorizationEncrypted' | 'content' | 'events' | 'groupId'
  > & { tokenHash: Buffer | null; at: Date },
): Promise<void> {
  const { id, directoryId, method, url, authorizationEncrypted, tokenHash, content, events, groupId, at } =
    row
  await tx.run(insert, [
    id,
    directoryId,
    method,
    url,
    authorizationEncrypted,
    tokenHash,
    content,
    events,
    groupId,
    at,
  ])
}

const byId = statement(
  'event_streams.by-id',
  `select ${columns} from event_streams s where s.id = $1 and s.directory_id = $2`,
)

export async function findStream(
  read: Reader,
  directoryId: string,
  id: string,
): Promise<EventStreamRow | null> {
  return (await read.rows<EventStreamRow>(byId, [id, directoryId]))[0] ?? null
}

const page = statement(
  'event_streams.page',
  `select ${columns} from event_streams s where s.directory_id = $1 and ($2::uuid is null or s.id > $2) order by s.id limit $3`,
)

export function listStreamRows(
  read: Reader,
  directoryId: string,
  after: string | null,
  limit: number,
): Promise<EventStreamRow[]> {
  return read.rows(page, [directoryId, after, limit])
}

const byToken = statement(
  'event_streams.by-token',
  `select ${columns} from event_streams s where s.token_hash = $1`,
)

/** The stream that a receiver's token opens, by the token's SHA-256. */
export async function findStreamByToken(read: Reader, hash: Buffer): Promise<EventStreamRow | null> {
  return (await read.rows<EventStreamRow>(byToken, [hash]))[0] ?? null
}

const setStatus = statement(
  'event_streams.set-status',
  `update event_streams set status = $2, status_reason = $3, attempts = 0, next_at = $4,
     last_error = case when $2 = 'enabled' then null else last_error end where id = $1`,
)

/** A stream that is enabled is tried at once, whatever it waited for. */
export async function setStreamStatus(
  tx: Transaction,
  id: string,
  to: { status: EventStreamRow['status']; reason: string | null; at: Date },
): Promise<void> {
  await tx.run(setStatus, [id, to.status, to.reason, to.at])
}

const remove = statement('event_streams.delete', 'delete from event_streams where id = $1')

/** Deletes a stream with all that waits in it. */
export async function deleteStream(tx: Transaction, id: string): Promise<void> {
  await tx.run(remove, [id])
}

const announcing = statement(
  'directories.set-announces',
  `update directories d set announces = n.announces
   from (select exists (select 1 from event_streams s where s.directory_id = $1 and s.status <> 'disabled') as announces) n
   where d.id = $1 and d.announces <> n.announces`,
)

/** Keeps the directory's own word whether any stream listens to it, by which its requests know. */
export async function noteAnnouncing(tx: Transaction, directoryId: string): Promise<void> {
  await tx.run(announcing, [directoryId])
}

export type ListeningStream = Pick<EventStreamRow, 'id' | 'content' | 'events' | 'groupId'> & {
  /** Whether the resource asked about is in this stream. */
  holds: boolean
}

const listening = statement(
  'event_streams.listening',
  `select s.id, s.content, s.events, s.group_id as "groupId", s.group_id is null or exists (
     select 1 from directory_group_members m where m.group_id = s.group_id and m.directory_user_id = $2) as holds
   from event_streams s where s.directory_id = $1 and s.status <> 'disabled' order by s.id`,
)

/** The streams that record what happens in a directory; `resourceId` null asks for nobody in particular. */
export function listeningStreams(
  read: Reader,
  directoryId: string,
  resourceId: string | null,
): Promise<ListeningStream[]> {
  return read.rows(listening, [directoryId, resourceId])
}

const claim = statement(
  'event_streams.claim',
  `update event_streams s set attempts = attempts + 1, next_at = $2 where s.id in (
     select d.id from event_streams d where d.method = 'push' and d.status = 'enabled' and d.next_at <= $1 and d.id <> all($4::uuid[])
       and exists (select 1 from security_events e where e.stream_id = d.id and e.failed_at is null)
     order by d.next_at limit $3 for update skip locked)
   returning ${columns}`,
)

/** Takes push streams in which something waits until `leaseUntil`, the longest due first. */
export function claimDueStreams(
  tx: Transaction,
  options: { now: Date; leaseUntil: Date; limit: number; except: readonly string[] },
): Promise<EventStreamRow[]> {
  const { now, leaseUntil, limit, except } = options
  return tx.rows(claim, [now, leaseUntil, limit, [...except]])
}

const release = statement(
  'event_streams.release',
  `update event_streams set attempts = $3, next_at = $4, last_error = $5 where id = $1 and next_at = $2 and status = 'enabled'`,
)

/** Ends a claim that is still ours: `leaseUntil` tells. */
export async function releaseStream(
  tx: Transaction,
  id: string,
  leaseUntil: Date,
  to: { attempts: number; nextAt: Date; error: string | null },
): Promise<void> {
  await tx.run(release, [id, leaseUntil, to.attempts, to.nextAt, to.error])
}
