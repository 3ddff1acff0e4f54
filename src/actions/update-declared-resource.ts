// A directory changes a resource of a declared type: the change runs on the locked row, so that no update is lost.
import { isDeepStrictEqual } from 'node:util'
import type { DeclaredResource, ResourceDraft } from '../domain/declared-resource.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { lockResource, updateResource } from '../store/declared-resources.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { announceResource } from './announce-resource.ts'
import { claimUnique } from './claim-unique.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * Applies `change`, a pure function that may be run more than once and whose error is passed on. What changes nothing moves neither
 * version nor date. AppError `not_found`, or `conflict` `uniqueness`.
 */
export async function updateDeclaredResource(
  world: World,
  directory: DirectoryScope,
  resourceType: string,
  id: string,
  change: (resource: DeclaredResource) => ResourceDraft,
): Promise<DeclaredResource> {
  if (!isId(id)) throw notFound(`The ${resourceType}`)
  return inTransaction(world, async (tx) => {
    const before = await lockResource(tx, directory.id, resourceType, id)
    if (before === null) throw notFound(`The ${resourceType}`)
    const draft = change(before)
    const isSame =
      before.externalId === draft.externalId && isDeepStrictEqual(before.attributes, draft.attributes)
    const after = isSame ? before : await updateResource(tx, before, draft, world.clock.now())
    if (!isSame) await claimUnique(tx, directory.id, { kind: 'resource', id: before.id }, draft.unique)
    await announceResource(tx, world, directory, { before, after })
    return after
  })
}
