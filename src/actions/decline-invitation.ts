// Declining: a proven person says no; a scanner that presses the button cannot.
import { takeInvitation } from '../decisions/take-invitation.ts'
import type { Actor } from '../domain/reason.ts'
import { notFound } from '../kernel/errors.ts'
import { readInvitation } from '../store/invitation-reads.ts'
import { lock } from '../store/locks.ts'
import { apply } from './apply.ts'
import { pastError } from './open-invitation.ts'
import { refusalError } from './refusal-error.ts'
import { loadLocked } from './settle.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Idempotent; AppError conflict where the invitation is settled, past, or not the account's to answer. */
export async function declineInvitation(
  world: World,
  declination: { invitationId: string; accountId: string; actor: Actor },
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { invitationId, accountId, actor } = declination
    const known = await readInvitation(tx, invitationId)
    if (!known) throw notFound('The invitation')
    await lock(tx, [`key:${known.key}`])
    const facts = await loadLocked(tx, world, {
      organizationId: known.organizationId,
      accountId,
      keys: [known.key],
      recordIds: [],
    })
    const invitation = facts.invitations.find((i) => i.id === invitationId)
    if (!facts.account || !invitation) throw notFound('The account')
    if (invitation.status === 'declined' && invitation.accountId === accountId) return
    const refused = takeInvitation(facts, invitation, false)
    if (refused) throw refusalError(refused)
    if (invitation.status !== 'pending') throw pastError(invitation, facts.now)
    await apply(tx, world, { organizationId: known.organizationId, actor }, [
      {
        kind: 'invitation.update',
        invitationId,
        patch: { status: 'declined', statusReason: null, accountId, settledAt: facts.now },
      },
      {
        kind: 'event',
        event: {
          type: 'invitation.declined',
          subject: { type: 'invitation', id: invitationId, email: invitation.email, key: invitation.key },
          accountId,
        },
      },
    ])
  })
}
