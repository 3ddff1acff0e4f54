// Home-realm discovery: whether the domain of an address leads to an organization's single sign-on.
import { type AddressKey, domainChain, domainOf } from '../domain/address.ts'
import { standingOf } from '../domain/organization.ts'
import { reader } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import { findActiveConnections } from '../store/sign-in-ways.ts'
import type { World } from './world.ts'

export interface SignInWay {
  connectionId: string
  name: string
  organizationId: string
  organizationName: string
  /** Where the browser will be sent; named in the page's form policy. */
  ssoUrl: string
}

/**
 * The active Connections of the organization that holds the domain of the address, proven and uncontested. By the domain alone, so that
 * the answer tells nothing about the address.
 */
export async function findSignInWays(world: World, key: AddressKey): Promise<SignInWay[]> {
  const read = reader(world.dataSource)
  const domains = await domainsOver(read, [key])
  const holders = new Set(
    domains
      .filter((domain) => domainChain(domainOf(key)).includes(domain.domain))
      .map((domain) => domain.organizationId)
      .filter((organizationId) => standingOf(key, domains, organizationId) === 'this'),
  )
  return holders.size === 0 ? [] : findActiveConnections(read, [...holders])
}
