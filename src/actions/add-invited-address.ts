// A5: the invited address becomes a second one of the signed-in person's account, and the invitation is accepted with it.
import { hasFreshOwnProof, type SessionView } from '../domain/session.ts'
import { AppError } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import { lock } from '../store/locks.ts'
import { findHolder } from '../store/session-openings.ts'
import { acceptIn } from './accept-invitation.ts'
import { apply } from './apply.ts'
import { checkCode } from './check-code.ts'
import { codeRefusal } from './code-refusal.ts'
import { openAfterJoining } from './open-after-joining.ts'
import { addressChanges } from './prove-address.ts'
import type { InvitationCard } from './read-invitation-card.ts'
import { refusalError } from './refusal-error.ts'
import { refuseAlone } from './refuse-alone.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export type AddedAddress =
  | { outcome: 'joined'; token: string | null; expiresAt: Date }
  /** A6: another account of the person holds the address; nothing is merged silently. */
  | { outcome: 'two_accounts' }

/**
 * Needs a code at the new address (P1) and an own proof at most ten minutes old in this session (T-37). AppError forbidden
 * `own_proof_required`, unprocessable `code_wrong` or `code_expired`, conflict with the reason of the refusal.
 */
export async function addInvitedAddress(
  world: World,
  addition: { card: InvitationCard; session: SessionView; code: string; browser: string },
): Promise<AddedAddress> {
  const { card, session, code, browser } = addition
  if (!hasFreshOwnProof(session, world.clock.now())) {
    throw new AppError('forbidden', 'own_proof_required', 'Adding an address needs an own proof.', {
      details: { reason: 'own_proof_required', nextActor: 'person' },
    })
  }
  const { invitationId, key } = card
  const accountId = session.account.id
  const result = await refuseAlone(world, card, () =>
    inTransaction(world, async (tx) => {
      await lock(tx, [`key:${key}`])
      const binding = { purpose: 'add-address', key, browser, invitationId, accountId } as const
      const verdict = await checkCode(tx, world, binding, code)
      if (!verdict.ok) return verdict
      const holder = await findHolder(tx, key)
      if (holder !== null && holder.accountId !== accountId) return { outcome: 'two_accounts' } as const
      return join(tx, world, card, session)
    }),
  )
  if ('ok' in result) throw codeRefusal(result)
  return result
}

async function join(
  tx: Transaction,
  world: World,
  card: InvitationCard,
  session: SessionView,
): Promise<AddedAddress> {
  const { invitationId, organizationId, key, email } = card
  const accountId = session.account.id
  const actor = { type: 'person', id: accountId, accountId } as const
  const proven = { address: email, key, organizationId }
  await apply(
    tx,
    world,
    { organizationId, actor },
    addressChanges(accountId, proven, false, world.clock.now()),
  )
  const accepted = await acceptIn(tx, world, { invitationId, accountId, proof: 'P1', actor })
  if ('refused' in accepted) throw refusalError(accepted.refused)
  const opened = await openAfterJoining(tx, world, {
    accountId,
    organizationId,
    provenKey: null,
    present: session,
  })
  return { outcome: 'joined', ...opened }
}
