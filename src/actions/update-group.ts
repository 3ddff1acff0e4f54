// A directory changes a group: its attributes on the locked row, its members by rows alone.
import { isDeepStrictEqual } from 'node:util'
import type { DirectoryGroup, GroupDraft, MemberChange } from '../domain/directory-person.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { databaseFailure, type Transaction } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { changeMembers, lockGroup, updateGroupRow } from '../store/directory-groups.ts'
import { announceGroup } from './announce-group.ts'
import { claimUnique } from './claim-unique.ts'
import { orDuplicate } from './directory-duplicates.ts'
import { notePassedOver } from './note-passed-over.ts'
import { reconcileGroups } from './reconcile-groups.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface GroupChange {
  /** A pure function on the locked group, which may throw; null when only members change, so that nobody waits for the row. */
  draft: ((group: DirectoryGroup) => GroupDraft) | null
  members: MemberChange | null
}

/**
 * Applies the change and reconciles whoever came or went (C19, E and G rules). What changes nothing moves neither version nor date.
 * AppError `not_found`, or `conflict` `uniqueness`.
 */
export async function updateGroup(
  world: World,
  directory: DirectoryScope,
  id: string,
  change: GroupChange,
): Promise<void> {
  if (!isId(id)) throw notFound('The group')
  const deed = () => inTransaction(world, (tx) => apply(tx, world, directory, id, change))
  await orDuplicate(async () => {
    try {
      await deed()
    } catch (error) {
      // A person or the group itself was deleted between our reading and our writing: the second run does not see it.
      if (databaseFailure(error)?.code !== '23503') throw error
      await deed()
    }
  })
}

async function apply(
  tx: Transaction,
  world: World,
  directory: DirectoryScope,
  id: string,
  { draft, members }: GroupChange,
): Promise<void> {
  const now = world.clock.now()
  let next: GroupDraft | null = null
  let before: DirectoryGroup | null = null
  if (draft !== null) {
    const group = await lockGroup(tx, directory.id, id)
    if (group === null) throw notFound('The group')
    const drafted = draft(group)
    next = differs(group, drafted) ? drafted : null
    before = next && group
  }
  let moved: { added: string[]; removed: string[] } = { added: [], removed: [] }
  if (members !== null) {
    const changed = await changeMembers(tx, directory.id, id, storable(members), now)
    if (changed === null) throw notFound('The group')
    moved = changed
    await notePassedOver(tx, directory, members, changed)
    await reconcileGroups(tx, world, directory, { groupId: id, recordIds: changed.removed, removed: true })
    await reconcileGroups(tx, world, directory, { groupId: id, recordIds: changed.added, removed: false })
  }
  if (next !== null) await claimUnique(tx, directory.id, { kind: 'group', id }, next.unique)
  if (next !== null || moved.added.length + moved.removed.length > 0) await updateGroupRow(tx, id, next, now)
  await announceGroup(tx, world, directory, { id, before, members: moved })
}

function differs(group: DirectoryGroup, draft: GroupDraft): boolean {
  return (
    group.displayName !== draft.displayName ||
    group.externalId !== draft.externalId ||
    !isDeepStrictEqual(group.attributes, draft.attributes)
  )
}

function storable({ replace, add, remove }: MemberChange): MemberChange {
  return { replace: replace?.filter(isId) ?? null, add: add.filter(isId), remove: remove.filter(isId) }
}
