// The open invitations that a signed-in person may see: those to the addresses that this session proves.
import { sessionProof } from '../decisions/session-proof.ts'
import { shownStatus } from '../domain/invitation.ts'
import type { SessionView } from '../domain/session.ts'
import { reader } from '../store/database.ts'
import { findPendingCards } from '../store/invitation-cards.ts'
import type { World } from './world.ts'

export interface MyInvitation {
  invitationId: string
  organizationName: string
  role: string
}

/** Pending and not expired, the newest first. A session that an organization's Connection opened shows that organization's own only. */
export async function listMyInvitations(world: World, session: SessionView): Promise<MyInvitation[]> {
  const now = world.clock.now()
  const keys = session.account.addresses.filter((held) => held.verified).map((held) => held.key)
  const cards = await findPendingCards(reader(world.dataSource), keys)
  return cards
    .filter(
      (card) =>
        shownStatus({ ...card, invitedBy: { type: card.invitedByType, id: null } }, now) === 'pending',
    )
    .filter(({ key, organizationId }) => {
      return sessionProof(session, { key, organizationId, administers: false }, now) === 'P2'
    })
    .map(({ invitationId, organizationName, role }) => ({ invitationId, organizationName, role }))
}
