// Reads a page of a directory's resources of a declared type.
import type { Page, Paged } from '../domain/criteria.ts'
import type { DeclaredResource } from '../domain/declared-resource.ts'
import { findResources } from '../store/declared-resources.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { readPage } from './read-page.ts'
import type { World } from './world.ts'

const indexed = ['id', 'externalId']

/** The resources of this type that meet the page's criteria, and their exact number in all; AppError 400 `tooMany`. */
export async function findDeclaredResources(
  world: World,
  directory: DirectoryScope,
  resourceType: string,
  page: Page,
): Promise<Paged<DeclaredResource>> {
  return readPage(world, { directoryId: directory.id, page, indexed }, (reader) =>
    findResources(reader, directory.id, resourceType, page),
  )
}
