// Reads one resource of a declared type.
import type { DeclaredResource } from '../domain/declared-resource.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { reader } from '../store/database.ts'
import { getResource } from '../store/declared-resources.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import type { World } from './world.ts'

/** The resource with this id, of this type, in this directory. AppError `not_found` for any other id, of whatever form. */
export async function getDeclaredResource(
  world: World,
  directory: DirectoryScope,
  resourceType: string,
  id: string,
): Promise<DeclaredResource> {
  const resource = isId(id)
    ? await getResource(reader(world.dataSource), directory.id, resourceType, id)
    : null
  if (resource === null) throw notFound(`The ${resourceType}`)
  return resource
}
