// Which proven domains an address lies in, whoever proved them.
import { type AddressKey, domainChain, domainOf } from '../domain/address.ts'
import type { Domain } from '../domain/organization.ts'
import { isOutside } from '../domain/session.ts'
import { type Reader, statement } from './database.ts'

const OVER = statement(
  'domains_over_names',
  `select id, organization_id as "organizationId", domain, include_subdomains as "includeSubdomains", status
   from domains where domain = any($1) and status <> 'pending'`,
)

/** Every proven domain over any of the keys, parents included. */
export async function domainsOver(read: Reader, keys: readonly AddressKey[]): Promise<Domain[]> {
  const names = new Set(keys.flatMap((key) => domainChain(domainOf(key))))
  return names.size === 0 ? [] : read.rows<Domain>(OVER, [[...names]])
}

/** Whether any of the keys lies in a domain of the organization, its powers taken away or not (H2). */
export async function isGoverned(
  read: Reader,
  keys: readonly AddressKey[],
  organizationId: string,
): Promise<boolean> {
  const domains = await domainsOver(read, keys)
  return keys.some((key) => !isOutside(key, domains, organizationId))
}
