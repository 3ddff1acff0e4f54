// Directories, their tokens and their logs, as administrators see and change them.
import type { Directory } from '../domain/directory.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import type { DirectoryRequest } from './directory-credentials.ts'

export interface DirectoryDetails extends Directory {
  createdAt: Date
}

const columns = `d.id, d.organization_id "organizationId", d.name, d.preset, d.notify, d.status, d.created_at "createdAt"`

const byId = statement('directories.by-id', `select ${columns} from directories d where d.id = $1`)

export async function findDirectory(read: Reader, id: string): Promise<DirectoryDetails | null> {
  return (await read.rows<DirectoryDetails>(byId, [id]))[0] ?? null
}

const page = statement(
  'directories.page',
  `select ${columns} from directories d where d.organization_id = $1 and ($2::uuid is null or d.id > $2) order by d.id limit $3`,
)

export function listDirectoryRows(
  read: Reader,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<DirectoryDetails[]> {
  return read.rows(page, [organizationId, after, limit])
}

const insert = statement(
  'directories.insert',
  'insert into directories (id, organization_id, name, preset, notify, status, created_at) values ($1, $2, $3, $4, $5, $6, $7)',
)

export async function insertDirectory(tx: Transaction, row: DirectoryDetails): Promise<void> {
  await tx.run(insert, [
    row.id,
    row.organizationId,
    row.name,
    row.preset,
    row.notify,
    row.status,
    row.createdAt,
  ])
}

const update = statement(
  'directories.update',
  'update directories set name = $2, preset = $3, notify = $4, status = $5 where id = $1',
)

export async function updateDirectoryRow(tx: Transaction, row: Directory): Promise<void> {
  await tx.run(update, [row.id, row.name, row.preset, row.notify, row.status])
}

const lockRow = statement(
  'directories.lock',
  `select ${columns} from directories d where d.id = $1 for update`,
)

/** The directory, held to the transaction's end. */
export async function lockDirectory(tx: Transaction, id: string): Promise<DirectoryDetails | null> {
  return (await tx.rows<DirectoryDetails>(lockRow, [id]))[0] ?? null
}

export interface DirectoryTokenRow {
  id: string
  directoryId: string
  label: string
  /** The last characters of the token, to tell tokens apart. */
  hint: string
  expiresAt: Date | null
  lastUsedAt: Date | null
  createdAt: Date
}

const tokens = statement(
  'directory_tokens.list',
  `select t.id, t.directory_id "directoryId", t.label, t.hint, t.expires_at "expiresAt", t.last_used_at "lastUsedAt", t.created_at "createdAt"
   from directory_tokens t where t.directory_id = $1 order by t.id`,
)

export function listTokenRows(read: Reader, directoryId: string): Promise<DirectoryTokenRow[]> {
  return read.rows(tokens, [directoryId])
}

const insertTokenRow = statement(
  'directory_tokens.insert',
  `insert into directory_tokens (id, directory_id, label, token_hash, hint, expires_at, created_at) values ($1, $2, $3, $4, $5, $6, $7)`,
)

export async function insertToken(
  tx: Transaction,
  row: Omit<DirectoryTokenRow, 'lastUsedAt'> & { tokenHash: Buffer },
): Promise<void> {
  await tx.run(insertTokenRow, [
    row.id,
    row.directoryId,
    row.label,
    row.tokenHash,
    row.hint,
    row.expiresAt,
    row.createdAt,
  ])
}

const deleteTokenRow = statement(
  'directory_tokens.delete',
  'delete from directory_tokens where directory_id = $1 and id = $2',
)

/** Ends the token at once; answers whether there was one. */
export async function deleteToken(tx: Transaction, directoryId: string, id: string): Promise<boolean> {
  return (await tx.run(deleteTokenRow, [directoryId, id])) === 1
}

const requests = statement(
  'directory_requests.page',
  `select r.id, r.directory_id "directoryId", r.at, r.method, r.path, r.status, r.request_body "requestBody", r.response_body "responseBody",
     r.duration_ms "durationMs" from directory_requests r where r.directory_id = $1 and ($2::uuid is null or r.id < $2) order by r.id desc limit $3`,
)

/** The last requests of a directory, newest first. */
export function listRequestRows(
  read: Reader,
  directoryId: string,
  before: string | null,
  limit: number,
): Promise<DirectoryRequest[]> {
  return read.rows(requests, [directoryId, before, limit])
}

export interface ListedGroupRow {
  id: string
  displayName: string
  externalId: string | null
  memberCount: number
}

const groups = statement(
  'directory_groups.page',
  `select g.id, g.display_name "displayName", g.external_id "externalId",
     (select count(*)::int from directory_group_members m where m.group_id = g.id) "memberCount"
   from directory_groups g where g.directory_id = $1 and ($2::uuid is null or g.id > $2) order by g.id limit $3`,
)

export function listGroupRows(
  read: Reader,
  directoryId: string,
  after: string | null,
  limit: number,
): Promise<ListedGroupRow[]> {
  return read.rows(groups, [directoryId, after, limit])
}
