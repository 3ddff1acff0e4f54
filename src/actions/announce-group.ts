// Announces what a deed did to a group, reading the group anew where only its members changed.
import type { DirectoryGroup } from '../domain/directory-person.ts'
import type { MovedMembers } from '../domain/security-event.ts'
import type { Transaction } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { getGroup } from '../store/directory-groups.ts'
import { announceResource } from './announce-resource.ts'
import type { World } from './world.ts'

/** `before` is the group as it was where its attributes changed, else null. Sends no statement where no stream listens. */
export async function announceGroup(
  tx: Transaction,
  world: World,
  directory: DirectoryScope,
  { id, before, members }: { id: string; before: DirectoryGroup | null; members: MovedMembers },
): Promise<void> {
  if (directory.announcer === undefined) return
  const after = await getGroup(tx, directory.id, id, false)
  if (after !== null)
    await announceResource(tx, world, directory, { before: before ?? after, after, members })
}
