// Lists the domains that an organization claims.
import { reader } from '../store/database.ts'
import { type DomainRow, listDomainRows } from '../store/domains.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

export async function listDomains(
  world: World,
  caller: Caller,
  ref: string,
  page: { after: string | null; limit: number },
): Promise<DomainRow[]> {
  const read = reader(world.dataSource)
  const { id } = await authorize(read, caller, ref, 'admin')
  return listDomainRows(read, id, page.after, page.limit)
}
