// The role mappings as they stand, with the hash that a change of them starts from.
import { reader } from '../store/database.ts'
import { readMappings } from '../store/role-mappings.ts'
import { authorize, type Caller } from './authorize.ts'
import { planMappings } from './plan-mappings.ts'
import { type ShownMapping, showMappings } from './show-mappings.ts'
import type { World } from './world.ts'

export async function listMappings(
  world: World,
  caller: Caller,
  organizationRef: string,
): Promise<{ items: ShownMapping[]; planHash: string }> {
  const read = reader(world.dataSource)
  const organization = await authorize(read, caller, organizationRef, 'admin')
  const items = await showMappings(read, organization.id, await readMappings(read, organization.id))
  const { planHash } = await planMappings(read, world, { kind: 'root' }, organization.id, items)
  return { items, planHash }
}
