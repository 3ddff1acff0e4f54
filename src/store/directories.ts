// Directories, their tokens and their logs, as administrators see and change them.
import type { Directory } from '../domain/directory.ts'
import { type Reader, statement, type Transaction } from './database.ts'

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
   from directory_tokens t where t.directory_id = $1 and t.oauth_client_id is null order by t.id`,
)

/** The tokens that administrators made; those that OAuth clients fetch stand beside them and are no business of theirs. */
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
  'delete from directory_tokens where directory_id = $1 and id = $2 and oauth_client_id is null',
)

/** Ends the token at once; answers whether there was one. */
export async function deleteToken(tx: Transaction, directoryId: string, id: string): Promise<boolean> {
  return (await tx.run(deleteTokenRow, [directoryId, id])) === 1
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
