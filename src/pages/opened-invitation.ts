// Opening the invitation that a request names.
import { readInvitationCard } from '../actions/read-invitation-card.ts'
import type { Opened } from './invitation-card.ts'
import type { Visit } from './visit.ts'

/** The invitation of the address, as the token or the session opens it; null alike for every outsider. */
export async function openedBy(v: Visit, token: string | null): Promise<Opened | null> {
  const { id } = v.req.params
  if (typeof id !== 'string') return null
  const card = await readInvitationCard(v.world, { invitationId: id, token, session: v.session })
  return card === null ? null : { card, token: token ?? '' }
}
