// One statement that reads what decides whose account a directory's record is.
import type { DirectoryRecord } from '../domain/directory.ts'
import type { Policies } from '../domain/organization.ts'
import type { RecordFacts } from '../domain/record-facts.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import {
  conflictAnswer,
  domainsOfKeys,
  invitationColumns,
  many,
  recordColumns,
  reviveDates,
} from './person-facts.ts'

/** What the store knows beside the record itself. */
export type StoredRecordFacts = Pick<
  RecordFacts,
  | 'domains'
  | 'holder'
  | 'joined'
  | 'named'
  | 'tombstones'
  | 'accountsWithRecord'
  | 'conflicts'
  | 'invitations'
  | 'blocked'
> & { policies: Policies }

/**
 * Whether an account is governed elsewhere, seen from organization $1: another organization has exclusive accounts, an active membership of
 * it, and holds uncontested the domains of all its verified addresses.
 */
export const governedElsewhere = (
  account: string,
) => `exists (select 1 from memberships gm join organizations go on go.id = gm.organization_id
  where gm.account_id = ${account} and gm.status = 'active' and gm.organization_id <> $1 and (go.policies->>'exclusiveAccounts')::boolean
  and not exists (select 1 from account_addresses ga where ga.account_id = ${account} and ga.verified_at is not null
    and not exists (select 1 from domains gd where gd.organization_id = go.id and gd.status = 'verified'
      and (gd.domain = split_part(ga.key, '@', 2) or (gd.include_subdomains and split_part(ga.key, '@', 2) like '%.' || gd.domain)))))`

export const tombstoneColumns = `t.id, t.directory_id "directoryId", t.record_id "recordId", t.external_id "externalId", t.user_name_key "userNameKey", t.keys,
  t.account_id "accountId", t.was_active "wasActive", t.group_ids "groupIds", t.deleted_at "deletedAt"`

const read = statement(
  'record_facts',
  `with keys as (select $4::text as key where $4::text is not null),
  holder as (select a.account_id, a.resting_since from account_addresses a where a.key = $4 and a.verified_at is not null),
  joined as (select m.id, m.account_id, m.status, (m.status = 'removed' and (m.allowed_at is null or m.allowed_at < m.removed_at)) as closed, min(k.kind) as kind
    from membership_keys k join memberships m on m.id = k.membership_id where k.organization_id = $1 and k.key = $4 group by m.id),
  named as (select distinct x.account_id from connections c join identities x on x.connection_id = c.id and x.directory_key = any($7::text[])
    where c.directory_id = $2 and c.deleted_at is null and x.inactive_since is null
    and case c.directory_match when 'externalId' then x.directory_key = $5 when 'email' then lower(x.directory_key collate "C") = $4 else lower(x.directory_key collate "C") = $6 end)
  select json_build_object(
    'policies', (select policies from organizations where id = $1),
    'domains', ${many(domainsOfKeys)},
    'holder', (select json_build_object('accountId', h.account_id, 'resting', h.resting_since is not null, 'governedElsewhere', ${governedElsewhere('h.account_id')}) from holder h),
    'joined', ${many('select j.id "membershipId", j.account_id "accountId", j.kind, j.status, j.closed from joined j order by j.id')},
    'named', coalesce((select json_agg(n.account_id order by n.account_id) from named n), '[]'),
    'tombstones', ${many(`select ${tombstoneColumns} from directory_tombstones t where t.ended_at is null and t.id in (
      select id from directory_tombstones where directory_id = $2 and external_id = $5 and ended_at is null
      union select id from directory_tombstones where organization_id = $1 and directory_id = $2 and ended_at is null and keys && array[$4::text]
      union select id from directory_tombstones where organization_id = $1 and directory_id = $2 and ended_at is null and keys && array[$6::text]) order by t.deleted_at desc`)},
    'accountsWithRecord', coalesce((select json_agg(u.account_id) from directory_users u where u.directory_id = $2 and u.id <> $3
      and u.account_id in (select account_id from holder union select account_id from joined union select account_id from named union
        select account_id from directory_tombstones where directory_id = $2 and external_id = $5 and ended_at is null)), '[]'),
    'conflicts', ${many(`select f.id, f.kind, f.key, f.account_id "accountId", f.connection_id "connectionId", f.directory_user_id "directoryUserId", ${conflictAnswer} from conflicts f
      where f.id in (select id from conflicts where directory_user_id = $3 union select id from conflicts where organization_id = $1 and key = $4)
      and f.organization_id = $1 and f.kind in ('B8', 'E9') and ((f.state = 'open' and (f.directory_user_id = $3 or f.key = $4))
        or (f.resolution->>'choice' = 'keep' and f.directory_user_id = $3))`)},
    'invitations', ${many(`select ${invitationColumns} from invitations i where i.organization_id = $1 and i.id in (select id from invitations where organization_id = $1 and key = $4
      union select id from invitations where directory_user_id = $3) order by i.id`)},
    'blocked', exists (select 1 from blocks b where b.organization_id = $1 and b.key = $4)
  )::text as facts`,
)

/** Reads the facts about one record as it now stands. */
export async function readRecordFacts(reader: Reader, record: DirectoryRecord): Promise<StoredRecordFacts> {
  const { organizationId, directoryId, id, emailKey, externalId, userNameKey } = record
  // As sent and as compared: another spelling of the same declared key is found when its person signs in (R2).
  const declared = [externalId, record.userName, userNameKey, record.email, emailKey]
  const [row] = await reader.rows<{ facts: string }>(read, [
    organizationId,
    directoryId,
    id,
    emailKey,
    externalId,
    userNameKey,
    declared.filter((value) => value !== null),
  ])
  return reviveDates<StoredRecordFacts>(row?.facts ?? '{}')
}

const readByIds = statement(
  'records_by_ids',
  `select coalesce(json_agg(row_to_json(t)), '[]')::text as records from (select ${recordColumns} from directory_users r where r.id = any($1::uuid[]) order by r.id) t`,
)

/** The records as they stand, with the groups they are in. */
export async function readRecords(reader: Reader, ids: readonly string[]): Promise<DirectoryRecord[]> {
  const [row] = await reader.rows<{ records: string }>(readByIds, [ids])
  return reviveDates<DirectoryRecord[]>(row?.records ?? '[]')
}

const mappedGroups = statement(
  'groups_mapped',
  `select coalesce(array_agg(distinct coalesce(w.group_id, g.id)), '{}') as ids from role_mappings w
   left join directory_groups g on w.group_id is null and g.directory_id = w.directory_id and g.display_name = w.display_name
   where w.directory_id = $1 and coalesce(w.group_id, g.id) is not null`,
)

/** The groups of the directory that a role mapping names. */
export async function readMappedGroups(reader: Reader, directoryId: string): Promise<string[]> {
  const [row] = await reader.rows<{ ids: string[] }>(mappedGroups, [directoryId])
  return row?.ids ?? []
}

const adoptName = statement(
  'mappings_adopt_group',
  'update role_mappings set group_id = $2 where directory_id = $1 and display_name = $3 and group_id is null',
)

/** A mapping row that waited for a group of this name is tied to the group's id for good (T-35, C18). */
export async function adoptGroup(
  tx: Transaction,
  directoryId: string,
  groupId: string,
  displayName: string,
): Promise<void> {
  await tx.run(adoptName, [directoryId, groupId, displayName])
}
