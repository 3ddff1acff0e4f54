// The log of a directory's requests: written many at once, bounded per directory, read newest first.
import type { DirectoryRequest } from '../domain/directory-request.ts'
import { type Reader, statement, type Transaction } from './database.ts'

/** A line to be written: the credential is named by its token. */
export type NewDirectoryRequest = Omit<DirectoryRequest, 'credential'> & {
  tokenId: string | null
  /** Kept apart from the others, so that a storm of good requests does not push it out. */
  notable: boolean
}

const insert = statement(
  'directory_requests.insert',
  `insert into directory_requests (id, directory_id, at, method, path, status, request_body, response_body, duration_ms, user_agent, credential,
     findings, notable, lost_before)
   select r.id, d.id, r.at, r.method, r.path, r.status, r."requestBody", r."responseBody", r."durationMs", r."userAgent",
     (select t.label from directory_tokens t where t.id = r."tokenId"), coalesce(r.findings, '[]'), r.notable, r."lostBefore"
   from json_to_recordset($1::json) as r(id uuid, "directoryId" uuid, at timestamptz, method text, path text, status int, "requestBody" text,
     "responseBody" text, "durationMs" int, "userAgent" text, "tokenId" uuid, findings jsonb, notable boolean, "lostBefore" int)
   join directories d on d.id = r."directoryId"`,
)
const forget = statement(
  'directory_requests.forget',
  `delete from directory_requests r using unnest($1::uuid[], $2::boolean[]) as d(id, notable)
   where r.directory_id = d.id and r.notable = d.notable and r.id < (select k.id from directory_requests k
     where k.directory_id = d.id and k.notable = d.notable order by k.id desc offset $3 - 1 limit 1)`,
)

/** Writes many requests at once and keeps the newest `keep` of each directory, and as many notable ones. */
export async function insertDirectoryRequests(
  tx: Transaction,
  requests: readonly NewDirectoryRequest[],
  keep: number,
): Promise<void> {
  await tx.run(insert, [JSON.stringify(requests)])
  const kinds = new Map(requests.map((one) => [`${one.directoryId} ${one.notable}`, one]))
  const [ids, notable] = [
    [...kinds.values()].map((one) => one.directoryId),
    [...kinds.values()].map((one) => one.notable),
  ]
  await tx.run(forget, [ids, notable, keep])
}

const known = statement(
  'directory_requests.known-records',
  'select u.id from unnest($2::uuid[]) as named(id) join directory_users u on u.id = named.id and u.directory_id = $1',
)

/** Which of the ids are records of the directory. */
export async function knownRecords(
  tx: Transaction,
  directoryId: string,
  ids: readonly string[],
): Promise<string[]> {
  return (await tx.rows<{ id: string }>(known, [directoryId, ids])).map((row) => row.id)
}

const columns = `r.id, r.directory_id "directoryId", r.at, r.method, r.path, r.status, r.request_body "requestBody", r.response_body "responseBody",
  r.duration_ms "durationMs", r.user_agent "userAgent", r.credential, r.findings, r.lost_before "lostBefore"`
const those = `r.directory_id = $1 and ($2::uuid is null or r.id < $2) and ($4::text is null or r.method = $4)
  and r.status between $5 and $6
  and ($7::text is null or position(lower($7) in lower(concat_ws(' ', r.path, r.user_agent, r.credential, r.request_body, r.response_body, r.findings::text))) > 0)`

const page = statement(
  'directory_requests.page',
  `select ${columns} from directory_requests r where ${those} order by r.id desc limit $3`,
)
const notablePage = statement(
  'directory_requests.page-notable',
  `select ${columns} from directory_requests r where r.notable and ${those} order by r.id desc limit $3`,
)

export interface RequestQuery {
  before: string | null
  limit: number
  method: string | null
  /** The statuses meant, both included. */
  from: number
  to: number
  /** Only lines with something to know of them. */
  notable: boolean
  /** A text that the path, a body, a finding, the agent or the credential holds, in any case. */
  text: string | null
}

/** The last requests of a directory, newest first. */
export function listRequestRows(
  read: Reader,
  directoryId: string,
  query: RequestQuery,
): Promise<DirectoryRequest[]> {
  const { before, limit, method, from, to, notable, text } = query
  return read.rows(notable ? notablePage : page, [directoryId, before, limit, method, from, to, text])
}
