// Reads a page of a directory's groups.
import type { Page, Paged } from '../domain/criteria.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { findGroups, type GroupWithMembers } from '../store/directory-groups.ts'
import { readPage } from './read-page.ts'
import type { World } from './world.ts'

const indexed = ['id', 'displayName', 'externalId', 'members.value']

/** The groups that meet the page's criteria, and their exact number in all; AppError 400 `tooMany`. */
export async function findDirectoryGroups(
  world: World,
  directory: DirectoryScope,
  page: Page,
  withMembers: boolean,
): Promise<Paged<GroupWithMembers>> {
  return readPage(world, { directoryId: directory.id, page, indexed }, (reader) =>
    findGroups(reader, directory.id, page, withMembers),
  )
}
