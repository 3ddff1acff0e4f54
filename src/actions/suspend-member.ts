// Suspending a member here: sessions end at once, grants stay for the day it is lifted.
import type { Caller } from './authorize.ts'
import { lastOwner, openMember, settleHand } from './member-deed.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Idempotent. AppError conflict `last_owner` (D4). */
export async function suspendMember(world: World, caller: Caller, membershipId: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { scope, membership, facts } = await openMember(tx, world, caller, membershipId)
    if (membership.suspendedByAdminAt !== null) return
    if (membership.ownerSince !== null && facts.otherOwners === 0) throw refusalError(lastOwner())
    const folded = { ...facts, membership: { ...membership, suspendedByAdminAt: world.clock.now() } }
    await settleHand(tx, world, scope, folded, { rule: 'A12', type: 'member.suspended_by_hand' })
  })
}
