// Adds an address to an account on the host product's word.
import { addressKey } from '../domain/address.ts'
import { invalidField, notFound } from '../kernel/errors.ts'
import { findAccount, lockAccount, type ShownAccountRow } from '../store/accounts.ts'
import { lock } from '../store/locks.ts'
import { actorOf, type Caller, requireRoot } from './authorize.ts'
import { giveAddress } from './give-address.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Adds the address, or verifies the account's own claim of it. AppError conflict `address_taken` with `accountId`. */
export async function addAccountAddress(
  world: World,
  caller: Caller,
  accountId: string,
  given: { address: string; verified: boolean },
): Promise<ShownAccountRow> {
  requireRoot(caller)
  const key = addressKey(given.address)
  if (key === null) throw invalidField('address', 'is not an e-mail address')
  return inTransaction(world, async (tx) => {
    await lock(tx, [`account:${accountId}`, `key:${key}`])
    if (!(await lockAccount(tx, accountId))) throw notFound('The account')
    await giveAddress(tx, world, accountId, { ...given, key })
    await recordEvent(tx, world, {
      organizationId: null,
      type: 'account.address_added',
      actor: actorOf(caller),
      subject: { type: 'account', id: accountId, email: given.address, key },
      accountId,
      data: { verified: given.verified },
    })
    return (await findAccount(tx, accountId)) as ShownAccountRow
  })
}
