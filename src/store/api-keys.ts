// The keys by which an organization's programs call the API: table and queries.
import { EntitySchema } from 'typeorm'
import { type Reader, statement, type Transaction } from './database.ts'

export interface ApiKeyRow {
  id: string
  organizationId: string
  name: string
  role: string
  keyHash: Buffer
  /** The last characters of the key, to tell keys apart. */
  hint: string
  makerAccountId: string | null
  createdAt: Date
  lastUsedAt: Date | null
  endedAt: Date | null
  /** Since when it is stopped with its maker's membership; null for one that works, or that was adopted since. */
  stoppedAt: Date | null
}

export const apiKeySchema = new EntitySchema<ApiKeyRow>({
  name: 'api_keys',
  tableName: 'api_keys',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'api_keys_pkey' },
    organizationId: { name: 'organization_id', type: 'uuid' },
    name: { type: 'text' },
    role: { type: 'text' },
    keyHash: { name: 'key_hash', type: 'bytea' },
    hint: { type: 'text' },
    makerAccountId: { name: 'maker_account_id', type: 'uuid', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    lastUsedAt: { name: 'last_used_at', type: 'timestamptz', nullable: true },
    endedAt: { name: 'ended_at', type: 'timestamptz', nullable: true },
    stoppedAt: { name: 'stopped_at', type: 'timestamptz', nullable: true },
  },
  uniques: [{ name: 'api_keys_hash_key', columns: ['keyHash'] }],
  indices: [{ name: 'api_keys_organization_idx', columns: ['organizationId'] }],
  foreignKeys: [
    {
      name: 'api_keys_organization_fkey',
      target: 'organizations',
      columnNames: ['organization_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
})

const columns = `k.id, k.organization_id "organizationId", k.name, k.role, k.hint, k.maker_account_id "makerAccountId",
  k.created_at "createdAt", k.last_used_at "lastUsedAt", k.ended_at "endedAt",
  k.stopped_at "stoppedAt"`

export type ListedApiKey = Omit<ApiKeyRow, 'keyHash'> & {
  /** The role of the maker's active membership; null without one. */
  makerRole: string | null
}

const makerRole = `(select m.role from memberships m where m.organization_id = k.organization_id
  and m.account_id = k.maker_account_id and m.status = 'active') "makerRole"`

const byHash = statement(
  'api_keys.by-hash',
  `select ${columns}, ${makerRole} from api_keys k where k.key_hash = $1 and k.ended_at is null`,
)

/** The live key of a hash with its maker's present role, or null. */
export async function findApiKeyByHash(read: Reader, hash: Buffer): Promise<ListedApiKey | null> {
  return (await read.rows<ListedApiKey>(byHash, [hash]))[0] ?? null
}

const byId = statement(
  'api_keys.by-id',
  `select ${columns}, ${makerRole} from api_keys k where k.id = $1 and k.ended_at is null`,
)

export async function findApiKey(read: Reader, id: string): Promise<ListedApiKey | null> {
  return (await read.rows<ListedApiKey>(byId, [id]))[0] ?? null
}

const page = statement(
  'api_keys.page',
  `select ${columns}, ${makerRole} from api_keys k where k.organization_id = $1 and k.ended_at is null
   and ($2::uuid is null or k.id > $2) order by k.id limit $3`,
)

export function listApiKeyRows(
  read: Reader,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<ListedApiKey[]> {
  return read.rows(page, [organizationId, after, limit])
}

const insert = statement(
  'api_keys.insert',
  `insert into api_keys (id, organization_id, name, role, key_hash, hint, maker_account_id, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8)`,
)

export async function insertApiKey(
  tx: Transaction,
  row: Omit<ApiKeyRow, 'lastUsedAt' | 'endedAt' | 'stoppedAt'>,
): Promise<void> {
  await tx.run(insert, [
    row.id,
    row.organizationId,
    row.name,
    row.role,
    row.keyHash,
    row.hint,
    row.makerAccountId,
    row.createdAt,
  ])
}

const end = statement('api_keys.end', 'update api_keys set ended_at = $2 where id = $1 and ended_at is null')

export async function endApiKey(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.run(end, [id, at])
}

const adopt = statement(
  'api_keys.adopt',
  'update api_keys set maker_account_id = $2, role = $3, stopped_at = null where id = $1 and ended_at is null',
)

/** Wakes the key and gives it another maker, with a role that the new one may grant. */
export async function adoptApiKeyRow(
  tx: Transaction,
  id: string,
  makerAccountId: string | null,
  role: string,
): Promise<void> {
  await tx.run(adopt, [id, makerAccountId, role])
}

const touch = statement(
  'api_keys.touch',
  `update api_keys set last_used_at = $2::timestamptz where id = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute')`,
)

/** Notes the use of a key, at most once a minute. */
export async function touchApiKey(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.run(touch, [id, at])
}
