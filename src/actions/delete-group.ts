// A directory deletes a group; who was in it loses what it gave.
import type { DirectoryGroup } from '../domain/directory-person.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { deleteGroupRow, emptyGroup, lockGroup } from '../store/directory-groups.ts'
import { announceResource } from './announce-resource.ts'
import { reconcileGroups } from './reconcile-groups.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Deletes the group and reconciles its members. `check` sees the locked group first and may throw. AppError `not_found`. */
export async function deleteGroup(
  world: World,
  directory: DirectoryScope,
  id: string,
  check: (group: DirectoryGroup) => void,
): Promise<void> {
  if (!isId(id)) throw notFound('The group')
  await inTransaction(world, async (tx) => {
    const group = await lockGroup(tx, directory.id, id)
    if (group === null) throw notFound('The group')
    check(group)
    // The mapping still knows the group while its people are looked at; they left it already.
    const recordIds = await emptyGroup(tx, id)
    await reconcileGroups(tx, world, directory, { groupId: id, recordIds, removed: true })
    const members = { added: [], removed: recordIds }
    await announceResource(tx, world, directory, { before: group, after: null, members })
    await deleteGroupRow(tx, id)
  })
}
