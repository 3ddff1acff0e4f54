// Connections as their administrators see and change them.
import type { Connection, IdpCertificate } from '../domain/connection.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { connectionColumns } from './person-facts.ts'

export interface ConnectionDetails extends Connection {
  createdAt: Date
}

const columns = `${connectionColumns}, c.created_at "createdAt"`

const byId = statement(
  'connections.by-id',
  `select ${columns} from connections c where c.id = $1 and c.deleted_at is null`,
)

export async function findConnectionRow(read: Reader, id: string): Promise<ConnectionDetails | null> {
  return (await read.rows<ConnectionDetails>(byId, [id]))[0] ?? null
}

const locked = statement(
  'connections.lock',
  `select ${columns} from connections c where c.id = $1 and c.deleted_at is null for update`,
)

/** The Connection, held to the transaction's end. */
export async function lockConnection(tx: Transaction, id: string): Promise<ConnectionDetails | null> {
  return (await tx.rows<ConnectionDetails>(locked, [id]))[0] ?? null
}

const page = statement(
  'connections.page',
  `select ${columns} from connections c where c.organization_id = $1 and c.deleted_at is null and ($2::uuid is null or c.id > $2)
   order by c.id limit $3`,
)

export function listConnectionRows(
  read: Reader,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<ConnectionDetails[]> {
  return read.rows(page, [organizationId, after, limit])
}

const counted = statement(
  'connections.count',
  'select count(*)::int as n from connections where organization_id = $1 and deleted_at is null',
)

export async function countConnections(read: Reader, organizationId: string): Promise<number> {
  return (await read.rows<{ n: number }>(counted, [organizationId]))[0]?.n ?? 0
}

const insert = statement(
  'connections.insert',
  `insert into connections (id, organization_id, name, status, idp_entity_id, sso_url, sso_binding, certificates, metadata_url, idp_initiated,
     directory_id, directory_match, attributes, preset, legacy, max_assertion_minutes, comparable, sp_key_encrypted, sp_certificate, created_at)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
)

export async function insertConnection(
  tx: Transaction,
  row: ConnectionDetails,
  sp: { keyEncrypted: string; certificate: string },
): Promise<void> {
  await tx.run(insert, [
    row.id,
    row.organizationId,
    row.name,
    ...changeable(row),
    sp.keyEncrypted,
    sp.certificate,
    row.createdAt,
  ])
}

const update = statement(
  'connections.update',
  `update connections set name = $2, status = $3, idp_entity_id = $4, sso_url = $5, sso_binding = $6, certificates = $7, metadata_url = $8,
     idp_initiated = $9, directory_id = $10, directory_match = $11, attributes = $12, preset = $13, legacy = $14,
     max_assertion_minutes = $15, comparable = $16 where id = $1`,
)

export async function updateConnectionRow(tx: Transaction, row: Connection): Promise<void> {
  await tx.run(update, [row.id, row.name, ...changeable(row)])
}

function changeable(row: Connection): unknown[] {
  return [
    row.status,
    row.idpEntityId,
    row.ssoUrl,
    row.ssoBinding,
    JSON.stringify(row.certificates satisfies IdpCertificate[]),
    row.metadataUrl,
    row.idpInitiated,
    row.directoryId,
    row.directoryMatch,
    JSON.stringify(row.attributes),
    row.preset,
    JSON.stringify(row.legacy),
    row.maxAssertionMinutes,
    row.comparable,
  ]
}

const remove = statement(
  'connections.delete',
  `update connections set status = 'off', deleted_at = $2, directory_id = null where id = $1`,
)
const retire = statement(
  'identities.retire',
  'update identities set inactive_since = coalesce(inactive_since, $2) where connection_id = $1',
)

/** Deletes the Connection; its identities are kept, inactive (H4). */
export async function deleteConnectionRow(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.run(remove, [id, at])
  await retireIdentities(tx, id, at)
}

/** Makes every identity of the Connection inactive: another provider speaks there now (H4). */
export async function retireIdentities(tx: Transaction, connectionId: string, at: Date): Promise<void> {
  await tx.run(retire, [connectionId, at])
}

const pair = statement(
  'connections.pair',
  `update connections c set directory_id = d.id from directories d
   where c.organization_id = $1 and c.deleted_at is null and c.directory_id is null and d.organization_id = $1 and d.status <> 'disconnected'
     and (select count(*) from connections where organization_id = $1 and deleted_at is null) = 1
     and (select count(*) from directories where organization_id = $1 and status <> 'disconnected') = 1`,
)

/** An organization's only Connection and only Directory belong together by themselves. */
export async function pairOnlyOnes(tx: Transaction, organizationId: string): Promise<void> {
  await tx.run(pair, [organizationId])
}

const inOrganization = statement(
  'directories.in-organization',
  `select id from directories where organization_id = $1 and id = $2 and status <> 'disconnected'`,
)

export async function hasDirectory(
  read: Reader,
  organizationId: string,
  directoryId: string,
): Promise<boolean> {
  return (await read.rows(inOrganization, [organizationId, directoryId])).length === 1
}
