// Reads about accounts that decisions ask for one at a time.
import type { AddressKey } from '../domain/address.ts'
import { type Reader, statement } from './database.ts'

const aloneHeld = statement(
  'account_alone_held',
  `select not exists (select 1 from memberships m where m.account_id = $2 and m.organization_id <> $1)
    and not exists (select 1 from identities x where x.account_id = $2 and x.organization_id <> $1)
    and not exists (select 1 from consents s join invitations i on i.id = s.invitation_id where s.account_id = $2 and i.organization_id <> $1)
    and not exists (select 1 from account_addresses a where a.account_id = $2 and a.verified_at is not null
      and not exists (select 1 from domains d where d.organization_id = $1 and d.status = 'verified'
        and (d.domain = split_part(a.key, '@', 2) or (d.include_subdomains and split_part(a.key, '@', 2) like '%.' || d.domain)))) as alone,
    exists (select 1 from account_addresses a where a.key = $3 and a.verified_at is not null and a.account_id <> $2) as taken`,
)

/** Whether the account is known nowhere but here, and whether another account holds the key verified (C14). */
export async function readAddressFreedom(
  reader: Reader,
  organizationId: string,
  accountId: string,
  key: AddressKey,
): Promise<{ aloneHeld: boolean; taken: boolean }> {
  const [row] = await reader.rows<{ alone: boolean; taken: boolean }>(aloneHeld, [
    organizationId,
    accountId,
    key,
  ])
  return { aloneHeld: row?.alone ?? false, taken: row?.taken ?? true }
}

const holder = statement(
  'account_holder',
  'select account_id "accountId" from account_addresses where key = $1 and verified_at is not null',
)

/** The account that holds the address verified, null where nobody does. */
export async function readHolder(reader: Reader, key: AddressKey): Promise<string | null> {
  const [row] = await reader.rows<{ accountId: string }>(holder, [key])
  return row?.accountId ?? null
}
