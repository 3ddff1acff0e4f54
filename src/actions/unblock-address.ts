// Lifting a block: what it had suspended follows from the other facts again.
import { addressKey } from '../domain/address.ts'
import { invalidField } from '../kernel/errors.ts'
import { deleteBlock } from '../store/blocks.ts'
import { lock } from '../store/locks.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { resettleByKey } from './block-address.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Idempotent. */
export async function unblockAddress(
  world: World,
  caller: Caller,
  organizationRef: string,
  email: string,
): Promise<void> {
  const key = addressKey(email)
  if (key === null) throw invalidField('email', 'is not an e-mail address', 'invalid_address')
  await inTransaction(world, async (tx) => {
    const organization = await authorize(tx, caller, organizationRef, 'admin')
    const scope = { organizationId: organization.id, actor: actorOf(caller) }
    await lock(tx, [`owners:${organization.id}`])
    await lock(tx, [`key:${key}`])
    if (!(await deleteBlock(tx, organization.id, key))) return
    await recordEvent(tx, world, {
      ...scope,
      type: 'address.unblocked',
      subject: { type: 'organization', id: organization.id, email: email.trim(), key },
    })
    await resettleByKey(tx, world, caller, scope, key)
  })
}
