// An administrator takes over a key whose maker may be gone: from now on it stands and falls with the adopter (T-38).
import { AppError, notFound } from '../kernel/errors.ts'
import { adoptApiKeyRow, findApiKey, type ListedApiKey } from '../store/api-keys.ts'
import { actorOf, authorize, type Caller, rankOf } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** A key adopts nothing: it takes a person or the host product. AppError forbidden where the key's role is above the adopter's. */
export async function adoptApiKey(world: World, caller: Caller, keyId: string): Promise<ListedApiKey> {
  return inTransaction(world, async (tx) => {
    const key = await findApiKey(tx, keyId)
    if (key === null) throw notFound('The key')
    await authorize(tx, caller, key.organizationId, 'admin', 'The key')
    if (caller.kind === 'key') throw new AppError('forbidden', 'forbidden', 'A key cannot adopt a key.')
    const role = world.roles.find((one) => one.name === key.role)
    if (role === undefined || role.rank > rankOf(world, caller)) {
      throw new AppError('forbidden', 'forbidden', 'The role of this key stands above your own.')
    }
    const maker = caller.kind === 'root' ? null : caller.accountId
    await adoptApiKeyRow(tx, key.id, maker, key.role)
    await recordEvent(tx, world, {
      organizationId: key.organizationId,
      type: 'api_key.adopted',
      actor: actorOf(caller),
      subject: { type: 'api_key', id: key.id },
      decision: { rule: 'T-38', outcome: 'change', before: { maker: key.makerAccountId }, after: { maker } },
    })
    return {
      ...key,
      stoppedAt: null,
      makerAccountId: maker,
      makerRole: caller.kind === 'person' ? caller.role : null,
    }
  })
}
