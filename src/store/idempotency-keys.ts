// Idempotency keys with the sealed answers of the requests that they stand for.
import { EntitySchema } from 'typeorm'
import { statement, type Transaction } from './database.ts'

export interface IdempotencyRow {
  scopeHash: Buffer
  requestHash: Buffer
  /** Null while the first request runs. */
  status: number | null
  answerEncrypted: string | null
  createdAt: Date
  expiresAt: Date
}

export const idempotencyKeySchema = new EntitySchema<IdempotencyRow>({
  name: 'idempotency_keys',
  tableName: 'idempotency_keys',
  columns: {
    scopeHash: {
      name: 'scope_hash',
      type: 'bytea',
      primary: true,
      primaryKeyConstraintName: 'idempotency_keys_pkey',
    },
    requestHash: { name: 'request_hash', type: 'bytea' },
    status: { type: 'integer', nullable: true },
    answerEncrypted: { name: 'answer_encrypted', type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    expiresAt: { name: 'expires_at', type: 'timestamptz' },
  },
})

const claim = statement(
  'idempotency_keys.claim',
  `insert into idempotency_keys as k (scope_hash, request_hash, created_at, expires_at) values ($1, $2, $3, $4)
   on conflict (scope_hash) do update set request_hash = excluded.request_hash, created_at = excluded.created_at,
     expires_at = excluded.expires_at, status = null, answer_encrypted = null
   where k.expires_at <= $3 or (k.status is null and k.created_at < $5)`,
)

const find = statement(
  'idempotency_keys.find',
  `select request_hash "requestHash", status, answer_encrypted "answerEncrypted" from idempotency_keys where scope_hash = $1`,
)

/** Claims the key and answers null, or answers what stands under it. */
export async function claimIdempotencyKey(
  tx: Transaction,
  wanted: { scopeHash: Buffer; requestHash: Buffer; now: Date; expiresAt: Date; staleBefore: Date },
): Promise<Pick<IdempotencyRow, 'requestHash' | 'status' | 'answerEncrypted'> | null> {
  const { scopeHash, requestHash, now, expiresAt, staleBefore } = wanted
  const claimed = await tx.run(claim, [scopeHash, requestHash, now, expiresAt, staleBefore])
  if (claimed === 1) return null
  const rows = await tx.rows<Pick<IdempotencyRow, 'requestHash' | 'status' | 'answerEncrypted'>>(find, [
    scopeHash,
  ])
  return rows[0] ?? null
}

const keep = statement(
  'idempotency_keys.keep',
  'update idempotency_keys set status = $2, answer_encrypted = $3 where scope_hash = $1',
)

export async function keepIdempotentAnswer(
  tx: Transaction,
  scopeHash: Buffer,
  status: number,
  sealed: string,
): Promise<void> {
  await tx.run(keep, [scopeHash, status, sealed])
}

const forget = statement('idempotency_keys.forget', 'delete from idempotency_keys where scope_hash = $1')

export async function forgetIdempotencyKey(tx: Transaction, scopeHash: Buffer): Promise<void> {
  await tx.run(forget, [scopeHash])
}
