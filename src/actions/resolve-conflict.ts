// Answering a question that waits for an administrator: whose identity, whose record, whether a denial stands (B8, E9, C9, C12, H7).
import { OWNER } from '../domain/organization.ts'
import { invalidField, notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { type Conflict, closeConflict, lockConflict, readConflict } from '../store/conflict-answers.ts'
import { reader, type Transaction } from '../store/database.ts'
import { type LockName, lock } from '../store/locks.ts'
import { answerDenial } from './answer-denial.ts'
import { answerHold } from './answer-hold.ts'
import { answerIdentity } from './answer-identity.ts'
import { answerRecord } from './answer-record.ts'
import type { Answering } from './answering.ts'
import { actorOf, authorize, type Caller, requireOver } from './authorize.ts'
import { settleHold } from './deprovision-brake.ts'
import { recordEvent } from './record-event.ts'
import { refusalError } from './refusal-error.ts'
import { requireOverAccount } from './require-over-account.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Answers that leave things as they are, and may therefore be changed later. */
const REVISABLE = ['keep', 'keep_closed']

/**
 * A hold of many (H7) is for owners alone. Idempotent for the same choice; an answer that moved something cannot be taken back (409 `already_resolved`). AppError not_found for unknown
 * ids and other organizations' alike, forbidden for an administrator where an owner would be moved, invalid for a choice that the question does not list, conflict `domain_unproven` where `new_account`
 * would take an address from an account outside the organization's own domains.
 */
export async function resolveConflict(
  world: World,
  caller: Caller,
  id: string,
  choice: string,
): Promise<void> {
  const known = isId(id) ? await readConflict(reader(world.dataSource), id) : null
  if (!known) throw notFound('The conflict')
  await inTransaction(world, async (tx) => {
    await authorize(tx, caller, known.organizationId, 'admin').catch((error) => {
      throw error.kind === 'not_found' ? notFound('The conflict') : error
    })
    await lock(tx, locksOf(known))
    const conflict = await lockConflict(tx, id)
    if (!conflict) throw notFound('The conflict')
    if (!conflict.choices.includes(choice))
      throw invalidField('choice', `must be one of ${conflict.choices.join(', ')}`)
    if (!isOpenFor(conflict, choice)) return
    if (conflict.kind === 'H7') requireOver(caller, OWNER)
    if (!REVISABLE.includes(choice))
      await requireOverAccount(tx, caller, conflict.organizationId, conflict.accountId)
    const scope = { organizationId: conflict.organizationId, actor: actorOf(caller) }
    await answer(tx, world, { conflict, scope, caller, choice })
  })
  if (known.kind === 'H7') await settleHold(world, known)
}

async function answer(tx: Transaction, world: World, answering: Answering): Promise<void> {
  const { conflict, scope, choice } = answering
  const { id, kind, key, accountId, detail, directoryUserId, connectionId } = conflict
  // Closed first: what is settled below must not find its own question open.
  await closeConflict(tx, id, { choice, by: scope.actor }, world.clock.now())
  await recordEvent(tx, world, {
    ...scope,
    type: 'conflict.resolved',
    subject: { type: 'conflict', id, key },
    accountId,
    decision: {
      rule: kind,
      outcome: 'change',
      nextActor: 'nobody',
      inputs: { choice, directoryUserId, connectionId },
    },
    data: { choice, detail },
  })
  if (kind === 'B8') await answerIdentity(tx, world, answering)
  else if (kind === 'E9') await answerRecord(tx, world, answering)
  else if (kind === 'H7') await answerHold(tx, world, answering)
  else await answerDenial(tx, world, answering)
}

/** Whether the choice is news; AppError conflict where another one was carried out. */
function isOpenFor(conflict: Conflict, choice: string): boolean {
  if (conflict.state === 'open') return true
  const given = conflict.resolution?.choice ?? ''
  if (given === choice) return false
  if (REVISABLE.includes(given)) return true
  throw refusalError({
    rule: conflict.kind,
    reason: 'identity_conflict',
    nextActor: 'nobody',
    message: `This question was answered with ${given}, which was carried out.`,
    details: { choice: given },
  })
}

function locksOf({ key, accountId }: Conflict): LockName[] {
  return [
    ...(key === null ? [] : [`key:${key}` as const]),
    ...(accountId === null ? [] : [`account:${accountId}` as const]),
  ]
}
