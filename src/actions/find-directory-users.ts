// Reads a page of a directory's people.
import type { Page } from '../domain/criteria.ts'
import type { DirectoryPerson } from '../domain/directory-person.ts'
import { reader } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { findDirectoryPeople } from '../store/directory-users.ts'
import type { World } from './world.ts'

/** The people that meet the page's criteria, and their exact number in all. */
export async function findDirectoryUsers(
  world: World,
  directory: DirectoryScope,
  page: Page,
  withGroups: boolean,
): Promise<{ items: DirectoryPerson[]; total: number }> {
  return findDirectoryPeople(reader(world.dataSource), directory.id, page, withGroups)
}
