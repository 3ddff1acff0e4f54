// Writes to what directory records are bound to, to their tombstones, and to the questions that wait for a person.
import type { ConflictDraft } from '../domain/change.ts'
import type { DirectoryRecord, Tombstone } from '../domain/directory.ts'
import { newId } from '../kernel/ids.ts'
import { statement, type Transaction } from './database.ts'

const bind = statement(
  'record_bind',
  'update directory_users set account_id = $2, bound_rule = $3, bound_at = $4 where id = $1 and account_id is null',
)

/** Binds an unbound record; its version and lastModified stay, for the directory sees nothing of it. */
export async function bindRecord(
  tx: Transaction,
  recordId: string,
  accountId: string,
  rule: string,
  at: Date,
): Promise<void> {
  await tx.run(bind, [recordId, accountId, rule, at])
}

const unbind = statement(
  'record_unbind',
  'update directory_users set account_id = null, bound_rule = null, bound_at = null where id = $1',
)
const bury = statement(
  'tombstone_create',
  `insert into directory_tombstones (id, directory_id, organization_id, record_id, external_id, user_name_key, keys, account_id, was_active, group_ids, cause, deleted_at)
   values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12)`,
)

/** Leaves a tombstone for the person whose record was deleted, or whose record became another person's (C16), and answers it. */
export async function buryRecord(
  tx: Transaction,
  record: DirectoryRecord,
  cause: 'deleted' | 'replaced',
  at: Date,
): Promise<Tombstone> {
  const { directoryId, externalId, userNameKey, accountId, groupIds } = record
  const buried: Tombstone = {
    id: newId(),
    directoryId,
    recordId: record.id,
    externalId,
    userNameKey,
    keys: record.emailKey === null ? [] : [record.emailKey],
    accountId,
    wasActive: record.active,
    groupIds,
    deletedAt: at,
  }
  await tx.run(bury, [
    buried.id,
    directoryId,
    record.organizationId,
    record.id,
    externalId,
    userNameKey,
    buried.keys,
    accountId,
    record.active,
    groupIds,
    cause,
    at,
  ])
  return buried
}

/** Takes a record from its account; with a moment it leaves a tombstone for who was there. */
export async function unbindRecord(
  tx: Transaction,
  record: DirectoryRecord,
  buriedAt: Date | null,
): Promise<void> {
  if (buriedAt) await buryRecord(tx, record, 'replaced', buriedAt)
  await tx.run(unbind, [record.id])
}

const tombstoneEnd = statement(
  'tombstone_end',
  'update directory_tombstones set ended_at = $2 where id = $1 and ended_at is null',
)

export async function endTombstone(tx: Transaction, tombstoneId: string, at: Date): Promise<void> {
  await tx.run(tombstoneEnd, [tombstoneId, at])
}

const fell = statement('record_fell', 'update directory_users set role_fell_at = $2 where id = $1')

/** C19: remembers that the record left its last mapped group. */
export async function markFall(tx: Transaction, recordId: string, at: Date): Promise<void> {
  await tx.run(fell, [recordId, at])
}

const conflictOpen = statement(
  'conflict_open',
  `insert into conflicts (id, organization_id, kind, state, fingerprint, key, account_id, connection_id, subject, directory_user_id, membership_id, choices, detail, created_at, directory_id)
   values ($1,$2,$3,'open',$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14) on conflict (organization_id, fingerprint) where state = 'open' do nothing returning id`,
)

/** Opens a question for an administrator; the same question twice is one. Answers its id, null where it stood already. */
export async function openConflict(
  tx: Transaction,
  organizationId: string,
  conflict: ConflictDraft,
  at: Date,
): Promise<string | null> {
  const {
    kind,
    key,
    accountId,
    connectionId,
    subject,
    directoryUserId,
    membershipId,
    choices,
    detail,
    directoryId,
  } = conflict
  const about = [kind, key, accountId, connectionId, subject, directoryUserId]
  const fingerprint = JSON.stringify(directoryId ? [...about, directoryId] : about)
  const [row] = await tx.rows<{ id: string }>(conflictOpen, [
    newId(),
    organizationId,
    kind,
    fingerprint,
    key,
    accountId,
    connectionId,
    subject && JSON.stringify(subject),
    directoryUserId,
    membershipId,
    choices,
    detail,
    at,
    directoryId ?? null,
  ])
  return row?.id ?? null
}
