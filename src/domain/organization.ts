// Organizations: the customers of the host product, their policies, roles and proven domains.
import { type AddressKey, domainChain, domainOf } from './address.ts'

export interface Role {
  name: string
  /** The higher, the more it may do. */
  rank: number
  invitable: boolean
  mappable: boolean
}

export const OWNER = 'owner'

export interface Policies {
  jitProvisioning: boolean
  jitRole: string
  directoryRole: string
  ssoRequired: boolean
  breakGlassAccountIds: string[]
  guests: 'allowed' | 'refused'
  roleAuthority: 'order' | 'highest'
  seats: number | null
  seatPolicy: 'wait' | 'refuse'
  exclusiveAccounts: boolean
  returnUrls: string[]
  invitationTtlDays: number
  deprovisionBrake: { members: number; percent: number; atLeast: number; minutes: number }
}

export const defaultPolicies: Policies = {
  jitProvisioning: true,
  jitRole: 'viewer',
  directoryRole: 'viewer',
  ssoRequired: false,
  breakGlassAccountIds: [],
  guests: 'allowed',
  roleAuthority: 'order',
  seats: null,
  seatPolicy: 'wait',
  exclusiveAccounts: false,
  returnUrls: [],
  invitationTtlDays: 7,
  deprovisionBrake: { members: 50, percent: 20, atLeast: 11, minutes: 10 },
}

export interface Organization {
  id: string
  name: string
  slug: string
  policies: Policies
  /** Whether it ever had an owner; from then on it always keeps one who can sign in (invariant 6). */
  hadOwner: boolean
  createdAt: Date
}

export type DomainStatus = 'pending' | 'verified' | 'lapsed' | 'contested'

export interface Domain {
  id: string
  organizationId: string
  domain: string
  includeSubdomains: boolean
  status: DomainStatus
}

/**
 * Whose proven domain an address lies in. `this` gives powers; `duty` means that it is this organization's but lapsed or contested,
 * which takes the powers away and keeps the duties (H2); `other` and `none` are somebody else's or nobody's.
 */
export type Standing = 'this' | 'duty' | 'other' | 'none'

/** The standing of an address by the most specific domain that anybody proved; a parent counts only where it includes its subdomains (T-15). */
export function standingOf(key: AddressKey, domains: readonly Domain[], organizationId: string): Standing {
  const own = domainOf(key)
  for (const name of domainChain(own)) {
    const here = domains.filter(
      (d) => d.domain === name && d.status !== 'pending' && (name === own || d.includeSubdomains),
    )
    if (!here.length) continue
    const ours = here.find((d) => d.organizationId === organizationId)
    if (!ours) return here.some((d) => d.status === 'verified') ? 'other' : 'none'
    return ours.status === 'verified' ? 'this' : 'duty'
  }
  return 'none'
}
