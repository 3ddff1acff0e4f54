// What a directory's own invitation does when its record changes: it lives, moves and ends with the record (C2, E5).
import type { Change } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { type Invitation, isOpen } from '../domain/invitation.ts'

/** Changes to the invitations that the directory made for this record; `record` is null once it is deleted or disconnected. */
export function followRecord(
  facts: { now: Date; invitations: readonly Invitation[] },
  recordId: string,
  record: DirectoryRecord | null,
): Change[] {
  const own = facts.invitations.filter(
    (i) => i.directoryUserId === recordId && i.invitedBy.type === 'directory',
  )
  const pending = own.find((i) => i.status === 'pending')
  if (!record?.active)
    return pending ? [update(pending, { status: 'revoked', statusReason: 'directory' })] : []
  const key = record.emailKey
  const taken = facts.invitations.some(
    (i) => i.key === key && i !== pending && (isOpen(i, facts.now) || i.status === 'accepted_waiting'),
  )
  if (pending && key !== null && record.email !== null && key !== pending.key && !taken)
    return [update(pending, { email: record.email, key })]
  const held = own.find((i) => i.status === 'revoked' && i.statusReason === 'directory' && i.key === key)
  if (!pending && held && !taken) return [update(held, { status: 'pending', statusReason: null })]
  return []
}

function update(
  invitation: Invitation,
  patch: Extract<Change, { kind: 'invitation.update' }>['patch'],
): Change {
  return { kind: 'invitation.update', invitationId: invitation.id, patch }
}
