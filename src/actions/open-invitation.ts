// Finding the invitation that a caller acts on, locked by its address, with tenancy and rank asked.
import { type Invitation, shownStatus } from '../domain/invitation.ts'
import type { ReasonCode } from '../domain/reason.ts'
import { nextActorOf } from '../domain/reason-actors.ts'
import { type AppError, notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { readInvitation } from '../store/invitation-reads.ts'
import { lock } from '../store/locks.ts'
import { authorize, type Caller, type OrganizationRow } from './authorize.ts'
import { refusalError } from './refusal-error.ts'

/** The invitation as it stands under the lock of its address. AppError not_found for unknown ids and other organizations' alike. */
export async function openInvitation(
  tx: Transaction,
  caller: Caller,
  id: string,
): Promise<{ organization: OrganizationRow; invitation: Invitation }> {
  const known = isId(id) ? await readInvitation(tx, id) : null
  if (!known) throw notFound('The invitation')
  const organization = await authorize(tx, caller, known.organizationId, 'admin').catch((error: AppError) => {
    throw error.kind === 'not_found' ? notFound('The invitation') : error
  })
  await lock(tx, [`key:${known.key}`])
  const invitation = await readInvitation(tx, id)
  if (!invitation) throw notFound('The invitation')
  return { organization, invitation }
}

/** The conflict for an act on an invitation that is past it. */
export function pastError(invitation: Invitation, now: Date): AppError {
  const status = shownStatus(invitation, now)
  const reason: ReasonCode =
    status === 'accepted' || status === 'satisfied' || status === 'accepted_waiting'
      ? 'already_member'
      : status === 'pending'
        ? 'already_invited'
        : status
  return refusalError({
    rule: 'A15',
    reason,
    nextActor: nextActorOf(reason),
    message: `This invitation is ${status.replace('_', ' and ')}; that can no longer be changed.`,
  })
}
