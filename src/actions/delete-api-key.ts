// Ends a key: its next request is refused.
import { notFound } from '../kernel/errors.ts'
import { endApiKey, findApiKey } from '../store/api-keys.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export async function deleteApiKey(world: World, caller: Caller, keyId: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const key = await findApiKey(tx, keyId)
    if (key === null) throw notFound('The key')
    await authorize(tx, caller, key.organizationId, 'admin', 'The key')
    await endApiKey(tx, key.id, world.clock.now())
    await recordEvent(tx, world, {
      organizationId: key.organizationId,
      type: 'api_key.deleted',
      actor: actorOf(caller),
      subject: { type: 'api_key', id: key.id },
      data: { name: key.name },
    })
  })
}
