// The preview of a change of role mappings; nothing is written.
import { OWNER } from '../domain/organization.ts'
import { reader } from '../store/database.ts'
import { authorize, type Caller } from './authorize.ts'
import { type MappingChange, type MappingInput, planMappings } from './plan-mappings.ts'
import { showChanges } from './show-mappings.ts'
import type { World } from './world.ts'

export interface MappingPreview {
  planHash: string
  changes: MappingChange[]
  summary: { members: number; changed: number; owners: number }
}

/** AppError invalid names the row and field. */
export async function previewMappings(
  world: World,
  caller: Caller,
  organizationRef: string,
  rows: readonly MappingInput[],
): Promise<MappingPreview> {
  const read = reader(world.dataSource)
  const organization = await authorize(read, caller, organizationRef, 'admin')
  const plan = await planMappings(read, world, caller, organization.id, rows)
  const changes = await showChanges(read, organization.id, plan.changes)
  const owners = changes.filter((c) => c.from.role === OWNER || c.to.role === OWNER).length
  return {
    planHash: plan.planHash,
    changes,
    summary: { members: plan.accountIds.length, changed: changes.length, owners },
  }
}
