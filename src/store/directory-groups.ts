// Groups as their directory sends them: reads, writes, and members as rows of which no list is ever read to change one.
import type { Page } from '../domain/criteria.ts'
import type { DirectoryGroup, GroupDraft, GroupMember, MemberChange } from '../domain/directory-person.ts'
import { foldText } from '../domain/fold.ts'
import type { Layout } from './criteria-sql.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { findPage, type StoredPage } from './find-page.ts'
import type { PageSource } from './page-source.ts'

export const groupExternalIdUnique = 'directory_groups_external_id_key'

/** A group, with its members where they were asked for. */
export type GroupWithMembers = DirectoryGroup & { members: readonly GroupMember[] | null }

const groupColumns = `g.id, g.display_name as "displayName", g.external_id as "externalId", g.attributes, g.version,
  g.created_at as "createdAt", g.updated_at as "updatedAt"`
const membersColumn = `(select coalesce(json_agg(json_build_object('id', u.id, 'displayName', coalesce(u.display_name, u.user_name)) order by u.id), '[]')
  from directory_group_members m join directory_users u on u.id = m.directory_user_id where m.group_id = g.id) as members`
const columns = (withMembers: boolean) =>
  `${groupColumns}, ${withMembers ? membersColumn : 'null as members'}`

const getWithMembers = statement(
  'scim_group_get',
  `select ${columns(true)} from directory_groups g where g.directory_id = $1 and g.id = $2`,
)
const getBare = statement(
  'scim_group_get_bare',
  `select ${columns(false)} from directory_groups g where g.directory_id = $1 and g.id = $2`,
)

/** One group of the directory, or null. Members are read only where `withMembers` asks for them. */
export async function getGroup(
  reader: Reader,
  directoryId: string,
  id: string,
  withMembers: boolean,
): Promise<GroupWithMembers | null> {
  const [group] = await reader.rows<GroupWithMembers>(withMembers ? getWithMembers : getBare, [
    directoryId,
    id,
  ])
  return group ?? null
}

const lockStatement = statement(
  'scim_group_lock',
  `select ${columns(false)} from directory_groups g where g.directory_id = $1 and g.id = $2 for update of g`,
)

/** One group without its members, locked until the transaction ends. */
export async function lockGroup(
  tx: Transaction,
  directoryId: string,
  id: string,
): Promise<DirectoryGroup | null> {
  const [group] = await tx.rows<DirectoryGroup>(lockStatement, [directoryId, id])
  return group ?? null
}

const groupLayout: Layout = {
  json: 'g.attributes',
  columns: {
    id: { sql: 'g.id', uuid: true },
    displayName: { sql: 'g.display_name', folded: 'g.display_name_key' },
    externalId: { sql: 'g.external_id' },
    'meta.created': { sql: 'g.created_at' },
    'meta.lastModified': { sql: 'g.updated_at' },
    'meta.version': { sql: 'g.version' },
  },
  lists: {
    members: {
      from: 'directory_group_members m join directory_users u on u.id = m.directory_user_id where m.group_id = g.id',
      columns: {
        value: { sql: 'm.directory_user_id', uuid: true },
        display: { sql: 'coalesce(u.display_name, u.user_name)' },
      },
    },
  },
}

/** Where pages of groups are read from. */
export const groupsSource: PageSource = {
  table: 'directory_groups g',
  owner: ['g.directory_id'],
  id: 'g.id',
  layout: groupLayout,
  kind: "'Group'",
}

/** A page of a directory's groups, and how many there are in all. */
export async function findGroups(
  reader: Reader,
  directoryId: string,
  page: Page,
  withMembers: boolean,
): Promise<StoredPage<GroupWithMembers>> {
  return findPage<GroupWithMembers>(reader, groupsSource, [directoryId], columns(withMembers), page)
}

const insertStatement = statement(
  'scim_group_insert',
  `insert into directory_groups (id, directory_id, organization_id, display_name, display_name_key, external_id, attributes, version, created_at, updated_at)
   values ($1,$2,$3,$4,$5,$6,$7,1,$8,$8)`,
)

export async function insertGroup(
  tx: Transaction,
  owner: { directoryId: string; organizationId: string },
  id: string,
  draft: GroupDraft,
  at: Date,
): Promise<DirectoryGroup> {
  const { displayName, externalId, attributes } = draft
  const { directoryId, organizationId } = owner
  const json = JSON.stringify(attributes)
  await tx.run(insertStatement, [
    id,
    directoryId,
    organizationId,
    displayName,
    foldText(displayName),
    externalId,
    json,
    at,
  ])
  return { id, displayName, externalId, attributes, version: 1, createdAt: at, updatedAt: at }
}

const updateStatement = statement(
  'scim_group_update',
  `update directory_groups set display_name = $2, display_name_key = $3, external_id = $4, attributes = $5, version = version + 1, updated_at = $6
   where id = $1 returning version`,
)
const touchStatement = statement(
  'scim_group_touch',
  'update directory_groups set version = version + 1, updated_at = $2 where id = $1 returning version',
)

/** Writes a draft over a locked group; null leaves its attributes and says only that its members changed. */
export async function updateGroupRow(
  tx: Transaction,
  id: string,
  draft: GroupDraft | null,
  at: Date,
): Promise<number> {
  const [row] = draft
    ? await tx.rows<{ version: number }>(updateStatement, [
        id,
        draft.displayName,
        foldText(draft.displayName),
        draft.externalId,
        JSON.stringify(draft.attributes),
        at,
      ])
    : await tx.rows<{ version: number }>(touchStatement, [id, at])
  return row?.version ?? 0
}

// The group's row is share-locked by the foreign key of what is inserted: two deltas never wait for each other here.
const deltaStatement = statement(
  'scim_group_members_delta',
  `with g as (select id, directory_id from directory_groups where id = $2 and directory_id = $1),
  gone as (delete from directory_group_members m using g where m.group_id = g.id and m.directory_user_id = any($4::uuid[]) returning m.directory_user_id),
  come as (insert into directory_group_members (group_id, directory_user_id, added_at)
    select g.id, u.id, $5 from g join directory_users u on u.directory_id = g.directory_id and u.id = any($3::uuid[])
    on conflict do nothing returning directory_user_id)
  select exists (select 1 from g) as found, array(select directory_user_id from come) as added, array(select directory_user_id from gone) as removed`,
)
const replaceStatement = statement(
  'scim_group_members_replace',
  `with g as (select id, directory_id from directory_groups where id = $2 and directory_id = $1),
  gone as (delete from directory_group_members m using g where m.group_id = g.id and m.directory_user_id <> all($3::uuid[]) returning m.directory_user_id),
  come as (insert into directory_group_members (group_id, directory_user_id, added_at)
    select g.id, u.id, $4 from g join directory_users u on u.directory_id = g.directory_id and u.id = any($3::uuid[])
    on conflict do nothing returning directory_user_id)
  select exists (select 1 from g) as found, array(select directory_user_id from come) as added, array(select directory_user_id from gone) as removed`,
)

/** Changes members by rows alone and answers whose membership really changed; null when the directory has no such group. */
export async function changeMembers(
  tx: Transaction,
  directoryId: string,
  groupId: string,
  change: MemberChange,
  at: Date,
): Promise<{ added: string[]; removed: string[] } | null> {
  const replacing = change.replace
  const values = [directoryId, groupId]
  const [row] =
    replacing === null
      ? await tx.rows<ChangedMembers>(deltaStatement, [...values, change.add, change.remove, at])
      : await tx.rows<ChangedMembers>(replaceStatement, [...values, merged(replacing, change), at])
  return row?.found ? row : null
}

interface ChangedMembers {
  found: boolean
  added: string[]
  removed: string[]
}

const emptyStatement = statement(
  'scim_group_empty',
  'delete from directory_group_members where group_id = $1 returning directory_user_id as id',
)
const deleteStatement = statement('scim_group_delete', 'delete from directory_groups where id = $1')

/** Takes everybody out of a group and answers who was in it. */
export async function emptyGroup(tx: Transaction, id: string): Promise<string[]> {
  return (await tx.rows<{ id: string }>(emptyStatement, [id])).map((member) => member.id)
}

/** Deletes a locked group. */
export async function deleteGroupRow(tx: Transaction, id: string): Promise<void> {
  await tx.run(deleteStatement, [id])
}

function merged(list: readonly string[], { add, remove }: MemberChange): string[] {
  const ids = new Set([...list, ...add])
  for (const id of remove) ids.delete(id)
  return [...ids]
}
