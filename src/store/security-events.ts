// Security events that wait in streams until their receivers have taken them.
import type { EventPayloads, EventSubject } from '../domain/security-event.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface SecurityEventRow {
  id: string
  streamId: string
  txn: string
  subject: EventSubject
  events: EventPayloads
  at: Date
}

const insert = statement(
  'security_events.insert',
  `insert into security_events (id, stream_id, txn, subject, events, at)
   select e.id, e."streamId", e.txn, e.subject, e.events, e.at
   from rows from (json_to_recordset($1::json) as (id uuid, "streamId" uuid, txn text, subject jsonb, events jsonb, at timestamptz))
     with ordinality as e(id, "streamId", txn, subject, events, at, place) order by e.place`,
)

/** Appends events to their streams, in the given order. */
export async function insertSecurityEvents(
  tx: Transaction,
  rows: readonly SecurityEventRow[],
): Promise<void> {
  if (rows.length > 0) await tx.run(insert, [JSON.stringify(rows)])
}

const queue = statement(
  'security_events.queue',
  `select e.id, e.stream_id as "streamId", e.txn, e.subject, e.events, e.at from security_events e
   where e.stream_id = $1 and e.failed_at is null order by e.position limit $2`,
)

/** What waits in a stream, the oldest first. */
export function waitingEvents(read: Reader, streamId: string, limit: number): Promise<SecurityEventRow[]> {
  return read.rows(queue, [streamId, limit])
}

const taken = statement(
  'security_events.taken',
  'delete from security_events where stream_id = $1 and id = any($2::uuid[])',
)

/** Forgets what the receiver has taken. */
export async function forgetTaken(tx: Transaction, streamId: string, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.run(taken, [streamId, [...ids]])
}

const refused = statement(
  'security_events.refused',
  `update security_events e set failed_at = $3, error = r.error from json_to_recordset($2::json) as r(id uuid, error text)
   where e.stream_id = $1 and e.id = r.id and e.failed_at is null`,
)

/** Notes what the receiver will not take; it is not offered again. */
export async function noteRefused(
  tx: Transaction,
  streamId: string,
  refusals: readonly { id: string; error: string }[],
  at: Date,
): Promise<void> {
  if (refusals.length > 0) await tx.run(refused, [streamId, JSON.stringify(refusals), at])
}

const clear = statement('security_events.clear', 'delete from security_events where stream_id = $1')

/** Forgets all that waits in a stream. */
export async function clearStream(tx: Transaction, streamId: string): Promise<void> {
  await tx.run(clear, [streamId])
}

const anyWaiting = statement(
  'security_events.any',
  `select s.id from unnest($1::uuid[]) as s(id)
   where exists (select 1 from security_events e where e.stream_id = s.id and e.failed_at is null)`,
)

/** Those of the streams in which something waits. */
export async function streamsWaiting(read: Reader, ids: readonly string[]): Promise<string[]> {
  return (await read.rows<{ id: string }>(anyWaiting, [[...ids]])).map(({ id }) => id)
}

const backlog = statement(
  'security_events.backlog',
  `select (select count(*)::int from (select 1 from security_events e where e.stream_id = s.id and e.failed_at is null limit $2) w) as waiting,
     (select count(*)::int from (select 1 from security_events e where e.stream_id = s.id and e.failed_at is not null limit $2) f) as refused,
     (select e.at from security_events e where e.stream_id = s.id and e.failed_at is null order by e.position limit 1) as oldest
   from event_streams s where s.id = $1`,
)

export interface Backlog {
  waiting: number
  refused: number
  /** When the oldest that waits was written; null where nothing waits. */
  oldest: Date | null
}

/** How much waits in a stream and how much was refused, counted up to `most`. */
export async function readBacklog(read: Reader, streamId: string, most: number): Promise<Backlog> {
  const [row] = await read.rows<Backlog>(backlog, [streamId, most])
  return row ?? { waiting: 0, refused: 0, oldest: null }
}

const overfull = statement(
  'event_streams.overfull',
  `select s.id, s.directory_id as "directoryId", d.organization_id as "organizationId",
     exists (select 1 from security_events e where e.stream_id = s.id and e.failed_at is null order by e.position offset $1 limit 1) as "tooMany"
   from event_streams s join directories d on d.id = s.directory_id where s.status <> 'disabled'
     and (exists (select 1 from security_events e where e.stream_id = s.id and e.failed_at is null order by e.position offset $1 limit 1)
       or (select e.at from security_events e where e.stream_id = s.id and e.failed_at is null order by e.position limit 1) < $2)`,
)

/** Streams whose receiver leaves more than `most` events or one from before `before`. */
export function overfullStreams(
  read: Reader,
  most: number,
  before: Date,
): Promise<{ id: string; directoryId: string; organizationId: string; tooMany: boolean }[]> {
  return read.rows(overfull, [most, before])
}
