// Lists accounts for the host product, all of them or those that hold an address.
import { addressKey } from '../domain/address.ts'
import { invalidField } from '../kernel/errors.ts'
import { listAccountRows, type ShownAccountRow } from '../store/accounts.ts'
import { reader } from '../store/database.ts'
import { type Caller, requireRoot } from './authorize.ts'
import type { World } from './world.ts'

/** Unverified claims are found too: the host product sees them as such. */
export async function listAccounts(
  world: World,
  caller: Caller,
  query: { email?: string | undefined; after: string | null; limit: number },
): Promise<ShownAccountRow[]> {
  requireRoot(caller)
  const key = query.email === undefined ? null : addressKey(query.email)
  if (query.email !== undefined && key === null) throw invalidField('email', 'is not an e-mail address')
  return listAccountRows(reader(world.dataSource), { key, after: query.after, limit: query.limit })
}
