// Reads a page of a directory's groups.
import type { Page } from '../domain/criteria.ts'
import { reader } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { findGroups, type GroupWithMembers } from '../store/directory-groups.ts'
import type { World } from './world.ts'

/** The groups that meet the page's criteria, and their exact number in all. */
export async function findDirectoryGroups(
  world: World,
  directory: DirectoryScope,
  page: Page,
  withMembers: boolean,
): Promise<{ items: GroupWithMembers[]; total: number }> {
  return findGroups(reader(world.dataSource), directory.id, page, withMembers)
}
