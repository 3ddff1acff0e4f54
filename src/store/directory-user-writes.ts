// Writes of people as their directory sends them: each one statement, e-mail rows included.
import { isDeepStrictEqual } from 'node:util'
import type { DirectoryRecord } from '../domain/directory.ts'
import { type DirectoryPerson, knownAddress, type PersonDraft } from '../domain/directory-person.ts'
import { foldText } from '../domain/fold.ts'
import { statement, type Transaction } from './database.ts'
import { emailFold, type LockedPerson } from './directory-users.ts'

/** The unique constraints that two people of one directory may meet. */
export const userNameUnique = 'directory_users_user_name_key'
export const externalIdUnique = 'directory_users_external_id_key'

const mailRows = (parameter: string) =>
  `json_to_recordset(${parameter}::json) as m(position int, value text, key text, type text, is_primary boolean)`

const insertUser = statement(
  'scim_user_insert',
  `with made as (
    insert into directory_users (id, directory_id, organization_id, user_name, user_name_key, external_id, email, email_key, display_name,
      display_name_key, active, attributes, inactive_since, version, created_at, updated_at)
    values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,1,$14,$14))
  insert into directory_user_emails (directory_user_id, directory_id, position, value, key, type, is_primary)
    select $1, $2, m.position, m.value, m.key, m.type, m.is_primary from ${mailRows('$15')}`,
)

/** Stores a new person; a duplicate fails with 23505 on one of the two constraints above. */
export async function insertDirectoryPerson(
  tx: Transaction,
  owner: { directoryId: string; organizationId: string },
  id: string,
  draft: PersonDraft,
  at: Date,
): Promise<LockedPerson> {
  const known = knownAddress(draft)
  const userNameKey = foldText(draft.userName)
  await tx.run(insertUser, [
    id,
    owner.directoryId,
    owner.organizationId,
    draft.userName,
    userNameKey,
    draft.externalId,
    known?.address ?? null,
    known?.key ?? null,
    draft.displayName,
    draft.sentDisplayName === null ? null : foldText(draft.sentDisplayName),
    draft.active,
    JSON.stringify(draft.attributes),
    draft.active ? null : at,
    at,
    mailJson(draft),
  ])
  const { userName, externalId, active, attributes } = draft
  const shared = { id, userName, externalId, active, version: 1, createdAt: at }
  return {
    person: { ...shared, attributes, updatedAt: at, groups: [] },
    record: {
      ...shared,
      ...owner,
      userNameKey,
      email: known?.address ?? null,
      emailKey: known?.key ?? null,
      displayName: draft.displayName,
      accountId: null,
      groupIds: [],
      inactiveSince: active ? null : at,
      roleFellAt: null,
      frozenAt: null,
    },
  }
}

const updateSet = `update directory_users set user_name = $2, user_name_key = $3, external_id = $4, email = $5, email_key = $6, display_name = $7,
  display_name_key = $8, active = $9, attributes = $10, inactive_since = $11, version = version + 1, updated_at = $12 where id = $1`
const updateUser = statement('scim_user_update', updateSet)
const updateUserAndMails = statement(
  'scim_user_update_emails',
  `with changed as (${updateSet}), gone as (
    delete from directory_user_emails where directory_user_id = $1 and position >= $14)
  insert into directory_user_emails (directory_user_id, directory_id, position, value, key, type, is_primary)
    select $1, $13, m.position, m.value, m.key, m.type, m.is_primary from ${mailRows('$15')}
  on conflict (directory_user_id, position) do update
    set value = excluded.value, key = excluded.key, type = excluded.type, is_primary = excluded.is_primary`,
)

/** Whether the draft says anything else than what is stored. */
export function differs(person: DirectoryPerson, draft: PersonDraft): boolean {
  return (
    person.userName !== draft.userName ||
    person.externalId !== draft.externalId ||
    person.active !== draft.active ||
    !isDeepStrictEqual(person.attributes, draft.attributes)
  )
}

/** Writes a draft over a locked person and answers the person as it then stands. */
export async function updateDirectoryPerson(
  tx: Transaction,
  { person, record }: LockedPerson,
  draft: PersonDraft,
  at: Date,
): Promise<LockedPerson> {
  const known = knownAddress(draft)
  const next: DirectoryRecord = {
    ...record,
    userName: draft.userName,
    userNameKey: foldText(draft.userName),
    externalId: draft.externalId,
    email: known?.address ?? null,
    emailKey: known?.key ?? null,
    displayName: draft.displayName,
    active: draft.active,
    inactiveSince: draft.active ? null : (record.inactiveSince ?? at),
    version: record.version + 1,
  }
  const values: unknown[] = [
    person.id,
    next.userName,
    next.userNameKey,
    next.externalId,
    next.email,
    next.emailKey,
    next.displayName,
    draft.sentDisplayName === null ? null : foldText(draft.sentDisplayName),
    next.active,
    JSON.stringify(draft.attributes),
    next.inactiveSince,
    at,
  ]
  if (isDeepStrictEqual(person.attributes.emails, draft.attributes.emails)) await tx.run(updateUser, values)
  else await tx.run(updateUserAndMails, [...values, record.directoryId, draft.emails.length, mailJson(draft)])
  const { userName, externalId, active, attributes } = draft
  const after = { ...person, userName, externalId, active, attributes, version: next.version, updatedAt: at }
  return { person: after, record: next }
}

const deleteUser = statement('scim_user_delete', 'delete from directory_users where id = $1')

/** Deletes a locked person with its e-mail and membership rows. */
export async function deleteDirectoryPerson(tx: Transaction, id: string): Promise<void> {
  await tx.run(deleteUser, [id])
}

function mailJson(draft: PersonDraft): string {
  return JSON.stringify(
    draft.emails.map(({ value, type, isPrimary }, position) => ({
      position,
      value,
      key: emailFold(value),
      type,
      is_primary: isPrimary,
    })),
  )
}
