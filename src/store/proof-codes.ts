// Six-digit proof codes as they were asked for: table and queries; the digits stand only as an HMAC.
import { EntitySchema } from 'typeorm'
import type { AddressKey } from '../domain/address.ts'
import { statement, type Transaction } from './database.ts'

export const ProofCodeSchema = new EntitySchema({
  name: 'proof_codes',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'proof_codes_pkey' },
    purpose: { type: 'text' },
    key: { type: 'text' },
    browser_hash: { type: 'bytea' },
    invitation_id: { type: 'uuid', nullable: true },
    account_id: { type: 'uuid', nullable: true },
    reference: { type: 'text', nullable: true },
    code_hash: { type: 'text' },
    tries: { type: 'integer', default: 0 },
    created_at: { type: 'timestamptz' },
    expires_at: { type: 'timestamptz' },
    ended_at: { type: 'timestamptz', nullable: true },
  },
  indices: [
    { name: 'proof_codes_key_idx', columns: ['key'] },
    { name: 'proof_codes_expires_idx', columns: ['expires_at'] },
  ],
})

export interface ProofCodeRow {
  id: string
  purpose: string
  key: AddressKey
  browserHash: Buffer
  invitationId: string | null
  accountId: string | null
  /** What else the code is bound to, for instance a pending sign-in; or the stored form of the address. */
  reference: string | null
  codeHash: string
  tries: number
  createdAt: Date
  expiresAt: Date
}

const INSERT = statement(
  'proof_codes_insert',
  `insert into proof_codes (id, purpose, key, browser_hash, invitation_id, account_id, reference, code_hash, tries,
     created_at, expires_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
)

export async function insertProofCode(tx: Transaction, row: ProofCodeRow): Promise<void> {
  await tx.run(INSERT, [
    row.id,
    row.purpose,
    row.key,
    row.browserHash,
    row.invitationId,
    row.accountId,
    row.reference,
    row.codeHash,
    row.tries,
    row.createdAt,
    row.expiresAt,
  ])
}

const END_EARLIER = statement(
  'proof_codes_end_earlier',
  'update proof_codes set ended_at = $3 where purpose = $1 and browser_hash = $2 and ended_at is null',
)

/** Ends the codes of this purpose that the browser asked for before: one lives at a time. */
export async function endProofCodes(
  tx: Transaction,
  purpose: string,
  browserHash: Buffer,
  now: Date,
): Promise<void> {
  await tx.run(END_EARLIER, [purpose, browserHash, now])
}

const LIVE = statement(
  'proof_codes_live',
  `select id, purpose, key, browser_hash as "browserHash", invitation_id as "invitationId",
     account_id as "accountId", reference, code_hash as "codeHash", tries, created_at as "createdAt",
     expires_at as "expiresAt"
   from proof_codes where purpose = $1 and browser_hash = $2 and ended_at is null
   order by id desc limit 1 for update`,
)

/** The code that the browser last asked for with this purpose, locked; it may be too old. */
export async function lockProofCode(
  tx: Transaction,
  purpose: string,
  browserHash: Buffer,
): Promise<ProofCodeRow | null> {
  return (await tx.rows<ProofCodeRow>(LIVE, [purpose, browserHash]))[0] ?? null
}

const COUNT_TRY = statement('proof_codes_try', 'update proof_codes set tries = tries + 1 where id = $1')

export async function countTry(tx: Transaction, id: string): Promise<void> {
  await tx.run(COUNT_TRY, [id])
}

const END = statement('proof_codes_end', 'update proof_codes set ended_at = $2 where id = $1')

export async function endProofCode(tx: Transaction, id: string, now: Date): Promise<void> {
  await tx.run(END, [id, now])
}

const RECENT = statement(
  'proof_codes_recent',
  'select coalesce(sum(tries), 0)::integer as tries from proof_codes where purpose = $1 and key = $2 and browser_hash = $3 and created_at > $4',
)

/** How many tries are counted for (purpose, key, who) since a time. */
export async function recentTries(
  tx: Transaction,
  purpose: string,
  key: AddressKey,
  who: Buffer,
  since: Date,
): Promise<number> {
  return (await tx.rows<{ tries: number }>(RECENT, [purpose, key, who, since]))[0]?.tries ?? 0
}
