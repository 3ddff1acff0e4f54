// Carrying an open invitation once more: by mail, or as a link that is shown once.
import { isExpired } from '../domain/invitation.ts'
import { actorOf, type Caller } from './authorize.ts'
import { carryInvitation } from './carry-invitation.ts'
import { requireMailAllowance } from './mail-allowance.ts'
import { openInvitation, pastError } from './open-invitation.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** `url` and `code` are answered for `link` alone, once. With `replace` every earlier link and code of the invitation ends. */
export async function deliverInvitation(
  world: World,
  caller: Caller,
  id: string,
  how: { channel: 'email' | 'link'; replace: boolean },
): Promise<{ deliveryId: string; url?: string; code?: string }> {
  return inTransaction(world, async (tx) => {
    const { organization, invitation } = await openInvitation(tx, caller, id)
    const now = world.clock.now()
    const open =
      invitation.status === 'accepted_waiting' ||
      (invitation.status === 'pending' && !isExpired(invitation, now))
    if (!open) throw pastError(invitation, now)
    if (how.channel === 'email') await requireMailAllowance(tx, world, organization.id, invitation.key)
    const carried = await carryInvitation(tx, world, invitation, how)
    await recordEvent(tx, world, {
      organizationId: organization.id,
      type: 'invitation.delivered',
      actor: actorOf(caller),
      subject: { type: 'invitation', id, email: invitation.email, key: invitation.key },
      data: { channel: how.channel, replace: how.replace },
    })
    return how.channel === 'link' ? carried : { deliveryId: carried.deliveryId }
  })
}
