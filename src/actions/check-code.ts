// Compares a typed six-digit code with the one that this browser asked for, and counts the try.
import type { AddressKey } from '../domain/address.ts'
import { constantTimeEqual, sha256 } from '../kernel/secrets.ts'
import type { Transaction } from '../store/database.ts'
import { countTry, endProofCode, lockProofCode } from '../store/proof-codes.ts'
import { CODE_TRIES, type CodeBinding, codeHash } from './mail-code.ts'
import type { World } from './world.ts'

export type CodeVerdict =
  | { ok: true; id: string; key: AddressKey; accountId: string | null }
  | { ok: false; reason: 'code_wrong' | 'code_expired'; triesLeft: number }

/**
 * A right code is spent (unless `keep` leaves that to `spendCode`) and tells whose address it proves; a wrong one costs one of five tries, after which the code is dead. The
 * caller commits either way: throwing here would give the try back. `binding.key` left out takes the key that the code was asked for.
 */
export async function checkCode(
  tx: Transaction,
  world: World,
  binding: Omit<CodeBinding, 'key'> & { key?: AddressKey },
  typed: string,
  right: 'spend' | 'keep' = 'spend',
): Promise<CodeVerdict> {
  const row = await lockProofCode(tx, binding.purpose, sha256(binding.browser))
  const now = world.clock.now()
  const dead: CodeVerdict = { ok: false, reason: 'code_expired', triesLeft: 0 }
  if (row === null || row.expiresAt <= now || row.tries >= CODE_TRIES) return dead
  if (binding.key !== undefined && binding.key !== row.key) return dead
  const expected = codeHash(
    world,
    { ...binding, key: row.key, accountId: binding.accountId ?? row.accountId },
    typed.replace(/[\s\p{Dash}]/gu, ''),
  )
  if (constantTimeEqual(expected, row.codeHash)) {
    if (right === 'spend') await spendCode(tx, world, row.id)
    return { ok: true, id: row.id, key: row.key, accountId: row.accountId }
  }
  await countTry(tx, row.id)
  const triesLeft = CODE_TRIES - row.tries - 1
  return { ok: false, reason: triesLeft > 0 ? 'code_wrong' : 'code_expired', triesLeft }
}

/** Spends a code that `checkCode` found right and kept. */
export async function spendCode(tx: Transaction, world: World, id: string): Promise<void> {
  await endProofCode(tx, id, world.clock.now())
}
