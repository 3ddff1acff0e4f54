// Carrying an open invitation once more: by mail, or as a link that is shown once.
import { isExpired } from '../domain/invitation.ts'
import { AppError } from '../kernel/errors.ts'
import { countInvitationMails } from '../store/deliveries.ts'
import { actorOf, type Caller } from './authorize.ts'
import { carryInvitation } from './carry-invitation.ts'
import { openInvitation, pastError } from './open-invitation.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Mails that one address may get from one organization in a day (T-30). */
const MAILS_A_DAY = 3

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
    if (how.channel === 'email' && world.rateLimits) {
      const since = new Date(now.getTime() - 86_400_000)
      if ((await countInvitationMails(tx, organization.id, invitation.key, since)) >= MAILS_A_DAY) {
        throw new AppError(
          'too_many',
          'rate_limited',
          `This address got ${MAILS_A_DAY} mails within a day; copy a link instead.`,
          { details: { retryAfterSeconds: 3600 } },
        )
      }
    }
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
