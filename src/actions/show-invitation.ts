// An invitation as administrators see it: a pending one with the one reason why it still is.
import { type PendingFacts, pendingReason } from '../decisions/pending-reason.ts'
import type { InvitationRow } from '../store/invitations.ts'

export type ShownInvitation = Omit<InvitationRow, 'pending'>

export function showInvitation({ pending, ...row }: InvitationRow): ShownInvitation {
  return pending === null ? row : { ...row, statusReason: pendingReason(pending as PendingFacts) }
}
