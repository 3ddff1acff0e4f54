// What the token endpoint asks and writes: the client that stands before it, the assertions spent, the tokens given out.
import type { AssertionTrust } from '../domain/oauth-client.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface CandidateClient {
  id: string
  directoryStatus: 'active' | 'test' | 'disconnected'
  assertion: AssertionTrust | null
  expiresAt: Date | null
  secrets: { id: string; hash: Buffer; expiresAt: Date | null }[]
}

type CandidateRow = Omit<CandidateClient, 'secrets'> & {
  secrets: { id: string; hash: string; expiresAt: string | null }[]
}

const find = statement(
  'oauth_candidates',
  `select c.id, d.status "directoryStatus", c.assertion, c.expires_at "expiresAt",
     coalesce((select json_agg(json_build_object('id', s.id, 'hash', encode(s.secret_hash, 'hex'), 'expiresAt', s.expires_at) order by s.id)
       from oauth_secrets s where s.client_id = c.id), '[]') secrets
   from oauth_clients c join directories d on d.id = c.directory_id where c.directory_id = $1 order by c.id`,
)

/** All clients of a directory, known to the caller or not: the same work for every request. */
export async function findCandidates(read: Reader, directoryId: string): Promise<CandidateClient[]> {
  const rows = await read.rows<CandidateRow>(find, [directoryId])
  return rows.map((row) => ({
    ...row,
    secrets: row.secrets.map(({ id, hash, expiresAt }) => ({
      id,
      hash: Buffer.from(hash, 'hex'),
      expiresAt: expiresAt === null ? null : new Date(expiresAt),
    })),
  }))
}

const spend = statement(
  'oauth_assertions.spend',
  `insert into oauth_assertions (client_id, key, expires_at) select id, $2, $3 from oauth_clients where id = $1 for key share
   on conflict on constraint oauth_assertions_pkey do nothing`,
)

/** Marks an assertion as presented; false when it had been before, on whichever node. `until` is when it could no longer be taken anyway. */
export async function spendAssertion(
  tx: Transaction,
  clientId: string,
  key: Buffer,
  until: Date,
): Promise<boolean> {
  return (await tx.run(spend, [clientId, key, until])) === 1
}

export interface AccessTokenRow {
  id: string
  clientId: string
  /** Null where an assertion was shown. */
  secretId: string | null
  tokenHash: Buffer
  hint: string
  expiresAt: Date
  createdAt: Date
}

const insert = statement(
  'oauth_tokens.insert',
  `with client as (update oauth_clients set last_used_at = $7 where id = $2 returning id, directory_id, label),
   secret as (update oauth_secrets set last_used_at = $7 where id = $3 and client_id = $2 returning id)
   insert into directory_tokens (id, directory_id, label, token_hash, hint, expires_at, created_at, oauth_client_id, oauth_secret_id)
   select $1, c.directory_id, c.label, $4, $5, $6, $7, c.id, $3 from client c where $3::uuid is null or exists (select 1 from secret)`,
)

/** Gives out a token, beside the directory's own; false when the client or its secret was deleted meanwhile. */
export async function insertAccessToken(tx: Transaction, row: AccessTokenRow): Promise<boolean> {
  const { id, clientId, secretId, tokenHash, hint, expiresAt, createdAt } = row
  return (await tx.run(insert, [id, clientId, secretId, tokenHash, hint, expiresAt, createdAt])) === 1
}
