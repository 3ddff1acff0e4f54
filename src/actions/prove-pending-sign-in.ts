// The proof that a pending single sign-on asks for: a code at the asserted address (P1), or an own proof of its holder (P2).
import type { AddressKey } from '../domain/address.ts'
import { hasFreshOwnProof, type SessionView } from '../domain/session.ts'
import { AppError } from '../kernel/errors.ts'
import { sha256 } from '../kernel/secrets.ts'
import { reader } from '../store/database.ts'
import { lockPending, provePending, readPending } from '../store/pending-sign-ins.ts'
import { checkCode } from './check-code.ts'
import { codeRefusal } from './code-refusal.ts'
import { findConnection } from './find-connection.ts'
import { mailCode } from './mail-code.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface PendingProof {
  id: string
  connectionId: string
  organizationId: string
  organizationName: string
  address: string
  key: AddressKey
  /** Whether the browser's session is a fresh own proof of an account that holds the address. */
  provenBySession: boolean
}

/** What the proof page speaks of; null where the handle's sign-in is finished, too old, or names no address. */
export async function readPendingProof(
  world: World,
  handle: string,
  session: SessionView | null,
): Promise<PendingProof | null> {
  const pending = await readPending(reader(world.dataSource), sha256(handle), world.clock.now())
  const { address, emailKey } = pending?.payload.profile ?? { address: null, emailKey: null }
  if (pending === null || address === null || emailKey === null) return null
  const connection = await findConnection(world, pending.connectionId)
  if (connection === null) return null
  return {
    id: pending.id,
    connectionId: connection.id,
    organizationId: connection.organizationId,
    organizationName: connection.organizationName,
    address,
    key: emailKey,
    provenBySession: session !== null && provesPending(session, emailKey, world.clock.now()),
  }
}

/** Mails the code to the asserted address. Alike whether or not it has an account (T-31). */
export async function startPendingProof(world: World, proof: PendingProof, browser: string): Promise<void> {
  const { key, id, address, organizationId } = proof
  await inTransaction(world, (tx) =>
    mailCode(
      tx,
      world,
      { purpose: 'pending-sign-in', key, browser, reference: id },
      { to: address, organizationId },
    ),
  )
}

/**
 * Takes the code (P1) or, without one, the session's own proof (P2) and notes it with the pending sign-in, which its caller then finishes.
 * AppError unprocessable `code_wrong` or `code_expired`, forbidden `own_proof_required`, not_found where the sign-in is gone.
 */
export async function confirmPendingProof(
  world: World,
  given: { handle: string; code: string | null; browser: string; session: SessionView | null },
): Promise<void> {
  const verdict = await inTransaction(world, async (tx) => {
    const now = world.clock.now()
    const pending = await lockPending(tx, sha256(given.handle), now)
    const key = pending?.payload.profile.emailKey ?? null
    if (pending === null || key === null) throw gone()
    if (given.code === null) {
      const { session } = given
      if (session === null || !provesPending(session, key, now)) throw unproven()
      await provePending(tx, pending.id, { key: null, accountId: session.account.id })
      return { ok: true } as const
    }
    const binding = {
      purpose: 'pending-sign-in',
      key,
      browser: given.browser,
      reference: pending.id,
    } as const
    const checked = await checkCode(tx, world, binding, given.code)
    if (checked.ok) await provePending(tx, pending.id, { key, accountId: null })
    return checked
  })
  if (!verdict.ok) throw codeRefusal(verdict)
}

function provesPending(session: SessionView, key: AddressKey, now: Date): boolean {
  const held = session.account.addresses.some(
    (address) => address.key === key && address.verified && !address.resting,
  )
  return held && hasFreshOwnProof(session, now)
}

function gone(): AppError {
  return new AppError('not_found', 'request_unknown', 'This sign-in is finished or too old. Start again.')
}

function unproven(): AppError {
  return new AppError('forbidden', 'own_proof_required', 'Prove the address by a code.', {
    details: { reason: 'own_proof_required', nextActor: 'person' },
  })
}
