// Mails a sign-in code to whoever asks for an address, alike whether or not anybody has an account there.
import type { AddressKey } from '../domain/address.ts'
import { mailCode } from './mail-code.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** The code goes out in every case: what the address is to us is told only to the one who types it (invariant 22). */
export async function startCodeSignIn(
  world: World,
  request: { address: string; key: AddressKey; browser: string; language?: string },
): Promise<{ expiresAt: Date }> {
  const { address, key, browser, language } = request
  return inTransaction(world, (tx) =>
    mailCode(tx, world, { purpose: 'sign-in', key, browser }, { to: address.trim(), language }),
  )
}
