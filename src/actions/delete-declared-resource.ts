// A directory deletes a resource of a declared type.
import type { DeclaredResource } from '../domain/declared-resource.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { deleteResource, lockResource } from '../store/declared-resources.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { announceResource } from './announce-resource.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Deletes it; `check` sees the locked resource first and may throw. AppError `not_found`. */
export async function deleteDeclaredResource(
  world: World,
  directory: DirectoryScope,
  resourceType: string,
  id: string,
  check: (resource: DeclaredResource) => void,
): Promise<void> {
  if (!isId(id)) throw notFound(`The ${resourceType}`)
  await inTransaction(world, async (tx) => {
    const resource = await lockResource(tx, directory.id, resourceType, id)
    if (resource === null) throw notFound(`The ${resourceType}`)
    check(resource)
    await announceResource(tx, world, directory, { before: resource, after: null })
    await deleteResource(tx, id)
  })
}
