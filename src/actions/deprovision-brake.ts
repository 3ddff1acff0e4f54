// The brake on mass deprovisioning (H7): looks after each suspension how many there were of late, and holds them until an owner answers.
import type { ConflictDraft } from '../domain/change.ts'
import { enoughMembers, isTooMany } from '../domain/deprovision-hold.ts'
import { newId } from '../kernel/ids.ts'
import { reader } from '../store/database.ts'
import {
  countActive,
  countSuspended,
  listUnfinishedHolds,
  listUnsettled,
  openHold,
  readBrake,
} from '../store/deprovision-holds.ts'
import { lock } from '../store/locks.ts'
import { openConflict } from '../store/record-writes.ts'
import { oneAtATime } from './one-at-a-time.ts'
import { recordEvent } from './record-event.ts'
import { settleAnswered } from './settle-answered.ts'
import { tellAdministrators } from './tell-administrators.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

interface Suspending {
  organizationId: string
  directoryId: string
}

const looks = oneAtATime('the brake on mass deprovisioning could not be applied')

/**
 * Called after the commit of a suspension by a directory; nobody waits for it. However many come at once, one look runs for a directory and
 * one more follows it. A node that ends before its look leaves it to the next suspension, or to the chores.
 */
export function watchSuspensions(world: World, suspending: Suspending): void {
  looks.ask(world, suspending.directoryId, () => applyBrake(world, suspending))
}

/** Waits for the looks that are under way: when the server stops, and in tests. */
export function settleBrakes(world: World): Promise<void> {
  return looks.settle(world)
}

/** Opens or lengthens the hold where the directory suspended too many, and lets everybody whom it holds back in. */
async function applyBrake(world: World, suspending: Suspending): Promise<void> {
  const { organizationId, directoryId } = suspending
  const read = reader(world.dataSource)
  const brake = await readBrake(read, organizationId)
  if (!brake) return
  const now = world.clock.now()
  const since = new Date(now.getTime() - brake.minutes * 60_000)
  const { suspended, fromAt } = await countSuspended(read, organizationId, directoryId, since)
  if (fromAt === null) return
  const members = await countActive(read, organizationId, enoughMembers(brake, suspended))
  if (!isTooMany(brake, suspended, members)) return
  const untilAt = new Date(now.getTime() + brake.minutes * 60_000)
  await inTransaction(world, async (tx) => {
    await lock(tx, [`brake:${directoryId}`])
    const detail = `A directory switched off ${suspended} members within ${brake.minutes} minutes. They stay members until an owner confirms or restores it.`
    const id = await openConflict(tx, organizationId, question(directoryId, detail), now)
    await openHold(tx, organizationId, { id: id ?? newId(), directoryId, fromAt, untilAt })
    if (id === null) return
    await recordEvent(tx, world, {
      organizationId,
      actor: { type: 'system', id: null },
      type: 'directory.deprovision_held',
      subject: { type: 'conflict', id },
      decision: { rule: 'H7', outcome: 'wait', reason: 'deprovision_held', nextActor: 'org_admin' },
      data: { directoryId, suspended, detail },
    })
    await tellAdministrators(tx, world, organizationId, 'deprovision-held', { detail: String(suspended) })
  })
  for (const hold of await listUnfinishedHolds(read))
    if (hold.directoryId === directoryId) await settleHold(world, hold)
}

/** Settles everybody whose membership does not stand as the hold says, each in a transaction of their own; twice is once. */
export async function settleHold(world: World, hold: { id: string; organizationId: string }): Promise<void> {
  const { id, organizationId } = hold
  const scope = { organizationId, actor: { type: 'system', id: null } } as const
  for (const accountId of await listUnsettled(reader(world.dataSource), id))
    await inTransaction(world, (tx) => settleAnswered(tx, world, scope, accountId, 'H7'))
}

/** What a node that ended left undone; answers how many holds there are. */
export async function settleHolds(world: World): Promise<number> {
  const holds = await listUnfinishedHolds(reader(world.dataSource))
  for (const hold of holds) await settleHold(world, hold)
  return holds.length
}

function question(directoryId: string, detail: string): ConflictDraft {
  return {
    kind: 'H7',
    key: null,
    accountId: null,
    connectionId: null,
    subject: null,
    directoryUserId: null,
    membershipId: null,
    directoryId,
    choices: ['confirm', 'restore'],
    detail,
  }
}
