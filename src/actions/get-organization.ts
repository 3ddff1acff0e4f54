// Reads one organization with its policies.
import { reader } from '../store/database.ts'
import { authorize, type Caller, type OrganizationRow } from './authorize.ts'
import type { World } from './world.ts'

export function getOrganization(world: World, caller: Caller, ref: string): Promise<OrganizationRow> {
  return authorize(reader(world.dataSource), caller, ref, 'admin')
}
