// OAuth clients and their secrets, as administrators see and change them.
import type { OauthClient } from '../domain/oauth-client.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface OauthSecretRow {
  id: string
  /** The last characters of the secret, to tell secrets apart. */
  hint: string
  expiresAt: Date | null
  lastUsedAt: Date | null
  createdAt: Date
}

export interface OauthClientRow extends OauthClient {
  secrets: OauthSecretRow[]
}

const clients = statement(
  'oauth_clients.list',
  `select c.id, c.directory_id "directoryId", c.label, c.assertion, c.expires_at "expiresAt", c.last_used_at "lastUsedAt", c.created_at "createdAt"
   from oauth_clients c where c.directory_id = $1 order by c.id`,
)

const secrets = statement(
  'oauth_secrets.list',
  `select s.client_id "clientId", s.id, s.hint, s.expires_at "expiresAt", s.last_used_at "lastUsedAt", s.created_at "createdAt"
   from oauth_secrets s where s.client_id = any($1::uuid[]) order by s.id`,
)

/** The directory's clients in the order of their making, each with its secrets; there are few (`create-oauth-client`). */
export async function listClientRows(read: Reader, directoryId: string): Promise<OauthClientRow[]> {
  const found = await read.rows<OauthClient>(clients, [directoryId])
  if (found.length === 0) return []
  const all = await read.rows<OauthSecretRow & { clientId: string }>(secrets, [found.map(({ id }) => id)])
  return found.map((client) => ({
    ...client,
    secrets: all
      .filter(({ clientId }) => clientId === client.id)
      .map(({ clientId: _client, ...secret }) => secret),
  }))
}

const insertRow = statement(
  'oauth_clients.insert',
  'insert into oauth_clients (id, directory_id, label, assertion, expires_at, created_at) values ($1, $2, $3, $4::jsonb, $5, $6)',
)

export async function insertClient(tx: Transaction, row: Omit<OauthClient, 'lastUsedAt'>): Promise<void> {
  const assertion = row.assertion === null ? null : JSON.stringify(row.assertion)
  await tx.run(insertRow, [row.id, row.directoryId, row.label, assertion, row.expiresAt, row.createdAt])
}

const insertSecretRow = statement(
  'oauth_secrets.insert',
  'insert into oauth_secrets (id, client_id, secret_hash, hint, expires_at, created_at) values ($1, $2, $3, $4, $5, $6)',
)

export async function insertSecret(
  tx: Transaction,
  row: Omit<OauthSecretRow, 'lastUsedAt'> & { clientId: string; secretHash: Buffer },
): Promise<void> {
  await tx.run(insertSecretRow, [
    row.id,
    row.clientId,
    row.secretHash,
    row.hint,
    row.expiresAt,
    row.createdAt,
  ])
}

const deleteRow = statement(
  'oauth_clients.delete',
  'delete from oauth_clients where directory_id = $1 and id = $2',
)

/** Ends the client, its secrets and every token that it fetched at once; answers whether there was one. */
export async function deleteClient(tx: Transaction, directoryId: string, id: string): Promise<boolean> {
  return (await tx.run(deleteRow, [directoryId, id])) === 1
}

const deleteSecretRow = statement(
  'oauth_secrets.delete',
  `delete from oauth_secrets s using oauth_clients c where c.directory_id = $1 and c.id = $2 and s.client_id = c.id and s.id = $3`,
)

/** Ends the secret and every token that was fetched by it at once; answers whether there was one. */
export async function deleteSecret(
  tx: Transaction,
  directoryId: string,
  clientId: string,
  id: string,
): Promise<boolean> {
  return (await tx.run(deleteSecretRow, [directoryId, clientId, id])) === 1
}
