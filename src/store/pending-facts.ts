// What is known of each pending invitation in a list, as one JSON column beside its row `i`.
import { speaks } from './person-facts.ts'

const key = 'i.key'
const organization = 'i.organization_id'

/** The most specific proven domain over the address, as `domain/organization.ts` judges it. */
const standing = `(select d.organization_id = ${organization} ours, d.organization_id = ${organization} and d.status = 'verified' proven
  from domains d where d.status <> 'pending' and d.domain in (select array_to_string(p.parts[n:], '.')
    from (select string_to_array(split_part(${key}, '@', 2), '.') parts) p, generate_subscripts(p.parts, 1) n)
    and (d.include_subdomains or d.domain = split_part(${key}, '@', 2)) order by length(d.domain) desc, ours desc limit 1)`

const records = `directory_users r where r.organization_id = ${organization} and r.email_key = ${key} and ${speaks('r')}`

const denial = `case
  when exists (select 1 from blocks b where b.organization_id = ${organization} and b.key = ${key}) then 'blocked'
  when exists (select 1 from membership_keys k join memberships m on m.id = k.membership_id where k.organization_id = ${organization} and k.key = ${key}
    and m.status = 'suspended' and m.status_reason is distinct from 'directory') then 'suspended_by_admin'
  when exists (select 1 from membership_keys k join memberships m on m.id = k.membership_id where k.organization_id = ${organization} and k.key = ${key}
    and m.status = 'suspended' and m.status_reason = 'directory')
    or (exists (select 1 from ${records} and not r.active and r.frozen_at is null) and not exists (select 1 from ${records} and r.active))
    or exists (select 1 from directory_tombstones t where t.organization_id = ${organization} and t.account_id is null and t.ended_at is null and t.keys && array[${key}])
    then 'directory_inactive' end`

const active = `connections c where c.organization_id = ${organization} and c.status = 'active' and c.deleted_at is null`
const connected = `exists (select 1 from account_addresses a join identities x on x.account_id = a.account_id and x.inactive_since is null
  where a.key = ${key} and a.verified_at is not null and x.connection_id in (select c.id from ${active}))`

/**
 * The shape of `PendingFacts`, for `pendingReason`. An account is looked for only where the organization has proven the domain (T-31); expiry is
 * the caller's to tell, who has the clock.
 */
export const pendingFacts = `(select json_build_object('expired', false, 'denial', ${denial},
  'inConflict', exists (select 1 from conflicts f where f.organization_id = ${organization} and f.state = 'open' and f.kind in ('B8', 'E9') and f.key = ${key}),
  'policy', case when not (o.policies->>'ssoRequired')::boolean or (coalesce(s.proven, false) and ${connected}) then null
    when s.ours then 'sso' when o.policies->>'guests' = 'refused' then 'guest_refused' end,
  'deliveries', (select coalesce(json_agg(d.status order by d.id), '[]') from deliveries d where d.invitation_id = i.id and d.replaced_at is null),
  'unconnectedAccount', coalesce(s.proven, false) and not ${connected}
    and exists (select 1 from account_addresses a where a.key = ${key} and a.verified_at is not null))
  from organizations o left join lateral ${standing} s on true where o.id = ${organization})`
