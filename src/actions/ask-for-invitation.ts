// Tells the inviter and the administrators that somebody asks for an invitation, at most once a day for each invitation (A4, A14).
import { claimAsking, findAskedPeople } from '../store/invitation-askings.ts'
import { postMail } from './post-mail.ts'
import type { InvitationCard } from './read-invitation-card.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const DAY_MS = 24 * 3_600_000

/**
 * `address` is whom to invite: the invited address again, or the one that the person is signed in with. Answers whether anybody was told now;
 * false where they were asked within the last day already.
 */
export async function askForInvitation(
  world: World,
  asking: { card: InvitationCard; address: string; accountId: string | null },
): Promise<{ told: boolean }> {
  const { card, address, accountId } = asking
  return inTransaction(world, async (tx) => {
    const now = world.clock.now()
    const before = new Date(now.getTime() - DAY_MS)
    if (!(await claimAsking(tx, card.invitationId, now, before))) return { told: false }
    const people = await findAskedPeople(tx, card.invitationId)
    for (const to of people) {
      await postMail(tx, world, {
        kind: 'asked-for-invitation',
        to,
        organizationId: card.organizationId,
        data: address === card.email ? { address } : { address: card.email, newAddress: address },
      })
    }
    await recordEvent(tx, world, {
      organizationId: card.organizationId,
      type: 'invitation.asked',
      actor: { type: 'person', id: accountId, accountId },
      subject: { type: 'invitation', id: card.invitationId, email: card.email, key: card.key },
      accountId,
      data: { address, told: people.length },
    })
    return { told: true }
  })
}
