// The people of a large group push, settled one by one after it: no lock is held for long, and none of them is forgotten.

import type { Transaction } from '../store/database.ts'
import { readPushingDirectory, takeDeferred } from '../store/deferred-pushes.ts'
import { readRecords } from '../store/record-facts.ts'
import type { PushingDirectory } from './push-event.ts'
import { reconcilePush } from './reconcile-push.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const AT_ONCE = 4

interface Draining {
  running: Promise<void>
  again: boolean
  stopped: boolean
}

const drainings = new WeakMap<World, Draining>()

/** Begins to settle what waits, unless it is being done; nobody waits for it. A node that ends leaves the rest to the others and to the chores. */
export function drainDeferred(world: World): void {
  const standing = drainings.get(world)
  if (standing) {
    standing.again = true
    return
  }
  const draining: Draining = { running: Promise.resolve(), again: false, stopped: false }
  drainings.set(world, draining)
  draining.running = drain(world, draining).finally(() => drainings.delete(world))
}

/** Settles everything that waits, and resolves when nothing does. */
export async function settleDeferred(world: World): Promise<void> {
  drainDeferred(world)
  await drainings.get(world)?.running
}

/** Ends after the people in hand: when the server stops. */
export async function stopDeferred(world: World): Promise<void> {
  const draining = drainings.get(world)
  if (!draining) return
  draining.stopped = true
  await draining.running
}

async function drain(world: World, draining: Draining): Promise<void> {
  do {
    draining.again = false
    try {
      await Promise.all(Array.from({ length: AT_ONCE }, () => drainAlone(world, draining)))
    } catch (error) {
      world.log.error({ err: error }, 'the people of a group push could not all be settled yet')
    }
  } while (draining.again && !draining.stopped)
}

/** One person, one transaction. */
async function drainAlone(world: World, draining: Draining): Promise<void> {
  let found = true
  while (found && !draining.stopped) found = await inTransaction(world, (tx) => settleNext(tx, world))
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
