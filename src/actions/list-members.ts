// Lists the members of an organization.
import { reader } from '../store/database.ts'
import { listMemberRows, type MemberRow } from '../store/members.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

export interface MemberFilter {
  q?: string | undefined
  role?: string | undefined
  status?: string | undefined
  after: string | null
  limit: number
}

export async function listMembers(
  world: World,
  caller: Caller,
  ref: string,
  filter: MemberFilter,
): Promise<MemberRow[]> {
  const read = reader(world.dataSource)
  const { id: organizationId } = await authorize(read, caller, ref, 'admin')
  return listMemberRows(read, {
    organizationId,
    role: filter.role ?? null,
    status: filter.status ?? null,
    q: filter.q?.trim() || null,
    after: filter.after,
    limit: filter.limit,
  })
}
