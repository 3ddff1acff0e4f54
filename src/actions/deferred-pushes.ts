// The people of a large group push, settled one by one after it: no lock is held for long, and none of them is forgotten.

import type { Transaction } from '../store/database.ts'
import { readPushingDirectory, takeDeferred } from '../store/deferred-pushes.ts'
import { readRecords } from '../store/record-facts.ts'
import { oneAtATime } from './one-at-a-time.ts'
import type { PushingDirectory } from './push-event.ts'
import { reconcilePush } from './reconcile-push.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const AT_ONCE = 4

const drains = oneAtATime('the people of a group push could not all be settled yet')

/** Begins to settle what waits, unless it is being done; nobody waits for it. A node that ends leaves the rest to the others and to the chores. */
export function drainDeferred(world: World): void {
  drains.ask(world, 'all', async (isStopped) => {
    await Promise.all(Array.from({ length: AT_ONCE }, () => drainAlone(world, isStopped)))
  })
}

/** Settles everything that waits, and resolves when nothing does. */
export function settleDeferred(world: World): Promise<void> {
  drainDeferred(world)
  return drains.settle(world)
}

/** Ends after the people in hand: when the server stops. */
export function stopDeferred(world: World): Promise<void> {
  return drains.settle(world, true)
}

/** One person, one transaction. */
async function drainAlone(world: World, isStopped: () => boolean): Promise<void> {
  let found = true
  while (found && !isStopped()) found = await inTransaction(world, (tx) => settleNext(tx, world))
}

async function settleNext(tx: Transaction, world: World): Promise<boolean> {
  const recordId = await takeDeferred(tx)
  if (recordId === null) return false
  const [record] = await readRecords(tx, [recordId])
  const directory = await readPushingDirectory<PushingDirectory>(tx, recordId)
  if (record && directory)
    await reconcilePush(tx, world, directory, { kind: 'groups', before: record, after: record })
  return true
}
