// A directory creates a group, perhaps with members already in it.
import type { DirectoryGroup, GroupDraft } from '../domain/directory-person.ts'
import { isId, newId } from '../kernel/ids.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { changeMembers, insertGroup } from '../store/directory-groups.ts'
import { announceResource } from './announce-resource.ts'
import { claimUnique } from './claim-unique.ts'
import { orDuplicate } from './directory-duplicates.ts'
import { notePassedOver } from './note-passed-over.ts'
import { reconcileGroups, reconcileNewGroup } from './reconcile-groups.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Stores the group; `memberIds` that are no person of this directory are passed over (C17). AppError `conflict` `uniqueness`. */
export async function createGroup(
  world: World,
  directory: DirectoryScope,
  draft: GroupDraft,
  memberIds: readonly string[],
): Promise<DirectoryGroup> {
  const owner = { directoryId: directory.id, organizationId: directory.organizationId }
  const add = memberIds.filter(isId)
  return orDuplicate(() =>
    inTransaction(world, async (tx) => {
      const now = world.clock.now()
      const group = await insertGroup(tx, owner, newId(), draft, now)
      await claimUnique(tx, directory.id, { kind: 'group', id: group.id }, draft.unique)
      await reconcileNewGroup(tx, directory.id, group.id, group.displayName)
      const named = { replace: null, add: [...memberIds], remove: [] }
      if (add.length === 0) {
        await notePassedOver(tx, directory, named, { added: [], removed: [] })
        await announceResource(tx, world, directory, { before: null, after: group })
        return group
      }
      const change = { replace: null, add, remove: [] }
      const changed = await changeMembers(tx, directory.id, group.id, change, now)
      const recordIds = changed?.added ?? []
      await notePassedOver(tx, directory, named, { added: recordIds, removed: [] })
      await reconcileGroups(tx, world, directory, { groupId: group.id, recordIds, removed: false })
      const members = { added: recordIds, removed: [] }
      await announceResource(tx, world, directory, { before: null, after: group, members })
      return group
    }),
  )
}
