// Beginning a sign-in here: the request that only this browser may bring back.
import { randomBytes } from 'node:crypto'
import { newToken, sha256 } from '../kernel/secrets.ts'
import { createRequest } from '../store/pending-sign-ins.ts'
import { openSignInStart } from './sign-in-reference.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const LIFE_MINUTES = 15

export interface SignInStart {
  connectionId: string
  /** Where the person wants to go afterwards; checked against the organization's return URLs when they arrive. */
  returnTo: string | null
  /** A reference of `sealSignInStart`, or null for a plain sign-in. */
  start: string | null
  browserNonce: string
}

/** Keeps the request; `requestId` is fit for an XML ID and `relayState` an opaque handle of 80 bytes at most (SAML Bindings §3.4.3). */
export async function startSignIn(
  world: World,
  start: SignInStart,
): Promise<{ requestId: string; relayState: string }> {
  const now = world.clock.now()
  const requestId = `_${randomBytes(20).toString('hex')}`
  const relayState = newToken('rs')
  await inTransaction(world, (tx) =>
    createRequest(tx, {
      id: requestId,
      connectionId: start.connectionId,
      browserHash: sha256(start.browserNonce),
      relayStateHash: relayState.hash,
      returnTo: start.returnTo,
      intent: openSignInStart(world, start.start, start.browserNonce),
      createdAt: now,
      expiresAt: new Date(now.getTime() + LIFE_MINUTES * 60_000),
    }),
  )
  return { requestId, relayState: relayState.token }
}
