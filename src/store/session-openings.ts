// What an account could open a session for: its memberships with the policies that judge them.
import type { AddressKey } from '../domain/address.ts'
import type { Policies } from '../domain/organization.ts'
import { type Reader, statement } from './database.ts'

export interface OpeningRow {
  organizationId: string
  organizationName: string
  slug: string
  policies: Policies
  membershipStatus: string
  membershipReason: string | null
  consented: boolean
  owner: boolean
  joinedKeys: AddressKey[]
}

const OPENINGS = statement(
  'session_openings',
  `select o.id as "organizationId", o.name as "organizationName", o.slug, o.policies,
     m.status as "membershipStatus", m.status_reason as "membershipReason",
     m.consented_at is not null as consented, m.owner_since is not null as owner,
     array(select k.key from membership_keys k where k.membership_id = m.id and k.kind = 'joined') as "joinedKeys"
   from memberships m join organizations o on o.id = m.organization_id
   where m.account_id = $1 and m.status <> 'removed' order by o.name, o.id limit 200`,
)

/** The account's memberships, removed ones apart. */
export async function findOpenings(read: Reader, accountId: string): Promise<OpeningRow[]> {
  return read.rows<OpeningRow>(OPENINGS, [accountId])
}

const HELD = statement(
  'addresses_held_by',
  `select key, address, is_primary as "primary", resting_since is not null as resting
   from account_addresses where account_id = $1 and verified_at is not null`,
)

export interface HeldAddress {
  key: AddressKey
  address: string
  primary: boolean
  resting: boolean
}

/** The addresses that the account holds verified. */
export async function findHeldAddresses(read: Reader, accountId: string): Promise<HeldAddress[]> {
  return read.rows<HeldAddress>(HELD, [accountId])
}

const HOLDER = statement(
  'address_verified_holder',
  `select account_id as "accountId", resting_since is not null as resting
   from account_addresses where key = $1 and verified_at is not null`,
)

/** The one account that holds the address verified (invariant 1), and whether the address rests there; null where nobody does. */
export async function findHolder(
  read: Reader,
  key: AddressKey,
): Promise<{ accountId: string; resting: boolean } | null> {
  return (await read.rows<{ accountId: string; resting: boolean }>(HOLDER, [key]))[0] ?? null
}

const NAME = statement(
  'account_label',
  `select a.name, e.address from accounts a
   left join account_addresses e on e.account_id = a.id and e.is_primary where a.id = $1`,
)

/** What names an account to its own holder: the name or the primary address. */
export async function accountLabel(read: Reader, accountId: string): Promise<string | null> {
  const row = (await read.rows<{ name: string | null; address: string | null }>(NAME, [accountId]))[0]
  return row?.address ?? row?.name ?? null
}

const RETURN_URLS = statement(
  'organization_return_urls',
  `select policies -> 'returnUrls' as urls from organizations where id = $1`,
)

/** The addresses to which sign-ins of the organization may return, in their order. */
export async function findReturnUrls(read: Reader, organizationId: string): Promise<string[]> {
  return (await read.rows<{ urls: string[] | null }>(RETURN_URLS, [organizationId]))[0]?.urls ?? []
}
