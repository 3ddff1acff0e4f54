// Requests of directories that are answered by event: kept until they are done, then their results.
import type { Directory } from '../domain/directory.ts'
import type { EventPayloads, EventSubject } from '../domain/security-event.ts'
import { type Reader, statement, type Transaction } from './database.ts'

/** What a step of a request did, written by the deed's own transaction. */
export interface AsyncStep {
  uri: string
  externalId: string | null
  version: string | null
}

/** One event by which a request is answered. */
export interface AsyncResult {
  id: string
  txn: string
  subject: EventSubject
  events: EventPayloads
  at: string
}

export interface ClaimedRequest {
  id: string
  attempts: number
  createdAt: Date
  requestEncrypted: string | null
  /** By step: the index of an operation in a bulk request, `0` for any other. */
  progress: Record<string, AsyncStep>
  directory: Pick<Directory, 'id' | 'organizationId' | 'preset' | 'notify' | 'status'>
}

const insert = statement(
  'async_requests.insert',
  `insert into async_requests (id, directory_id, state, request_encrypted, progress, next_at, created_at)
   select $1, $2, 'queued', $3, '{}', $4, $4
   where (select count(*) from (select 1 from async_requests where directory_id = $2 and state = 'queued' limit $5) q) < $5`,
)

/** Keeps a request; answers false where `most` of this directory wait already. */
export async function insertAsyncRequest(
  tx: Transaction,
  row: { id: string; directoryId: string; requestEncrypted: string; at: Date },
  most: number,
): Promise<boolean> {
  return (await tx.run(insert, [row.id, row.directoryId, row.requestEncrypted, row.at, most])) === 1
}

const claim = statement(
  'async_requests.claim',
  `with first as (select distinct on (q.directory_id) q.id, q.next_at from async_requests q where q.state = 'queued' order by q.directory_id, q.id),
   mine as (select r.id from async_requests r join first f on f.id = r.id
     where r.state = 'queued' and r.next_at <= $1 and r.id <> all($4::uuid[]) order by r.id limit $3 for update of r skip locked)
   update async_requests r set attempts = r.attempts + 1, next_at = $2 from mine, directories d where r.id = mine.id and d.id = r.directory_id
   returning r.id, r.attempts, r.created_at as "createdAt", r.request_encrypted as "requestEncrypted", r.progress,
     json_build_object('id', d.id, 'organizationId', d.organization_id, 'preset', d.preset, 'notify', d.notify, 'status', d.status) as directory`,
)

/** Takes the oldest request of each directory until `leaseUntil`: a directory's requests are done one after the other. */
export function claimAsyncRequests(
  tx: Transaction,
  options: { now: Date; leaseUntil: Date; limit: number; except: readonly string[] },
): Promise<ClaimedRequest[]> {
  const { now, leaseUntil, limit, except } = options
  return tx.rows(claim, [now, leaseUntil, limit, [...except]])
}

const note = statement(
  'async_requests.note-step',
  `update async_requests set progress = progress || jsonb_build_object($3::text, $4::jsonb)
   where id = $1 and attempts = $2 and state = 'queued' and not jsonb_exists(progress, $3)`,
)

/** Notes that a step is done; answers false where somebody else did it or took the request over. */
export async function noteAsyncStep(
  tx: Transaction,
  { requestId, attempt, step }: { requestId: string; attempt: number; step: string },
  done: AsyncStep,
): Promise<boolean> {
  return (await tx.run(note, [requestId, attempt, step, JSON.stringify(done)])) === 1
}

const end = statement(
  'async_requests.end',
  `update async_requests set state = 'done', request_encrypted = null, results = $3, done_at = $4
   where id = $1 and attempts = $2 and state = 'queued'`,
)

/** Ends a request with its results; answers false where another attempt has begun. */
export async function endAsyncRequest(
  tx: Transaction,
  { id, attempts }: Pick<ClaimedRequest, 'id' | 'attempts'>,
  results: readonly AsyncResult[],
  at: Date,
): Promise<boolean> {
  return (await tx.run(end, [id, attempts, JSON.stringify(results), at])) === 1
}

const putOff = statement(
  'async_requests.put-off',
  `update async_requests set next_at = $3 where id = $1 and attempts = $2 and state = 'queued'`,
)

/** Lets a request be tried again at `nextAt`. */
export async function putOffAsyncRequest(
  tx: Transaction,
  { id, attempts }: Pick<ClaimedRequest, 'id' | 'attempts'>,
  nextAt: Date,
): Promise<void> {
  await tx.run(putOff, [id, attempts, nextAt])
}

const byId = statement(
  'async_requests.by-id',
  'select r.state, r.results from async_requests r where r.id = $1 and r.directory_id = $2',
)

/** Whether a request of the directory is done, and its results; null for an unknown one. */
export async function findAsyncRequest(
  read: Reader,
  directoryId: string,
  id: string,
): Promise<{ state: 'queued' | 'done'; results: AsyncResult[] | null } | null> {
  const [row] = await read.rows<{ state: 'queued' | 'done'; results: AsyncResult[] | null }>(byId, [
    id,
    directoryId,
  ])
  return row ?? null
}
