// Puts an address on an account on the host product's word.
import type { AddressKey } from '../domain/address.ts'
import { AppError } from '../kernel/errors.ts'
import { readHolder } from '../store/account-reads.ts'
import { addAddress, strikeClaims } from '../store/account-writes.ts'
import type { Transaction } from '../store/database.ts'
import type { World } from './world.ts'

/**
 * Inside the caller's transaction, under the lock of the key. AppError conflict `address_taken` with `accountId` when another account holds it
 * verified; a verified one strikes the claims of others.
 */
export async function giveAddress(
  tx: Transaction,
  world: World,
  accountId: string,
  given: { address: string; key: AddressKey; verified: boolean },
): Promise<void> {
  const now = world.clock.now()
  const holder = await readHolder(tx, given.key)
  if (holder !== null && holder !== accountId) {
    throw new AppError('conflict', 'address_taken', 'Another account has proven this address.', {
      details: { accountId: holder },
    })
  }
  if (given.verified) await strikeClaims(tx, given.key, accountId, now)
  const address = {
    address: given.address.trim(),
    key: given.key,
    verifiedAt: given.verified ? now : null,
    primary: true,
    givenBy: 'host' as const,
    restingSince: null,
  }
  await addAddress(tx, accountId, address, given.verified ? 'host' : null, now)
}
