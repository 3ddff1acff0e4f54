// Pushes: what a directory did to one record, and the event that tells of it.
import type { Change, Decision, EventDraft } from '../domain/change.ts'
import type { Directory, DirectoryRecord } from '../domain/directory.ts'

export type PushingDirectory = Pick<Directory, 'id' | 'organizationId' | 'preset' | 'notify' | 'status'> & {
  /** Told what its pushes are about to write; a deed that is run again tells again. */
  readonly told?: ((changes: readonly Change[]) => void) | undefined
}

export type RecordPush =
  | { kind: 'created'; before: null; after: DirectoryRecord }
  | { kind: 'updated' | 'groups'; before: DirectoryRecord; after: DirectoryRecord }
  | { kind: 'deleted'; before: DirectoryRecord; after: null }

/** The event of a push as a change. */
export function told(push: RecordPush, decision: Decision): Change {
  return { kind: 'event', event: draft(push, decision, push.before?.accountId ?? null) }
}

/** The event of a push with the decision that it led to. */
export function draft(push: RecordPush, decision: Decision, accountId: string | null): EventDraft {
  const record = push.after ?? push.before
  return {
    type: `directory_user.${push.kind === 'groups' ? 'groups_changed' : push.kind}`,
    subject: { type: 'directory_user', id: record.id, email: record.email, key: record.emailKey },
    accountId,
    decision,
    data: { active: push.after?.active ?? false, userName: record.userName },
  }
}
