// What a change of a group's members means for each person concerned: their own event, as every push about them is (H1, C19).
import type { DirectoryRecord } from '../domain/directory.ts'
import type { Transaction } from '../store/database.ts'
import { deferPushes, markFalls } from '../store/deferred-pushes.ts'
import { adoptGroup, readMappedGroups, readRecords } from '../store/record-facts.ts'
import { markFall } from '../store/record-writes.ts'
import { drainDeferred } from './deferred-pushes.ts'
import type { PushingDirectory } from './push-event.ts'
import { reconcilePush } from './reconcile-push.ts'
import { afterCommit } from './transaction.ts'
import type { World } from './world.ts'

/** How many people of a push are settled within it; more are settled after it, each alone. */
const MOST_AT_ONCE = 50

export interface GroupPush {
  groupId: string
  /** The records that came into the group or left it. */
  recordIds: readonly string[]
  /** True where they left, or the group was deleted. */
  removed: boolean
}

/** Ties mapping rows that waited for a group of this name to the new group; call it before its members are reconciled. */
export async function reconcileNewGroup(
  tx: Transaction,
  directoryId: string,
  groupId: string,
  displayName: string,
): Promise<void> {
  await adoptGroup(tx, directoryId, groupId, displayName)
}

/**
 * Reconciles the people of one group push whose rows are written already. A group that no mapping names changes nothing for people who are
 * bound, so only the unbound are looked at then. Who leaves their last mapped group falls (C19). Of a large push the facts stand when it
 * commits, and the people are settled within seconds after it.
 */
export async function reconcileGroups(
  tx: Transaction,
  world: World,
  directory: PushingDirectory,
  push: GroupPush,
): Promise<void> {
  if (directory.status !== 'active' || push.recordIds.length === 0) return
  const mapped = await readMappedGroups(tx, directory.id)
  const governs = mapped.includes(push.groupId)
  if (push.recordIds.length > MOST_AT_ONCE) return defer(tx, world, push, mapped)
  const records = await readRecords(tx, push.recordIds)
  for (const record of records) {
    if (record.accountId !== null && !governs) continue
    const falls = push.removed && governs && !record.groupIds.some((id) => mapped.includes(id))
    const after: DirectoryRecord = falls ? { ...record, roleFellAt: world.clock.now() } : record
    if (falls) await markFall(tx, record.id, world.clock.now())
    await reconcilePush(tx, world, directory, { kind: 'groups', before: record, after })
  }
}

async function defer(
  tx: Transaction,
  world: World,
  { groupId, recordIds, removed }: GroupPush,
  mapped: readonly string[],
): Promise<void> {
  const now = world.clock.now()
  const governs = mapped.includes(groupId)
  if (removed && governs) await markFalls(tx, recordIds, mapped, now)
  if ((await deferPushes(tx, recordIds, governs, now)) > 0) afterCommit(tx, () => drainDeferred(world))
}
