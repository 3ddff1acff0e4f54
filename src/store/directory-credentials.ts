// Directory tokens as the SCIM door checks them, and the log of a directory's requests.
import type { Directory } from '../domain/directory.ts'
import type { Announcer } from '../domain/security-event.ts'
import { type Reader, statement, type Transaction } from './database.ts'

/** What a directory's requests need to know of it. */
export type DirectoryScope = Pick<Directory, 'id' | 'organizationId' | 'preset' | 'notify' | 'status'> & {
  /** Whether a stream listens to it; the door then gives its deeds an announcer. */
  announces?: boolean
  announcer?: Announcer
}

export interface TokenHolder extends DirectoryScope {
  announces: boolean
  tokenId: string
  expiresAt: Date | null
  lastUsedAt: Date | null
}

const findToken = statement(
  'scim_token_find',
  `select d.id, d.organization_id as "organizationId", d.preset, d.notify, d.status, d.announces, t.id as "tokenId", t.expires_at as "expiresAt",
   t.last_used_at as "lastUsedAt" from directory_tokens t join directories d on d.id = t.directory_id where t.token_hash = $1`,
)

/** The directory of the token whose SHA-256 is `hash`, or null. One lookup in one index, hit or miss. */
export async function findTokenHolder(reader: Reader, hash: Buffer): Promise<TokenHolder | null> {
  const [holder] = await reader.rows<TokenHolder>(findToken, [hash])
  return holder ?? null
}

export interface DirectoryRequest {
  id: string
  directoryId: string
  at: Date
  method: string
  path: string
  status: number
  requestBody: string | null
  responseBody: string | null
  durationMs: number
}

const insertRequests = statement(
  'scim_requests_insert',
  `insert into directory_requests (id, directory_id, at, method, path, status, request_body, response_body, duration_ms)
   select r.id, r."directoryId", r.at, r.method, r.path, r.status, r."requestBody", r."responseBody", r."durationMs"
   from json_to_recordset($1::json) as r(id uuid, "directoryId" uuid, at timestamptz, method text, path text, status int, "requestBody" text,
     "responseBody" text, "durationMs" int)
   where exists (select 1 from directories d where d.id = r."directoryId")`,
)
const forgetRequests = statement(
  'scim_requests_forget',
  `delete from directory_requests r using unnest($1::uuid[]) as d(id) where r.directory_id = d.id
   and r.id < (select k.id from directory_requests k where k.directory_id = d.id order by k.id desc offset $2 - 1 limit 1)`,
)

/** Writes many requests at once and keeps the newest `keep` of each directory. */
export async function insertDirectoryRequests(
  tx: Transaction,
  requests: readonly DirectoryRequest[],
  keep: number,
): Promise<void> {
  await tx.run(insertRequests, [JSON.stringify(requests)])
  await tx.run(forgetRequests, [[...new Set(requests.map((request) => request.directoryId))], keep])
}

const touchTokens = statement(
  'scim_tokens_touch',
  `update directory_tokens t set last_used_at = u.at from json_to_recordset($1::json) as u(id uuid, at timestamptz)
   where t.id = u.id and (t.last_used_at is null or t.last_used_at < u.at)`,
)

/** Notes when tokens were last used. */
export async function touchDirectoryTokens(tx: Transaction, uses: ReadonlyMap<string, Date>): Promise<void> {
  await tx.run(touchTokens, [JSON.stringify([...uses].map(([id, at]) => ({ id, at })))])
}
