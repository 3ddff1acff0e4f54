// What a disconnected directory leaves behind: frozen records, suspensions in an administrator's hand, no credentials, no open offers (H6).
import { statement, type Transaction } from './database.ts'

export interface HandedOver {
  membershipId: string
  accountId: string
  email: string | null
  status: 'suspended' | 'removed'
}

export interface WithdrawnOffer {
  id: string
  email: string
  key: string
}

const freeze = statement(
  'directory_freeze',
  `with ended as (update directories set status = 'disconnected' where id = $1),
   tokens as (delete from directory_tokens where directory_id = $1),
   clients as (delete from oauth_clients where directory_id = $1)
   update directory_users set frozen_at = $2 where directory_id = $1 and frozen_at is null`,
)

// Another directory's word against the person stands on its own (C12); only what this one alone said changes hands.
const handOver = statement(
  'directory_hand_over',
  `update memberships m set status_reason = 'admin', updated_at = $3,
     suspended_by_admin_at = case when m.status = 'suspended' then coalesce(m.suspended_by_admin_at, m.directory_suspended_at, $3) else m.suspended_by_admin_at end,
     removed_by = case when m.status = 'removed' then 'admin' else m.removed_by end, directory_suspended_at = null
   where m.organization_id = $2 and m.status in ('suspended', 'removed') and m.status_reason = 'directory'
     and (exists (select 1 from directory_users r where r.directory_id = $1 and not r.active
            and (r.account_id = m.account_id or (r.account_id is null and r.email_key in (select k.key from membership_keys k where k.membership_id = m.id))))
       or exists (select 1 from directory_tombstones t where t.directory_id = $1 and t.ended_at is null
            and (t.account_id = m.account_id or (t.account_id is null and t.keys && array(select k.key from membership_keys k where k.membership_id = m.id)))))
     and not exists (select 1 from directory_users r where r.organization_id = $2 and r.directory_id <> $1 and r.account_id = m.account_id and not r.active and r.frozen_at is null)
     and not exists (select 1 from directory_tombstones t where t.organization_id = $2 and t.directory_id <> $1 and t.account_id = m.account_id and t.ended_at is null)
   returning m.id "membershipId", m.account_id "accountId", m.email, m.status`,
)

const bury = statement(
  'directory_end_tombstones',
  'update directory_tombstones set ended_at = $2 where directory_id = $1 and ended_at is null',
)

const release = statement(
  'directory_release_guards',
  `update memberships m set guard_cause = null, updated_at = $3 where m.organization_id = $2 and m.guard_cause is not null
     and (m.guard_cause in (select r.id::text from directory_users r where r.directory_id = $1)
       or m.guard_cause in (select t.id::text from directory_tombstones t where t.directory_id = $1))`,
)

const releaseHolds = statement(
  'directory_release_holds',
  `with ended as (update deprovision_holds set state = 'restored', until_at = least(until_at, $2) where directory_id = $1 and state = 'open' returning id),
   answered as (update conflicts c set state = 'resolved', resolution = '{"choice": "restore", "because": "disconnected"}', resolved_at = $2
     from ended where c.id = ended.id)
   update memberships m set brake_hold_id = null, updated_at = $2 from ended where m.brake_hold_id = ended.id`,
)

const withdraw = statement(
  'directory_withdraw_offers',
  `update invitations i set status = 'revoked', status_reason = 'directory', updated_at = $3 where i.organization_id = $2 and i.status = 'pending'
     and i.invited_by_type = 'directory' and i.directory_user_id in (select id from directory_users where directory_id = $1)
   returning i.id, i.email, i.key`,
)

const settleQuestions = statement(
  'directory_close_questions',
  `update conflicts c set state = 'resolved', resolution = '{"choice": "keep", "because": "disconnected"}', resolved_at = $3
   where c.organization_id = $2 and c.state = 'open' and c.directory_user_id in (select id from directory_users where directory_id = $1)`,
)

/** Freezes every record; answers whose closed membership is now an administrator's to open, and which offers were withdrawn. */
export async function freezeDirectory(
  tx: Transaction,
  directory: { id: string; organizationId: string },
  at: Date,
): Promise<{ members: HandedOver[]; offers: WithdrawnOffer[] }> {
  const { id, organizationId } = directory
  const members = await tx.rows<HandedOver>(handOver, [id, organizationId, at])
  await tx.run(release, [id, organizationId, at])
  await tx.run(releaseHolds, [id, at])
  await tx.run(freeze, [id, at])
  await tx.run(bury, [id, at])
  const offers = await tx.rows<WithdrawnOffer>(withdraw, [id, organizationId, at])
  await tx.run(settleQuestions, [id, organizationId, at])
  return { members, offers }
}
