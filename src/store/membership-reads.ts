// Reads of memberships that deeds ask for beside the facts of one person.
import { type Reader, statement } from './database.ts'

const removalOf = statement(
  'membership_removal_of',
  `select max(m.removed_at) "removedAt" from memberships m join membership_keys k on k.membership_id = m.id where k.organization_id = $1 and k.key = $2 and m.removed_by in ('admin', 'person')`,
)

/** When a member who joined by the key was last removed, or left; null where nobody was. */
export async function readRemovalOf(
  reader: Reader,
  organizationId: string,
  key: string,
): Promise<Date | null> {
  return (
    (await reader.rows<{ removedAt: Date | null }>(removalOf, [organizationId, key]))[0]?.removedAt ?? null
  )
}

const guarded = statement(
  'memberships_guarded',
  'select account_id "accountId" from memberships where organization_id = $1 and guard_cause is not null order by account_id',
)

/** Accounts whose membership the last-owner guard holds open (E3). */
export async function readGuarded(reader: Reader, organizationId: string): Promise<string[]> {
  return (await reader.rows<{ accountId: string }>(guarded, [organizationId])).map((r) => r.accountId)
}

const byKey = statement(
  'memberships_by_key',
  `select distinct m.account_id "accountId" from memberships m where m.organization_id = $1 and (m.id in (select membership_id from membership_keys where organization_id = $1 and key = $2)
     or m.account_id in (select account_id from account_addresses where key = $2 and verified_at is not null))`,
)

/** Accounts of members here that bear the key. */
export async function readMembersByKey(
  reader: Reader,
  organizationId: string,
  key: string,
): Promise<string[]> {
  return (await reader.rows<{ accountId: string }>(byKey, [organizationId, key])).map((r) => r.accountId)
}

const mapped = statement(
  'memberships_mappable',
  `select m.account_id "accountId" from memberships m where m.organization_id = $1 and m.status <> 'removed' and (
     exists (select 1 from directory_users r where r.account_id = m.account_id and r.organization_id = $1)
     or exists (select 1 from identities x where x.account_id = m.account_id and x.organization_id = $1 and x.groups is not null)) order by m.account_id`,
)

/** Accounts of members whose grants a role mapping may touch. */
export async function readMappable(reader: Reader, organizationId: string): Promise<string[]> {
  return (await reader.rows<{ accountId: string }>(mapped, [organizationId])).map((r) => r.accountId)
}

const pastGrace = statement(
  'memberships_past_grace',
  `select m.organization_id "organizationId", m.account_id "accountId" from memberships m join directory_tombstones t
     on t.organization_id = m.organization_id and t.account_id = m.account_id and t.ended_at is null and t.deleted_at <= $1
   where m.status = 'suspended' and m.status_reason = 'directory' order by m.id limit $2`,
)

/** Memberships that a deletion before the moment still only suspends. */
export async function readPastGrace(
  reader: Reader,
  before: Date,
  limit: number,
): Promise<{ organizationId: string; accountId: string }[]> {
  return reader.rows(pastGrace, [before, limit])
}
