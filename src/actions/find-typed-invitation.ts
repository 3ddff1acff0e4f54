// Finds the invitation of an address and the eight-character code of its message: a link in another form, which proves nothing.
import type { AddressKey } from '../domain/address.ts'
import { newId } from '../kernel/ids.ts'
import { constantTimeEqual, readCode8, sha256 } from '../kernel/secrets.ts'
import { findCardsByKey } from '../store/invitation-cards.ts'
import { insertProofCode, recentTries } from '../store/proof-codes.ts'
import { codeDigest } from './carry-invitation.ts'
import { referTo } from './read-invitation-card.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const TRIES = 5
const WINDOW_MINUTES = 15
const PURPOSE = 'typed-invitation'

export type TypedInvitation =
  | { found: true; invitationId: string; token: string }
  | { found: false; reason: 'code_wrong' | 'rate_limited' }

/**
 * The invitation and a reference that stands for its link for an hour. Five wrong tries per address and network in 15 minutes; the answer to
 * a wrong code is the same whether or not the address was ever invited. A try is written, so the reason is returned and not thrown.
 */
export async function findTypedInvitation(
  world: World,
  typed: { key: AddressKey; code: string; network: string },
): Promise<TypedInvitation> {
  const who = sha256(typed.network)
  return inTransaction(world, async (tx) => {
    const now = world.clock.now()
    const since = new Date(now.getTime() - WINDOW_MINUTES * 60_000)
    if ((await recentTries(tx, PURPOSE, typed.key, who, since)) >= TRIES)
      return { found: false, reason: 'rate_limited' }
    const code = readCode8(typed.code)
    const digest = codeDigest(world, code ?? '')
    const cards = await findCardsByKey(tx, typed.key)
    const hit = cards.find((card) => card.codeHash !== null && constantTimeEqual(card.codeHash, digest))
    if (code !== null && hit?.deliveryId)
      return { found: true, invitationId: hit.invitationId, token: referTo(world, hit.deliveryId) }
    await insertProofCode(tx, {
      id: newId(),
      purpose: PURPOSE,
      key: typed.key,
      browserHash: who,
      invitationId: null,
      accountId: null,
      reference: null,
      codeHash: '',
      tries: 1,
      createdAt: now,
      expiresAt: new Date(now.getTime() + WINDOW_MINUTES * 60_000),
    })
    return { found: false, reason: 'code_wrong' }
  })
}
