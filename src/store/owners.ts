// What the organization knows of its owners' ways in: asked whenever policy or a Connection changes (D4, H3).
import { type Reader, statement } from './database.ts'
import { otherOwnersCount } from './person-facts.ts'

const waysIn = statement(
  'owners.ways-in',
  `select (select had_owner from organizations where id = $1) "hadOwner", ${otherOwnersCount} "owners"
   from (select $2::uuid as nobody) n`,
)

/** How many owners can sign in under the policy as it stands now, and whether there ever was one. */
export async function countOwnersWithWaysIn(
  read: Reader,
  organizationId: string,
): Promise<{ hadOwner: boolean; owners: number }> {
  const [row] = await read.rows<{ hadOwner: boolean; owners: number }>(waysIn, [organizationId, null])
  return row ?? { hadOwner: false, owners: 0 }
}

const signedInSince = statement(
  'owners.signed-in-since',
  `select exists (select 1 from memberships m join identities x on x.account_id = m.account_id and x.organization_id = m.organization_id
     join connections c on c.id = x.connection_id
   where m.organization_id = $1 and m.status = 'active' and m.owner_since is not null and c.status = 'active' and c.deleted_at is null
     and x.inactive_since is null and x.last_used_at >= $2) as found`,
)

/** Whether an owner came in by an active Connection since `since`. */
export async function ownerSignedInSince(
  read: Reader,
  organizationId: string,
  since: Date,
): Promise<boolean> {
  return (await read.rows<{ found: boolean }>(signedInSince, [organizationId, since]))[0]?.found ?? false
}

const ownerAccounts = statement(
  'owners.accounts',
  `select account_id "accountId" from memberships where organization_id = $1 and owner_since is not null and status = 'active'`,
)

export async function listOwnerAccounts(read: Reader, organizationId: string): Promise<string[]> {
  const rows = await read.rows<{ accountId: string }>(ownerAccounts, [organizationId])
  return rows.map((row) => row.accountId)
}

const addressesOfRoles = statement(
  'administrators.addresses',
  `select distinct coalesce(m.email, a.address) "address" from memberships m
     left join account_addresses a on a.account_id = m.account_id and a.is_primary and a.verified_at is not null
   where m.organization_id = $1 and m.status = 'active' and m.role = any($2::text[]) and coalesce(m.email, a.address) is not null limit 50`,
)

/** Where active members of these roles read their mail, 50 at most: the address by which the organization knows them, else their account's. */
export async function listRoleAddresses(
  read: Reader,
  organizationId: string,
  roles: readonly string[],
): Promise<string[]> {
  return (await read.rows<{ address: string }>(addressesOfRoles, [organizationId, roles])).map(
    (row) => row.address,
  )
}

const owning = statement(
  'owners.is-owner',
  'select 1 from memberships where organization_id = $1 and account_id = $2 and owner_since is not null',
)

/** Whether the account's membership is an owner's, suspended or not. */
export async function isOwnerAccount(
  read: Reader,
  organizationId: string,
  accountId: string,
): Promise<boolean> {
  return (await read.rows(owning, [organizationId, accountId])).length === 1
}

export interface LockedOutRow {
  membershipId: string
  accountId: string
  email: string | null
  owner: boolean
  keys: string[]
}

const withoutConnection = statement(
  'owners.without-connection',
  `select m.id "membershipId", m.account_id "accountId", m.email, m.owner_since is not null as owner,
     array(select k.key from membership_keys k where k.membership_id = m.id and k.kind = 'joined') as keys
   from memberships m where m.organization_id = $1 and m.status = 'active'
     and not exists (select 1 from identities x join connections c on c.id = x.connection_id where x.account_id = m.account_id
       and x.organization_id = $1 and x.inactive_since is null and c.status = 'active' and c.deleted_at is null)
   order by m.id limit 1000`,
)

/** Active members who have never come by a Connection that is active now; at most 1 000. */
export function listWithoutConnection(read: Reader, organizationId: string): Promise<LockedOutRow[]> {
  return read.rows(withoutConnection, [organizationId])
}

const policyTouched = statement(
  'memberships.policy-touched',
  `select m.account_id "accountId" from memberships m where m.organization_id = $1 and m.status <> 'removed'
   and ($2 or m.status = 'waiting' or exists (select 1 from grants g where g.membership_id = m.id and g.origin_type in ('jit-default', 'directory-default')))
   order by m.account_id`,
)

/** Accounts of members whose state hangs on the policies: who waits, who has a default role, or everybody where the authority order changes. */
export async function listPolicyTouched(
  read: Reader,
  organizationId: string,
  everybody: boolean,
): Promise<string[]> {
  const rows = await read.rows<{ accountId: string }>(policyTouched, [organizationId, everybody])
  return rows.map((row) => row.accountId)
}
