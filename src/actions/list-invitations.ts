// Lists the invitations of an organization.
import { reader } from '../store/database.ts'
import { listInvitationRows } from '../store/invitations.ts'
import { authorize, type Caller } from './authorize.ts'
import { type ShownInvitation, showInvitation } from './show-invitation.ts'
import type { World } from './world.ts'

export async function listInvitations(
  world: World,
  caller: Caller,
  ref: string,
  query: { status?: string | undefined; after: string | null; limit: number },
): Promise<ShownInvitation[]> {
  const read = reader(world.dataSource)
  const { id: organizationId } = await authorize(read, caller, ref, 'admin')
  const { after, limit } = query
  const rows = await listInvitationRows(read, {
    organizationId,
    status: query.status ?? null,
    after,
    limit,
    now: world.clock.now(),
  })
  return rows.map(showInvitation)
}
