// Giving an invitation more time, counted from now; an expired one lives again with the same link.
import { isExpired } from '../domain/invitation.ts'
import { readAddressState } from '../store/invitation-reads.ts'
import { readRemovalOf } from '../store/membership-reads.ts'
import { apply } from './apply.ts'
import { actorOf, type Caller } from './authorize.ts'
import { openInvitation, pastError } from './open-invitation.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const REVIVABLE_DAYS = 90

/** AppError conflict `already_invited` where another offer to the address is open, `removed_by_admin` where the person was removed since. */
export async function extendInvitation(
  world: World,
  caller: Caller,
  id: string,
  days: 7 | 14 | 30,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { organization, invitation } = await openInvitation(tx, caller, id)
    const now = world.clock.now()
    if (invitation.status !== 'pending') throw pastError(invitation, now)
    if (isExpired(invitation, now)) {
      if (now.getTime() - invitation.expiresAt.getTime() > REVIVABLE_DAYS * 86_400_000)
        throw pastError(invitation, now)
      const removedAt = await readRemovalOf(tx, organization.id, invitation.key)
      if (removedAt && removedAt > invitation.createdAt) {
        throw refusalError({
          rule: 'D1',
          reason: 'removed_by_admin',
          nextActor: 'org_admin',
          message: 'The person was removed since; invite anew.',
        })
      }
      const state = await readAddressState(tx, organization.id, invitation.key, false)
      const other = state.invitations.find(
        (i) =>
          i.id !== id && (i.status === 'accepted_waiting' || (i.status === 'pending' && !isExpired(i, now))),
      )
      if (other)
        throw refusalError({
          rule: 'F5',
          reason: 'already_invited',
          nextActor: 'person',
          message: 'The address has another open invitation.',
          details: { invitationId: other.id },
        })
    }
    await apply(tx, world, { organizationId: organization.id, actor: actorOf(caller) }, [
      {
        kind: 'invitation.update',
        invitationId: id,
        patch: { expiresAt: new Date(now.getTime() + days * 86_400_000) },
      },
      {
        kind: 'event',
        event: {
          type: 'invitation.extended',
          subject: { type: 'invitation', id, email: invitation.email, key: invitation.key },
          data: { days },
        },
      },
    ])
  })
}
