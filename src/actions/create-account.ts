// Takes over a person whom the host product knows already.
import { addressKey } from '../domain/address.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { findAccount, findByExternalId, insertAccount, type ShownAccountRow } from '../store/accounts.ts'
import { lock } from '../store/locks.ts'
import { actorOf, type Caller, requireRoot } from './authorize.ts'
import { giveAddress } from './give-address.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface NewAccount {
  email: string
  emailVerified: boolean
  name?: string | undefined
  externalId?: string | undefined
}

/**
 * Makes the account. AppError conflict `address_taken` with `accountId` when somebody holds the address verified, `external_id_taken` likewise.
 * A verified address strikes every unverified claim of it (invariant 1, A7).
 */
export async function createAccount(
  world: World,
  caller: Caller,
  wanted: NewAccount,
): Promise<ShownAccountRow> {
  requireRoot(caller)
  const key = addressKey(wanted.email)
  if (key === null) throw invalidField('email', 'is not an e-mail address')
  return inTransaction(world, async (tx) => {
    await lock(tx, [`key:${key}`])
    const externalId = wanted.externalId ?? null
    const namesake = externalId === null ? null : await findByExternalId(tx, externalId)
    if (namesake !== null) {
      throw new AppError('conflict', 'external_id_taken', 'Another account has this externalId.', {
        details: { accountId: namesake },
      })
    }
    const id = newId()
    await insertAccount(tx, { id, name: wanted.name ?? null, externalId, createdAt: world.clock.now() })
    await giveAddress(tx, world, id, { address: wanted.email, key, verified: wanted.emailVerified })
    await recordEvent(tx, world, {
      organizationId: null,
      type: 'account.created',
      actor: actorOf(caller),
      subject: { type: 'account', id, email: wanted.email, key },
      accountId: id,
      data: { verified: wanted.emailVerified },
    })
    return (await findAccount(tx, id)) as ShownAccountRow
  })
}
