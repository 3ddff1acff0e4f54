// Lists organizations for the host product.
import { reader } from '../store/database.ts'
import { listOrganizationRows, type OrganizationRow } from '../store/organizations.ts'
import { type Caller, requireRoot } from './authorize.ts'
import type { World } from './world.ts'

export async function listOrganizations(
  world: World,
  caller: Caller,
  page: { after: string | null; limit: number },
): Promise<OrganizationRow[]> {
  requireRoot(caller)
  return listOrganizationRows(reader(world.dataSource), page.after, page.limit)
}
