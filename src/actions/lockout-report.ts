// Says beforehand who would be locked out if single sign-on were required (H3).
import { isOutside } from '../domain/session.ts'
import { reader } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import { listWithoutConnection } from '../store/owners.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

export interface LockoutReport {
  lockedOut: { memberId: string; email: string | null; owner: boolean }[]
  warnings: string[]
}

/** At most 1 000 members; break-glass owners and, where the policy allows them, guests stay open. */
export async function lockoutReport(world: World, caller: Caller, ref: string): Promise<LockoutReport> {
  const read = reader(world.dataSource)
  const organization = await authorize(read, caller, ref, 'admin')
  const { breakGlassAccountIds, guests } = organization.policies
  const candidates = await listWithoutConnection(read, organization.id)
  const domains = await domainsOver(
    read,
    candidates.flatMap((one) => one.keys),
  )
  const lockedOut = candidates.filter((one) => {
    if (one.owner && breakGlassAccountIds.includes(one.accountId)) return false
    const guest = one.keys.every((key) => isOutside(key, domains, organization.id))
    return !(guest && guests === 'allowed')
  })
  return {
    lockedOut: lockedOut.map(({ membershipId, email, owner }) => ({ memberId: membershipId, email, owner })),
    warnings:
      breakGlassAccountIds.length === 0
        ? ['There is no break-glass owner: if the identity provider fails, nobody can sign in to repair it.']
        : [],
  }
}
