// Reads one account for the host product.
import { notFound } from '../kernel/errors.ts'
import { findAccount, type ShownAccountRow } from '../store/accounts.ts'
import { reader } from '../store/database.ts'
import { type Caller, requireRoot } from './authorize.ts'
import type { World } from './world.ts'

export async function getAccount(world: World, caller: Caller, id: string): Promise<ShownAccountRow> {
  requireRoot(caller)
  const found = await findAccount(reader(world.dataSource), id)
  if (found === null) throw notFound('The account')
  return found
}
