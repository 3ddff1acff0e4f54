// Reads a page of a directory's resources of a declared type.
import type { Page } from '../domain/criteria.ts'
import type { DeclaredResource } from '../domain/declared-resource.ts'
import { reader } from '../store/database.ts'
import { findResources } from '../store/declared-resources.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import type { World } from './world.ts'

/** The resources of this type that meet the page's criteria, and their exact number in all. */
export async function findDeclaredResources(
  world: World,
  directory: DirectoryScope,
  resourceType: string,
  page: Page,
): Promise<{ items: DeclaredResource[]; total: number }> {
  return findResources(reader(world.dataSource), directory.id, resourceType, page)
}
