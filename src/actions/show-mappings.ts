// Mappings as the world outside sees them: groups by id or name, projects by slug.
import type { RoleMapping } from '../domain/mapping.ts'
import type { Reader } from '../store/database.ts'
import { readProjectIds } from '../store/invitation-reads.ts'
import type { MappingChange } from './plan-mappings.ts'

export interface ShownMapping {
  id: string
  group:
    | { directoryId: string; groupId?: string; displayName?: string }
    | { connectionId: string; value: string }
  role: string
  projects: string[]
  overridable: boolean
}

/** Rows with their projects' slugs. */
export async function showMappings(
  read: Reader,
  organizationId: string,
  rows: readonly RoleMapping[],
): Promise<ShownMapping[]> {
  const slugs = await slugsOf(read, organizationId)
  return rows.map((row) => ({
    id: row.id,
    group: shownGroup(row.group),
    role: row.role,
    projects: named(slugs, row.projectIds),
    overridable: row.overridable,
  }))
}

/** Changes with their projects' slugs. */
export async function showChanges(
  read: Reader,
  organizationId: string,
  changes: readonly MappingChange[],
): Promise<MappingChange[]> {
  const slugs = await slugsOf(read, organizationId)
  return changes.map((c) => ({
    ...c,
    from: { ...c.from, projects: named(slugs, c.from.projects) },
    to: { ...c.to, projects: named(slugs, c.to.projects) },
  }))
}

async function slugsOf(read: Reader, organizationId: string): Promise<Map<string, string>> {
  const ids = await readProjectIds(read, organizationId)
  return new Map([...ids].map(([slug, id]) => [id, slug]))
}

function named(slugs: ReadonlyMap<string, string>, ids: readonly string[]): string[] {
  return ids.flatMap((id) => slugs.get(id) ?? []).sort()
}

function shownGroup(group: RoleMapping['group']): ShownMapping['group'] {
  if (group.type === 'connection') return { connectionId: group.connectionId, value: group.value }
  const { directoryId, groupId, displayName } = group
  return {
    directoryId,
    ...(groupId === null ? {} : { groupId }),
    ...(displayName === null ? {} : { displayName }),
  }
}
