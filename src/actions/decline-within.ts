// The declination of an invitation by its proven person, inside its caller's transaction.
import { isOpen } from '../domain/invitation.ts'
import type { Actor } from '../domain/reason.ts'
import { notFound } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import { readInvitation } from '../store/invitation-reads.ts'
import { lock } from '../store/locks.ts'
import { apply } from './apply.ts'
import { pastError } from './open-invitation.ts'
import type { World } from './world.ts'

/** Twice equals once. AppError conflict where the invitation no longer waits for an answer. */
export async function declineWithin(
  tx: Transaction,
  world: World,
  { invitationId, actor }: { invitationId: string; actor: Actor },
): Promise<void> {
  const found = await readInvitation(tx, invitationId)
  if (found === null) throw notFound('The invitation')
  await lock(tx, [`key:${found.key}`])
  const invitation = (await readInvitation(tx, invitationId)) ?? found
  if (invitation.status === 'declined') return
  if (!isOpen(invitation, world.clock.now())) throw pastError(invitation, world.clock.now())
  const { organizationId, email, key } = invitation
  await apply(tx, world, { organizationId, actor }, [
    {
      kind: 'invitation.update',
      invitationId,
      patch: { status: 'declined', settledAt: world.clock.now() },
    },
    {
      kind: 'event',
      event: { type: 'invitation.declined', subject: { type: 'invitation', id: invitationId, email, key } },
    },
  ])
}
