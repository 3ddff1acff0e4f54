// Lifting an administrator's suspension; what a directory says stays as it says it (E11).
import type { Caller } from './authorize.ts'
import { openMember, releaseGuards, settleHand } from './member-deed.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Idempotent; sessions do not come back. */
export async function restoreMember(world: World, caller: Caller, membershipId: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { scope, membership, facts } = await openMember(tx, world, caller, membershipId)
    if (membership.suspendedByAdminAt === null && membership.heldAt === null) return
    const folded = { ...facts, membership: { ...membership, suspendedByAdminAt: null, heldAt: null } }
    await settleHand(tx, world, scope, folded, { rule: 'A12', type: 'member.restored_by_hand' })
    if (membership.ownerSince !== null) await releaseGuards(tx, world, scope, membership.accountId)
  })
}
