// The invitation that a directory makes for somebody whose domain is not proven (C2, C4).
import type { Change } from '../domain/change.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import type { Policies } from '../domain/organization.ts'
import { newId } from '../kernel/ids.ts'
import type { PushingDirectory } from './push-event.ts'
import type { World } from './world.ts'

/** One pending invitation, mailed once unless the directory says not; it grants nothing by itself. */
export function directoryInvitation(
  world: World,
  directory: PushingDirectory,
  record: DirectoryRecord,
  policies: Policies,
): Change[] {
  if (record.email === null || record.emailKey === null) return []
  const now = world.clock.now()
  const id = newId()
  return [
    {
      kind: 'invitation.create',
      mail: directory.notify,
      invitation: {
        id,
        organizationId: directory.organizationId,
        email: record.email,
        key: record.emailKey,
        role: policies.directoryRole,
        projectIds: [],
        expiresAt: new Date(now.getTime() + policies.invitationTtlDays * 86_400_000),
        message: null,
        language: null,
        invitedBy: { type: 'directory', id: directory.id },
        inviterAccountId: null,
        granting: false,
        directoryUserId: record.id,
        status: 'pending',
        statusReason: null,
        settledAt: null,
        accountId: null,
        supersededBy: null,
        roleEndedAt: null,
        endedAt: null,
        createdAt: now,
      },
    },
    {
      kind: 'event',
      event: {
        type: 'invitation.created',
        subject: { type: 'invitation', id, email: record.email, key: record.emailKey },
      },
    },
  ]
}
