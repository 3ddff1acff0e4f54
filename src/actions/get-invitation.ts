// Reads one invitation with its deliveries.
import { notFound } from '../kernel/errors.ts'
import { reader } from '../store/database.ts'
import { findInvitation } from '../store/invitations.ts'
import { authorize, type Caller } from './authorize.ts'
import { type ShownInvitation, showInvitation } from './show-invitation.ts'
import type { World } from './world.ts'

export async function getInvitation(
  world: World,
  caller: Caller,
  invitationId: string,
): Promise<ShownInvitation> {
  const read = reader(world.dataSource)
  const found = await findInvitation(read, invitationId, world.clock.now())
  if (found === null) throw notFound('The invitation')
  await authorize(read, caller, found.organizationId, 'admin', 'The invitation')
  return showInvitation(found)
}
