// People as their directory sends them: the reads that the directory asks for.
import { addressKey } from '../domain/address.ts'
import type { Page } from '../domain/criteria.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import type { DirectoryPerson } from '../domain/directory-person.ts'
import { foldText } from '../domain/fold.ts'
import type { Layout } from './criteria-sql.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { findPage, type StoredPage } from './find-page.ts'
import type { PageSource } from './page-source.ts'

const personColumns = `u.id, u.user_name as "userName", u.external_id as "externalId", u.active, u.attributes, u.version,
  u.created_at as "createdAt", u.updated_at as "updatedAt"`
const groupsColumn = `(select coalesce(json_agg(json_build_object('id', g.id, 'displayName', g.display_name) order by g.id), '[]')
  from directory_group_members m join directory_groups g on g.id = m.group_id where m.directory_user_id = u.id) as groups`
const columns = (withGroups: boolean) => `${personColumns}, ${withGroups ? groupsColumn : 'null as groups'}`

const getStatement = (withGroups: boolean) =>
  statement(
    withGroups ? 'scim_user_get' : 'scim_user_get_bare',
    `select ${columns(withGroups)} from directory_users u where u.directory_id = $1 and u.id = $2`,
  )
const getWithGroups = getStatement(true)
const getBare = getStatement(false)

/** One person of the directory, or null. */
export async function getDirectoryPerson(
  reader: Reader,
  directoryId: string,
  id: string,
  withGroups: boolean,
): Promise<DirectoryPerson | null> {
  const [person] = await reader.rows<DirectoryPerson>(withGroups ? getWithGroups : getBare, [directoryId, id])
  return person ?? null
}

const lockStatement = statement(
  'scim_user_lock',
  // The address's lock comes first, as at every other door, and the row's after it: nobody waits for the other crosswise.
  `with address as materialized (select pg_advisory_xact_lock(hashtextextended('key:' || k.email_key, 0)) from directory_users k where k.id = $2 and k.email_key is not null)
  select ${columns(true)}, u.directory_id as "directoryId", u.organization_id as "organizationId", u.user_name_key as "userNameKey", u.email,
  u.email_key as "emailKey", u.display_name as "displayName", u.account_id as "accountId", u.inactive_since as "inactiveSince",
  u.role_fell_at as "roleFellAt", u.frozen_at as "frozenAt"
  from directory_users u where (select count(*) from address) >= 0 and u.directory_id = $1 and u.id = $2 for no key update of u`,
)

export interface LockedPerson {
  person: DirectoryPerson
  record: DirectoryRecord
}

type LockedRow = DirectoryPerson & Omit<DirectoryRecord, 'groupIds'>

/** One person, locked until the transaction ends, as its directory reads it and as decisions do. */
export async function lockDirectoryPerson(
  tx: Transaction,
  directoryId: string,
  id: string,
): Promise<LockedPerson | null> {
  const [row] = await tx.rows<LockedRow>(lockStatement, [directoryId, id])
  if (!row) return null
  const { attributes, updatedAt, groups, ...rest } = row
  return { person: row, record: { ...rest, groupIds: (groups ?? []).map((group) => group.id) } }
}

const emails = {
  from: 'directory_user_emails m where m.directory_id = u.directory_id and m.directory_user_id = u.id',
  columns: {
    value: { sql: 'm.value', folded: 'm.key' },
    type: { sql: 'm.type', folded: 'lower(m.type)' },
    primary: { sql: 'm.is_primary' },
  },
  fold: emailFold,
}

export const userLayout: Layout = {
  json: 'u.attributes',
  columns: {
    id: { sql: 'u.id', uuid: true },
    userName: { sql: 'u.user_name', folded: 'u.user_name_key' },
    externalId: { sql: 'u.external_id' },
    displayName: { sql: 'u.display_name', folded: 'u.display_name_key' },
    active: { sql: 'u.active' },
    'meta.created': { sql: 'u.created_at' },
    'meta.lastModified': { sql: 'u.updated_at' },
    'meta.version': { sql: 'u.version' },
  },
  lists: {
    emails,
    groups: {
      from: 'directory_group_members m join directory_groups g on g.id = m.group_id where m.directory_user_id = u.id',
      columns: {
        value: { sql: 'm.group_id', uuid: true },
        display: { sql: 'g.display_name', folded: 'g.display_name_key' },
      },
    },
  },
}

/** The form in which an e-mail value is kept for comparing: the address's key where it is an address. */
export function emailFold(value: string): string {
  return addressKey(value) ?? foldText(value)
}

/** Where pages of people are read from. */
export const peopleSource: PageSource = {
  table: 'directory_users u',
  owner: ['u.directory_id'],
  id: 'u.id',
  layout: userLayout,
  kind: "'User'",
}

/** A page of a directory's people in the order of their making (or as asked), and how many there are in all. */
export async function findDirectoryPeople(
  reader: Reader,
  directoryId: string,
  page: Page,
  withGroups: boolean,
): Promise<StoredPage<DirectoryPerson>> {
  return findPage<DirectoryPerson>(reader, peopleSource, [directoryId], columns(withGroups), page)
}

const externalIds = statement(
  'scim_users_external_ids',
  'select u.id, u.external_id as "externalId" from directory_users u where u.id = any($1::uuid[])',
)

/** What the directory itself calls people, by their ids. */
export async function externalIdsOf(
  reader: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const rows = await reader.rows<{ id: string; externalId: string | null }>(externalIds, [[...ids]])
  return new Map(rows.map(({ id, externalId }) => [id, externalId]))
}
