// The answers to C9 and C12: whether a directory may bring somebody back whom people, or another directory, closed out.
import type { Transaction } from '../store/database.ts'
import type { Answering } from './answering.ts'
import { requireOver } from './authorize.ts'
import { settleHand } from './member-deed.ts'
import { loadLocked } from './settle.ts'
import type { World } from './world.ts'

/**
 * `allow` lifts an administrator's removal or suspension (C9), or lets the directory that says yes prevail (C12); it grants nothing by itself.
 * `keep` and `keep_closed` leave everything as it is.
 */
export async function answerDenial(tx: Transaction, world: World, answering: Answering): Promise<void> {
  const { conflict, scope, caller, choice } = answering
  if (choice !== 'allow' || conflict.accountId === null) return
  const { organizationId, accountId, kind } = conflict
  const facts = await loadLocked(tx, world, { organizationId, accountId, keys: [], recordIds: [] })
  const { membership } = facts
  if (!membership) return
  requireOver(caller, membership.role)
  const lifted =
    kind === 'C9'
      ? {
          ...membership,
          suspendedByAdminAt: null,
          heldAt: null,
          allowedAt: membership.removedAt === null ? membership.allowedAt : world.clock.now(),
        }
      : membership
  await settleHand(
    tx,
    world,
    scope,
    { ...facts, membership: lifted },
    { rule: kind, type: 'member.allowed', data: { conflictId: conflict.id } },
  )
}
