// One statement that reads everything an organization knows of one person.
import type { Account } from '../domain/account.ts'
import type { AddressKey } from '../domain/address.ts'
import type { PersonFacts } from '../domain/person.ts'
import { type Reader, statement } from './database.ts'

/** Facts as stored; the clock and the role catalogue are added by the caller. */
export type StoredPerson = Omit<PersonFacts, 'now' | 'organization' | 'written' | 'holds'> & {
  organization: Omit<PersonFacts['organization'], 'roles'>
}

export interface PersonQuery {
  organizationId: string
  /** Null while the person has no account. */
  accountId: string | null
  /** Keys beside those that the account, its membership and its records have. */
  keys: readonly AddressKey[]
  /** Records to read whatever they bear. */
  recordIds: readonly string[]
}

export const recordColumns = `r.id, r.directory_id "directoryId", r.organization_id "organizationId", r.user_name "userName", r.user_name_key "userNameKey",
  r.external_id "externalId", r.email, r.email_key "emailKey", r.display_name "displayName", r.active, r.account_id "accountId", r.version,
  coalesce((select array_agg(gm.group_id order by gm.group_id) from directory_group_members gm where gm.directory_user_id = r.id), '{}') "groupIds",
  r.created_at "createdAt", r.inactive_since "inactiveSince", r.role_fell_at "roleFellAt", r.frozen_at "frozenAt"`

/** What a directory in test has stored and nobody is bound to says nothing yet (decision 6); `r` is the record's table. */
export const speaks = (r: string) =>
  `(${r}.account_id is not null or not exists (select 1 from directories td where td.id = ${r}.directory_id and td.status = 'test'))`

export const invitationColumns = `i.id, i.organization_id "organizationId", i.email, i.key, i.role, i.project_ids "projectIds", i.expires_at "expiresAt", i.message, i.language,
  json_build_object('type', i.invited_by_type, 'id', i.invited_by_id) "invitedBy", i.inviter_account_id "inviterAccountId", i.granting, i.directory_user_id "directoryUserId",
  i.status, i.status_reason "statusReason", i.settled_at "settledAt", i.account_id "accountId", i.superseded_by "supersededBy", i.role_ended_at "roleEndedAt",
  i.ended_at "endedAt", i.created_at "createdAt"`

export const membershipColumns = `m.id, m.organization_id "organizationId", m.account_id "accountId", m.status, m.status_reason "statusReason", m.role, m.email,
  m.display_name "displayName", m.consented_at "consentedAt", m.owner_since "ownerSince", m.suspended_by_admin_at "suspendedByAdminAt",
  m.directory_suspended_at "directorySuspendedAt", m.removed_at "removedAt", m.removed_by "removedBy", m.allowed_at "allowedAt", m.held_at "heldAt",
  m.guard_cause "guardCause", m.brake_hold_id "brakeHoldId", m.created_at "createdAt"`

export const connectionColumns = `c.id, c.organization_id "organizationId", c.name, c.status, c.idp_entity_id "idpEntityId", c.sso_url "ssoUrl", c.sso_binding "ssoBinding",
  c.certificates, c.metadata_url "metadataUrl", c.idp_initiated "idpInitiated", c.directory_id "directoryId", c.directory_match "directoryMatch", c.attributes,
  c.preset, c.legacy, c.max_assertion_minutes "maxAssertionMinutes", c.comparable`

export const identityColumns = `x.id, x.account_id "accountId", x.organization_id "organizationId", x.connection_id "connectionId",
  json_build_object('nameId', x.name_id, 'format', x.format, 'nameQualifier', x.name_qualifier, 'spNameQualifier', x.sp_name_qualifier) subject,
  x.rule, x.proof, x.automatic, x.directory_key "directoryKey", x.groups, x.jit_at "jitAt", x.inactive_since "inactiveSince", x.last_used_at "lastUsedAt"`

/** What was answered to a question, where the answer still speaks. */
export const conflictAnswer = `case when f.state = 'resolved' then json_build_object('choice', f.resolution->>'choice', 'at', f.resolved_at) end answer`

/** Rows of `select` as a JSON array. */
export const many = (select: string) => `coalesce((select json_agg(row_to_json(t)) from (${select}) t), '[]')`
const one = (select: string) => `(select row_to_json(t) from (${select}) t)`

/** Owners of $1 other than $2 who can sign in under the present policy (RECONCILIATION: "Can sign in"). */
export const otherOwnersCount = `(select count(*)::int from memberships o join organizations g on g.id = o.organization_id
  where o.organization_id = $1 and o.owner_since is not null and o.account_id is distinct from $2 and o.status = 'active'
  and (g.policies->'breakGlassAccountIds' ? o.account_id::text
    or exists (select 1 from identities s join connections sc on sc.id = s.connection_id where s.account_id = o.account_id and s.organization_id = $1 and s.inactive_since is null and sc.status = 'active')
    or (not (g.policies->>'ssoRequired')::boolean and exists (select 1 from account_addresses a where a.account_id = o.account_id and a.verified_at is not null and a.resting_since is null))))`

export const domainsOfKeys = `select d.id, d.organization_id "organizationId", d.domain, d.include_subdomains "includeSubdomains", d.status
  from domains d where d.status <> 'pending' and d.domain in (select array_to_string(p.parts[n:], '.')
    from (select distinct string_to_array(split_part(k.key, '@', 2), '.') parts from keys k) p, generate_subscripts(p.parts, 1) n)`

export const mappingsOfOrganization = `select w.id, w.position, case when w.connection_id is null
    then json_build_object('type', 'directory', 'directoryId', w.directory_id, 'displayName', w.display_name,
      'groupId', coalesce(w.group_id, (select g.id from directory_groups g where g.directory_id = w.directory_id and g.display_name = w.display_name order by g.id limit 1)))
    else json_build_object('type', 'connection', 'connectionId', w.connection_id, 'value', w.value) end "group",
  w.role, w.project_ids "projectIds", w.overridable from role_mappings w where w.organization_id = $1 order by w.position`

const readPerson = statement(
  'person_facts',
  `with m as (select * from memberships where organization_id = $1 and account_id = $2),
  keys as (
    select unnest($3::text[]) as key
    union select key from account_addresses where account_id = $2 and verified_at is not null
    union select key from membership_keys where membership_id = (select id from m)
    union select email_key from directory_users where account_id = $2 and organization_id = $1 and email_key is not null),
  record_ids as (
    select id from directory_users where account_id = $2 and organization_id = $1
    union select id from directory_users where organization_id = $1 and account_id is null and email_key in (select key from keys)
    union select id from directory_users where id = any($4::uuid[]) and organization_id = $1
    union select u.id from identities x join connections c on c.id = x.connection_id join directory_users u on u.directory_id = c.directory_id and u.account_id is null
      and u.user_name_key = lower(x.directory_key collate "C") collate "default" where x.account_id = $2 and x.organization_id = $1 and c.directory_match = 'userName'
    union select u.id from identities x join connections c on c.id = x.connection_id join directory_users u on u.directory_id = c.directory_id and u.account_id is null
      and u.external_id = x.directory_key where x.account_id = $2 and x.organization_id = $1 and c.directory_match = 'externalId'),
  invitation_ids as (
    select id from invitations where organization_id = $1 and key in (select key from keys)
    union select id from invitations where organization_id = $1 and account_id = $2)
  select json_build_object(
    'organization', (select json_build_object('id', g.id, 'name', g.name, 'policies', g.policies,
      'domains', ${many(domainsOfKeys)},
      'mappings', ${many(mappingsOfOrganization)},
      'connections', ${many(`select ${connectionColumns} from connections c where c.organization_id = $1 and c.deleted_at is null order by c.id`)}) from organizations g where g.id = $1),
    'account', ${one(
      `select a.id, a.name, a.external_id "externalId", ${many(
        `select d.address, d.key, d.verified_at "verifiedAt", d.is_primary "primary", d.given_by "givenBy", d.resting_since "restingSince" from account_addresses d where d.account_id = $2 order by d.created_at, d.id`,
      )} addresses from accounts a where a.id = $2`,
    )},
    'membership', ${one(`select ${membershipColumns} from m`)},
    'membershipKeys', ${many('select k.key, k.kind from membership_keys k where k.membership_id = (select id from m) order by k.key')},
    'records', ${many(`select ${recordColumns} from directory_users r where r.id in (select id from record_ids) and ${speaks('r')} order by r.id`)},
    'tombstones', ${many(`select t.id, t.directory_id "directoryId", t.record_id "recordId", t.external_id "externalId", t.user_name_key "userNameKey", t.keys,
      t.account_id "accountId", t.was_active "wasActive", t.group_ids "groupIds", t.deleted_at "deletedAt" from directory_tombstones t where t.organization_id = $1 and t.ended_at is null
      and (t.account_id = $2 or (t.account_id is null and t.keys && (select coalesce(array_agg(key), '{}') from keys))) order by t.id`)},
    'identities', ${many(`select ${identityColumns} from identities x where x.account_id = $2 and x.organization_id = $1 order by x.id`)},
    'invitations', ${many(`select ${invitationColumns},
      case when i.inviter_account_id is null then null else coalesce((select coalesce(max((select (r->>'rank')::int from jsonb_array_elements($5::jsonb) r where r->>'name' = im.role)), -1)
        from memberships im where im.organization_id = $1 and im.account_id = i.inviter_account_id and im.status = 'active'), -1) end "inviterRank"
      from invitations i where i.id in (select id from invitation_ids) order by i.id`)},
    'consents', ${many(`select s.invitation_id "invitationId", s.account_id "accountId", s.proof, s.at from consents s where s.ended_at is null and s.invitation_id in (select id from invitation_ids) order by s.id`)},
    'manualGrants', ${many(`select h.id, h.role, h.project_id "projectId", h.given_at "givenAt", h.given_by "givenBy" from manual_grants h where h.membership_id = (select id from m) and h.ended_at is null order by h.id`)},
    'grants', ${many(`select v.role, v.project_id "projectId", json_build_object('type', v.origin_type, 'ref', v.origin_ref) origin, v.because from grants v where v.membership_id = (select id from m) order by v.position`)},
    'blocks', coalesce((select json_agg(b.key) from blocks b where b.organization_id = $1 and b.key in (select key from keys)), '[]'),
    'conflicts', ${many(`select f.id, f.kind, f.key, f.account_id "accountId", f.connection_id "connectionId", f.directory_user_id "directoryUserId", ${conflictAnswer} from conflicts f
      where f.id in (select id from conflicts where account_id = $2 union select id from conflicts where organization_id = $1 and key in (select key from keys)
        union select id from conflicts where directory_user_id in (select id from record_ids))
      and f.organization_id = $1 and (f.state = 'open' or (f.kind = 'E9' and f.resolution->>'choice' = 'keep') or (f.kind = 'C12' and f.resolution->>'choice' = 'allow'))`)},
    'approvedInvitationIds', coalesce((select json_agg(p.invitation_id) from approvals p where p.state = 'approved' and p.invitation_id in (select id from invitation_ids)), '[]'),
    'othersJoined', ${many(`select k.membership_id "membershipId", n.account_id "accountId", k.key from membership_keys k join memberships n on n.id = k.membership_id
      where k.organization_id = $1 and k.kind = 'joined' and k.key in (select key from keys) and n.account_id is distinct from $2`)},
    'heldElsewhere', coalesce((select json_agg(h.key) from account_addresses h where h.key in (select key from keys) and h.verified_at is not null and h.account_id is distinct from $2), '[]'),
    'otherOwners', case when (select owner_since from m) is null then 0 else ${otherOwnersCount} end,
    'seatsTaken', case when (select policies->>'seats' from organizations where id = $1) is null then 0
      else (select count(*)::int from memberships q where q.organization_id = $1 and q.account_id is distinct from $2
        and (q.status = 'active' or (q.status = 'waiting' and q.status_reason in ('sso', 'approval')))) end
  )::text as facts`,
)

/** Reads the facts; null where the organization does not exist. */
export async function readPersonFacts(
  reader: Reader,
  query: PersonQuery,
  roles: readonly { name: string; rank: number }[],
): Promise<StoredPerson | null> {
  const [row] = await reader.rows<{ facts: string }>(readPerson, [
    query.organizationId,
    query.accountId,
    query.keys,
    query.recordIds,
    JSON.stringify(roles),
  ])
  const person = reviveDates<StoredPerson>(row?.facts ?? 'null')
  return person?.organization ? { ...person, account: person.account as Account | null } : null
}

/** Parses JSON whose fields ending in `At` or `Since` are moments. */
export function reviveDates<T>(json: string): T {
  return JSON.parse(json, (name, value) =>
    typeof value === 'string' && /(?:^at|At|Since)$/.test(name) ? new Date(value) : value,
  ) as T
}
