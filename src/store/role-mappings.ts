// Role mappings of an organization: reading them in their order and replacing them as a whole.
import type { RoleMapping } from '../domain/mapping.ts'
import { type Reader, statement, type Transaction } from './database.ts'

const read = statement(
  'mappings_read',
  `select w.id, w.position, w.directory_id "directoryId", w.group_id "groupId", w.display_name "displayName", w.connection_id "connectionId", w.value, w.role,
     w.project_ids "projectIds", w.overridable from role_mappings w where w.organization_id = $1 order by w.position`,
)

interface MappingRow {
  id: string
  position: number
  directoryId: string | null
  groupId: string | null
  displayName: string | null
  connectionId: string | null
  value: string | null
  role: string
  projectIds: string[]
  overridable: boolean
}

export async function readMappings(reader: Reader, organizationId: string): Promise<RoleMapping[]> {
  return (await reader.rows<MappingRow>(read, [organizationId])).map(
    ({ directoryId, groupId, displayName, connectionId, value, ...row }) => ({
      ...row,
      group:
        connectionId === null
          ? { type: 'directory' as const, directoryId: directoryId ?? '', groupId, displayName }
          : { type: 'connection' as const, connectionId, value: value ?? '' },
    }),
  )
}

const clear = statement('mappings_clear', 'delete from role_mappings where organization_id = $1')
const insert = statement(
  'mapping_insert',
  `insert into role_mappings (id, organization_id, position, directory_id, group_id, display_name, connection_id, value, role, project_ids, overridable)
   values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11)`,
)

/** Replaces every row; ids are kept where the rows carry them. */
export async function writeMappings(
  tx: Transaction,
  organizationId: string,
  rows: readonly RoleMapping[],
): Promise<void> {
  await tx.run(clear, [organizationId])
  for (const row of rows) {
    const { group } = row
    const directory =
      group.type === 'directory' ? [group.directoryId, group.groupId, group.displayName] : [null, null, null]
    const connection = group.type === 'connection' ? [group.connectionId, group.value] : [null, null]
    await tx.run(insert, [
      row.id,
      organizationId,
      row.position,
      ...directory,
      ...connection,
      row.role,
      row.projectIds,
      row.overridable,
    ])
  }
}

const groupOf = statement(
  'mapping_group',
  `select d.id "directoryId", g.id "groupId" from directories d left join directory_groups g on g.directory_id = d.id and (g.id = $3 or ($3::uuid is null and g.display_name = $4))
   where d.id = $2 and d.organization_id = $1 order by g.id limit 1`,
)

/** The directory of the organization with the named group in it; `groupId` null where the directory has none such yet, null where there is no such directory. */
export async function findMappingGroup(
  reader: Reader,
  organizationId: string,
  group: { directoryId: string; groupId: string | null; displayName: string | null },
): Promise<{ groupId: string | null } | null> {
  const [row] = await reader.rows<{ groupId: string | null }>(groupOf, [
    organizationId,
    group.directoryId,
    group.groupId,
    group.displayName,
  ])
  return row ?? null
}

const connectionOf = statement(
  'mapping_connection',
  'select 1 as found from connections where id = $2 and organization_id = $1 and deleted_at is null',
)

export async function hasConnection(
  reader: Reader,
  organizationId: string,
  connectionId: string,
): Promise<boolean> {
  return (await reader.rows(connectionOf, [organizationId, connectionId])).length > 0
}
