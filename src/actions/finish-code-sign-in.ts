// Takes the code of a sign-in: the person's only organization opens, or they are asked which, or their account alone.
import type { AddressKey } from '../domain/address.ts'
import type { SessionView } from '../domain/session.ts'
import type { Transaction } from '../store/database.ts'
import { findPendingCards } from '../store/invitation-cards.ts'
import { lock } from '../store/locks.ts'
import { accountLabel, findHolder } from '../store/session-openings.ts'
import { endSessionRow } from '../store/sessions.ts'
import { checkCode, spendCode } from './check-code.ts'
import { codeOpenings } from './code-openings.ts'
import { codeRefusal } from './code-refusal.ts'
import { openSession } from './open-session.ts'
import { proveAddress, restingError } from './prove-address.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface CodeSignIn {
  /** The address the code was asked for, in the form it was typed. */
  address: string
  key: AddressKey
  code: string
  browser: string
  /** The session that the browser holds; one of another account is replaced only when `confirmed`. */
  present: SessionView | null
  confirmed: boolean
}

export type CodeSignInOutcome =
  | { outcome: 'signed_in'; token: string; expiresAt: Date; organizations: number }
  | { outcome: 'confirm'; current: string; next: string }
  /** The address is proven and nobody here knows it: neither an account nor an open invitation. */
  | { outcome: 'unknown' }

/** AppError unprocessable `code_wrong` or `code_expired`, conflict `identity_conflict` for a resting address; an account is made only where an open invitation names the proven address. */
export async function finishCodeSignIn(world: World, signIn: CodeSignIn): Promise<CodeSignInOutcome> {
  const result = await inTransaction(world, async (tx) => {
    const binding = { purpose: 'sign-in', key: signIn.key, browser: signIn.browser } as const
    const verdict = await checkCode(tx, world, binding, signIn.code, 'keep')
    if (!verdict.ok) return verdict
    const found = await findHolder(tx, signIn.key)
    if (found?.resting) throw restingError()
    const holder = found?.accountId ?? null
    const { present } = signIn
    if (present !== null && present.account.id !== holder && !signIn.confirmed) {
      const next = holder === null ? signIn.address : await accountLabel(tx, holder)
      const current = present.account.email ?? 'another account'
      return { ok: true, outcome: 'confirm', current, next: next ?? signIn.address } as const
    }
    await spendCode(tx, world, verdict.id)
    const accountId = holder ?? (await newcomer(tx, world, signIn))
    if (accountId === null) return { ok: true, outcome: 'unknown' } as const
    return { ok: true, ...(await begin(tx, world, accountId, signIn)) } as const
  })
  if (!result.ok) throw codeRefusal(result)
  return result
}

async function newcomer(tx: Transaction, world: World, signIn: CodeSignIn): Promise<string | null> {
  const now = world.clock.now()
  const open = (await findPendingCards(tx, [signIn.key])).find((invitation) => invitation.expiresAt > now)
  if (open === undefined) return null
  const { organizationId } = open
  await lock(tx, [`key:${signIn.key}`])
  const proven = await proveAddress(tx, world, { address: signIn.address, key: signIn.key, organizationId })
  return proven.accountId
}

async function begin(
  tx: Transaction,
  world: World,
  accountId: string,
  { key, present }: CodeSignIn,
): Promise<CodeSignInOutcome> {
  const { openings, primary } = await codeOpenings(tx, accountId, key)
  const only = openings.length === 1 ? openings[0] : undefined
  const opened = await openSession(tx, world, {
    accountId,
    organizationId: only?.organizationId ?? null,
    proofType: 'code',
    proofKey: key,
    // A code at the primary address is an own proof; at another it opens what was joined by it and no settings.
    ownProofAt: primary ? world.clock.now() : null,
  })
  if (present !== null) await endSessionRow(tx, present.id, world.clock.now(), 'replaced')
  return {
    outcome: 'signed_in',
    token: opened.token,
    expiresAt: opened.expiresAt,
    organizations: openings.length,
  }
}
