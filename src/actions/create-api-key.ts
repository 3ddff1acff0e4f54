// Makes a key by which a program of the organization calls the API.
import { OWNER } from '../domain/organization.ts'
import { AppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { newToken } from '../kernel/secrets.ts'
import { insertApiKey } from '../store/api-keys.ts'
import { accountBehind, actorOf, authorize, type Caller, requireGrant } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** The key is shown once. Its role is at most the maker's and never owner; it lives and falls with its maker (T-38). */
export async function createApiKey(
  world: World,
  caller: Caller,
  ref: string,
  wanted: { name: string; role: string },
): Promise<{ id: string; key: string; hint: string; name: string; role: string; createdAt: Date }> {
  const role = requireGrant(world, caller, wanted.role)
  if (role.name === OWNER) throw new AppError('forbidden', 'forbidden', 'A key is never an owner.')
  const { token, hash } = newToken('key')
  return inTransaction(world, async (tx) => {
    const { id: organizationId } = await authorize(tx, caller, ref, 'admin')
    const row = {
      id: newId(),
      organizationId,
      name: wanted.name,
      role: role.name,
      keyHash: hash,
      hint: token.slice(-4),
      makerAccountId: caller.kind === 'root' ? null : accountBehind(caller),
      createdAt: world.clock.now(),
    }
    await insertApiKey(tx, row)
    await recordEvent(tx, world, {
      organizationId,
      type: 'api_key.created',
      actor: actorOf(caller),
      subject: { type: 'api_key', id: row.id },
      data: { name: row.name, role: row.role },
    })
    const { id, hint, name, createdAt } = row
    return { id, key: token, hint, name, role: row.role, createdAt }
  })
}
