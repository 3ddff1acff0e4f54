// A directory creates a resource of a declared type.
import type { DeclaredResource, ResourceDraft } from '../domain/declared-resource.ts'
import { newId } from '../kernel/ids.ts'
import { insertResource } from '../store/declared-resources.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { announceResource } from './announce-resource.ts'
import { claimUnique } from './claim-unique.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Stores the resource. AppError `conflict` `uniqueness` for a unique value that another one has. */
export async function createDeclaredResource(
  world: World,
  directory: DirectoryScope,
  resourceType: string,
  draft: ResourceDraft,
): Promise<DeclaredResource> {
  return inTransaction(world, async (tx) => {
    const now = world.clock.now()
    const made = await insertResource(tx, directory.id, resourceType, newId(), draft, now)
    await claimUnique(tx, directory.id, { kind: 'resource', id: made.id }, draft.unique)
    await announceResource(tx, world, directory, { before: null, after: made })
    return made
  })
}
