// Reads one group of a directory.
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { reader } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { type GroupWithMembers, getGroup } from '../store/directory-groups.ts'
import type { World } from './world.ts'

export type { GroupWithMembers }

/** The group with this id in this directory; members only where asked for. AppError `not_found`. */
export async function getDirectoryGroup(
  world: World,
  directory: DirectoryScope,
  id: string,
  withMembers: boolean,
): Promise<GroupWithMembers> {
  const group = isId(id) ? await getGroup(reader(world.dataSource), directory.id, id, withMembers) : null
  if (group === null) throw notFound('The group')
  return group
}
