// Accounts with their addresses, as the host product sees them: queries.
import type { AddressKey } from '../domain/address.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface AccountRow {
  id: string
  name: string | null
  externalId: string | null
  createdAt: Date
}

/** An account as the host product sees it; moments inside the lists are ISO 8601 texts. */
export interface ShownAccountRow extends AccountRow {
  emails: { address: string; verified: boolean; primary: boolean }[]
  identities: {
    id: string
    organizationId: string
    connectionId: string
    nameId: string
    createdAt: string
    lastUsedAt: string | null
  }[]
  memberships: {
    id: string
    organizationId: string
    role: string | null
    status: string
    statusReason: string | null
  }[]
}

const shown = `select a.id, a.name, a.external_id "externalId", a.created_at "createdAt",
  (select coalesce(json_agg(json_build_object('address', e.address, 'verified', e.verified_at is not null, 'primary', e.is_primary)
     order by e.is_primary desc, e.created_at, e.id), '[]') from account_addresses e where e.account_id = a.id) emails,
  (select coalesce(json_agg(json_build_object('id', x.id, 'organizationId', x.organization_id, 'connectionId', x.connection_id, 'nameId', x.name_id,
     'createdAt', x.created_at, 'lastUsedAt', x.last_used_at) order by x.id), '[]') from identities x where x.account_id = a.id) identities,
  (select coalesce(json_agg(json_build_object('id', m.id, 'organizationId', m.organization_id, 'role', m.role, 'status', m.status,
     'statusReason', m.status_reason) order by m.id), '[]') from memberships m where m.account_id = a.id and m.status <> 'removed') memberships
  from accounts a`

const byId = statement('accounts.by-id', `${shown} where a.id = $1`)

export async function findAccount(read: Reader, id: string): Promise<ShownAccountRow | null> {
  return (await read.rows<ShownAccountRow>(byId, [id]))[0] ?? null
}

const page = statement(
  'accounts.page',
  `${shown} where ($1::text is null or exists (select 1 from account_addresses h where h.account_id = a.id and h.key = $1))
   and ($2::uuid is null or a.id > $2) order by a.id limit $3`,
)

/** Accounts in the order of their making; with a key only those that hold it, verified or not. */
export function listAccountRows(
  read: Reader,
  query: { key: AddressKey | null; after: string | null; limit: number },
): Promise<ShownAccountRow[]> {
  return read.rows(page, [query.key, query.after, query.limit])
}

const exists = statement('accounts.exists', 'select id from accounts where id = $1')

export async function accountExists(read: Reader, id: string): Promise<boolean> {
  return (await read.rows(exists, [id])).length === 1
}

const insert = statement(
  'accounts.insert',
  'insert into accounts (id, name, external_id, created_at) values ($1, $2, $3, $4)',
)

export async function insertAccount(tx: Transaction, row: AccountRow): Promise<void> {
  await tx.run(insert, [row.id, row.name, row.externalId, row.createdAt])
}

const lockRow = statement('accounts.lock', 'select id from accounts where id = $1 for update')

/** Holds the account to the transaction's end; answers whether it exists. */
export async function lockAccount(tx: Transaction, id: string): Promise<boolean> {
  return (await tx.rows(lockRow, [id])).length === 1
}

const byExternalId = statement('accounts.by-external-id', 'select id from accounts where external_id = $1')

export async function findByExternalId(read: Reader, externalId: string): Promise<string | null> {
  return (await read.rows<{ id: string }>(byExternalId, [externalId]))[0]?.id ?? null
}
