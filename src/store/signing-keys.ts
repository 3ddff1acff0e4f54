// The keys by which this installation signs, shared by all its nodes; the private part is encrypted.
import { type Reader, statement, type Transaction } from './database.ts'

export interface SigningKeyRow {
  /** The key's id, its RFC 7638 thumbprint. */
  id: string
  publicJwk: Record<string, unknown>
  privateEncrypted: string
}

const byUse = statement(
  'signing_keys.by-use',
  'select id, public_jwk as "publicJwk", private_encrypted as "privateEncrypted" from signing_keys where use = $1',
)

export async function findSigningKey(read: Reader, use: string): Promise<SigningKeyRow | null> {
  return (await read.rows<SigningKeyRow>(byUse, [use]))[0] ?? null
}

const insert = statement(
  'signing_keys.insert',
  `insert into signing_keys (id, use, public_jwk, private_encrypted, created_at) values ($1, $2, $3, $4, $5) on conflict (use) do nothing`,
)

/** Keeps a new key unless another node was first. */
export async function insertSigningKey(
  tx: Transaction,
  use: string,
  row: SigningKeyRow,
  at: Date,
): Promise<void> {
  await tx.run(insert, [row.id, use, JSON.stringify(row.publicJwk), row.privateEncrypted, at])
}
