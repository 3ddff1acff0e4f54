// Lists what waits for an administrator's decision, or by `state` what was decided: conflicts of identity and approvals.
import { reader } from '../store/database.ts'
import { type ApprovalRow, type ConflictRow, listApprovalRows, listConflictRows } from '../store/questions.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

interface Query {
  state?: string | undefined
  after: string | null
  limit: number
}

export async function listConflicts(
  world: World,
  caller: Caller,
  ref: string,
  query: Query,
): Promise<ConflictRow[]> {
  const read = reader(world.dataSource)
  const { id: organizationId } = await authorize(read, caller, ref, 'admin')
  return listConflictRows(read, { ...query, organizationId, state: query.state ?? 'open' })
}

export async function listApprovals(
  world: World,
  caller: Caller,
  ref: string,
  query: Query,
): Promise<ApprovalRow[]> {
  const read = reader(world.dataSource)
  const { id: organizationId } = await authorize(read, caller, ref, 'admin')
  return listApprovalRows(read, { ...query, organizationId, state: query.state ?? 'open' })
}
