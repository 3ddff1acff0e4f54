// Reads a page of a directory's people.
import type { Page, Paged } from '../domain/criteria.ts'
import type { DirectoryPerson } from '../domain/directory-person.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { findDirectoryPeople } from '../store/directory-users.ts'
import { readPage } from './read-page.ts'
import type { World } from './world.ts'

const indexed = ['id', 'userName', 'externalId', 'createdAt', 'emails.value']

/** The people that meet the page's criteria, and their exact number in all; AppError 400 `tooMany`. */
export async function findDirectoryUsers(
  world: World,
  directory: DirectoryScope,
  page: Page,
  withGroups: boolean,
): Promise<Paged<DirectoryPerson>> {
  return readPage(world, { directoryId: directory.id, page, indexed }, (reader) =>
    findDirectoryPeople(reader, directory.id, page, withGroups),
  )
}
