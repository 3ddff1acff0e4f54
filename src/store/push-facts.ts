// The facts about a pushed record whose person is plain: known by one address, here alone, with nothing open about them. One small statement.
import type { AccountAddress } from '../domain/account.ts'
import { domainChain, domainOf } from '../domain/address.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import type { RoleMapping } from '../domain/mapping.ts'
import type { Grant, Membership, MembershipKey, OriginType } from '../domain/membership.ts'
import type { Domain, Policies } from '../domain/organization.ts'
import { type Reader, statement } from './database.ts'
import { mappingsOfOrganization, membershipColumns } from './person-facts.ts'

/** What an organization says of itself, and the record's groups as they stand now. */
export interface PlainPush {
  name: string
  policies: Policies
  /** The domains over the record's address, where it is bound to nobody. */
  domains: Domain[]
  /** Whether a role mapping is written here at all. */
  mapped: boolean
  /** Whether what some directory said is kept off here at present (H7). */
  held: boolean
  groupIds: string[]
  /** Null for a record that is bound to nobody: no account is known by it then. */
  bound: PlainBound | null
}

export interface PlainBound {
  account: { id: string; name: string | null; externalId: string | null; addresses: AccountAddress[] }
  membership: Membership
  membershipKeys: MembershipKey[]
  grants: Grant[]
}

// Large statements cost their start even where they find nothing. Of most people there is nothing to find but their account and their
// membership; that it is so, each of these tables is asked in its index. Whoever is known by more is read by the large statements.
const organizationColumns = `o.name as "organizationName", o.policies,
  exists (select 1 from role_mappings w where w.organization_id = $1) as mapped,
  exists (select 1 from deprovision_holds h where h.organization_id = $1 and h.state <> 'confirmed') as held,
  array(select gm.group_id from directory_group_members gm where gm.directory_user_id = $2) as "groupIds"`

/** What stands about the record or its address in the tables of any door. */
const aboutRecord = `exists (select 1 from invitations i where i.organization_id = $1 and i.key = $3)
  or exists (select 1 from invitations i where i.directory_user_id = $2)
  or exists (select 1 from conflicts f where f.organization_id = $1 and f.key = $3)
  or exists (select 1 from conflicts f where f.directory_user_id = $2)
  or exists (select 1 from blocks b where b.organization_id = $1 and b.key = $3)
  or exists (select 1 from directory_users r where r.organization_id = $1 and r.email_key = $3 and r.id <> $2)
  or exists (select 1 from directory_tombstones t where t.organization_id = $1 and t.ended_at is null and t.keys[1] = $3)`

const ofNobody = statement(
  'push_facts_of_nobody',
  `select ${organizationColumns},
   coalesce((select json_agg(json_build_object('id', d.id, 'organizationId', d.organization_id, 'domain', d.domain, 'includeSubdomains', d.include_subdomains, 'status', d.status))
     from domains d where d.domain = any($4::text[]) and d.status <> 'pending'), '[]') as domains
   from organizations o where o.id = $1 and o.policies->>'seats' is null
   and not (${aboutRecord}
     or exists (select 1 from account_addresses a where a.key = $3 and a.verified_at is not null)
     or exists (select 1 from membership_keys k where k.organization_id = $1 and k.key = $3)
     or exists (select 1 from directory_tombstones t where t.directory_id = $5 and t.external_id = $6 and t.ended_at is null)
     or exists (select 1 from directory_tombstones t where t.organization_id = $1 and t.ended_at is null and t.keys[1] = $7)
     or exists (select 1 from connections c join identities x on x.connection_id = c.id and x.directory_key = any($8::text[]) where c.directory_id = $5))`,
)

// A scalar sub-select where the question is about the membership, for PostgreSQL would answer `exists` by hashing the whole table.
const ofAccount = statement(
  'push_facts_of_account',
  `select ${organizationColumns}, a.name as "accountName", a.external_id as "accountExternalId",
   d.address, d.key as "addressKey", d.verified_at as "verifiedAt", d.is_primary as primary, d.given_by as "givenBy", d.resting_since as "restingSince",
   k.key as "joinedKey", k.kind, v.role as "grantedRole", v.project_id as "projectId", v.origin_type as "originType", v.origin_ref as "originRef", v.because,
   ${membershipColumns}
   from organizations o join accounts a on a.id = $4 join memberships m on m.organization_id = $1 and m.account_id = $4
   left join account_addresses d on d.account_id = $4 left join membership_keys k on k.membership_id = m.id left join grants v on v.membership_id = m.id
   where o.id = $1 and o.policies->>'seats' is null and m.owner_since is null
   and (select 1 from manual_grants h where h.membership_id = m.id and h.ended_at is null limit 1) is null
   and (select 1 from membership_keys h where h.organization_id = $1 and h.key = $3 and h.membership_id <> m.id limit 1) is null
   and not (${aboutRecord}
     or exists (select 1 from directory_users r where r.account_id = $4 and (r.organization_id = $1) is true and r.id <> $2)
     or exists (select 1 from directory_tombstones t where t.organization_id = $1 and t.account_id = $4 and t.ended_at is null)
     or exists (select 1 from identities x where x.account_id = $4 and x.organization_id = $1)
     or exists (select 1 from invitations i where i.account_id = $4 and (i.organization_id = $1) is true)
     or exists (select 1 from conflicts f where f.account_id = $4 and (f.organization_id = $1) is true)
     or exists (select 1 from account_addresses h where h.key = $3 and h.verified_at is not null and h.account_id <> $4))
   order by v.position`,
)

type Row = Omit<PlainPush, 'bound' | 'name'> & { organizationName: string }
type BoundRow = Row &
  Membership & { accountName: string | null; accountExternalId: string | null } & AddressPart &
  GrantPart & { joinedKey: string | null; kind: MembershipKey['kind'] }

interface AddressPart {
  address: string | null
  addressKey: string
  verifiedAt: Date | null
  primary: boolean
  givenBy: AccountAddress['givenBy']
  restingSince: Date | null
}

interface GrantPart {
  grantedRole: string | null
  projectId: string | null
  originType: OriginType | null
  originRef: string | null
  because: string
}

/**
 * Reads the facts about the record's person, or null where they are not plain: then nothing is known and `readRecordFacts` and
 * `readPersonFacts` tell it. The locks of the address and of the account are the caller's, taken by an earlier statement.
 */
export async function readPlainPush(reader: Reader, record: DirectoryRecord): Promise<PlainPush | null> {
  const { organizationId, directoryId, id, accountId, emailKey, externalId, userNameKey } = record
  const about = [organizationId, id, emailKey]
  if (accountId !== null) {
    const rows = await reader.rows<BoundRow>(ofAccount, [...about, accountId])
    return plainBound(rows, accountId, emailKey)
  }
  const declared = [externalId, record.userName, userNameKey, record.email, emailKey]
  const [row] = await reader.rows<Row>(ofNobody, [
    ...about,
    emailKey === null ? [] : domainChain(domainOf(emailKey)),
    directoryId,
    externalId,
    userNameKey,
    declared.filter((value) => value !== null),
  ])
  return row === undefined ? null : { ...row, name: row.organizationName, bound: null }
}

/** The person of the rows, one for each grant; null where they are known by more than the record's address. */
function plainBound(rows: readonly BoundRow[], accountId: string, emailKey: string | null): PlainPush | null {
  const [first] = rows
  if (first === undefined) return null
  const { organizationName, policies, mapped, held, groupIds, accountName, accountExternalId, ...person } =
    first
  const { address, addressKey, verifiedAt, primary, givenBy, restingSince, joinedKey, kind, ...rest } = person
  const { grantedRole, projectId, originType, originRef, because, ...membership } = rest
  const alike = rows.every(
    (row) => row.addressKey === addressKey && row.joinedKey === joinedKey && row.kind === kind,
  )
  const byAddress = address === null || addressKey === emailKey
  if (!alike || !byAddress || (joinedKey !== null && joinedKey !== emailKey)) return null
  return {
    name: organizationName,
    policies,
    // Only an invitation or an unbound record asks whose domain its address lies in.
    domains: [],
    mapped,
    held,
    groupIds: groupIds.sort(),
    bound: {
      account: {
        id: accountId,
        name: accountName,
        externalId: accountExternalId,
        addresses:
          address === null ? [] : [{ address, key: addressKey, verifiedAt, primary, givenBy, restingSince }],
      },
      membership,
      membershipKeys: joinedKey === null ? [] : [{ key: joinedKey, kind }],
      grants: rows.flatMap((row) => grantOf(row)),
    },
  }
}

function grantOf({ grantedRole: role, projectId, originType, originRef: ref, because }: GrantPart): Grant[] {
  return originType === null ? [] : [{ role, projectId, origin: { type: originType, ref }, because }]
}

const mappings = statement('mappings_of_organization', mappingsOfOrganization)

/** The organization's role mappings in their order. */
export function readMappings(reader: Reader, organizationId: string): Promise<RoleMapping[]> {
  return reader.rows(mappings, [organizationId])
}
