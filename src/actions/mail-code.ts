// Mails a six-digit code, bound to what it is for, whose address it proves and which browser asked.
import type { AddressKey } from '../domain/address.ts'
import { newId } from '../kernel/ids.ts'
import { newCode6, sha256 } from '../kernel/secrets.ts'
import type { Transaction } from '../store/database.ts'
import { endProofCodes, insertProofCode } from '../store/proof-codes.ts'
import { postMail } from './post-mail.ts'
import type { World } from './world.ts'

export type CodePurpose = 'sign-in' | 'own-proof' | 'accept' | 'decline' | 'add-address' | 'pending-sign-in'

/** What a code is bound to; it is dead as soon as any of it changes (T-05). */
export interface CodeBinding {
  purpose: CodePurpose
  key: AddressKey
  /** Any text that names the browser or session; only its SHA-256 is kept. */
  browser: string
  invitationId?: string | null | undefined
  accountId?: string | null | undefined
  /** What else the code belongs to, for instance a pending sign-in. */
  reference?: string | null | undefined
}

export interface CodeLetter {
  /** The address in its stored form. */
  to: string
  language?: string | null | undefined
  organizationId?: string | null | undefined
}

/** Minutes that a code lives, and wrong tries that it bears. */
export const CODE_MINUTES = 10
export const CODE_TRIES = 5

/** Mails a new code; one that this browser asked for before with the same purpose is dead from now on. */
export async function mailCode(
  tx: Transaction,
  world: World,
  binding: CodeBinding,
  letter: CodeLetter,
): Promise<{ expiresAt: Date }> {
  const now = world.clock.now()
  const code = newCode6()
  const browserHash = sha256(binding.browser)
  const expiresAt = new Date(now.getTime() + CODE_MINUTES * 60_000)
  await endProofCodes(tx, binding.purpose, browserHash, now)
  await insertProofCode(tx, {
    id: newId(),
    purpose: binding.purpose,
    key: binding.key,
    browserHash,
    invitationId: binding.invitationId ?? null,
    accountId: binding.accountId ?? null,
    reference: binding.reference ?? null,
    codeHash: codeHash(world, binding, code),
    tries: 0,
    createdAt: now,
    expiresAt,
  })
  await postMail(tx, world, {
    kind: binding.purpose === 'sign-in' ? 'sign-in-code' : 'proof-code',
    to: letter.to,
    language: letter.language ?? null,
    organizationId: letter.organizationId ?? null,
    data: { code },
  })
  return { expiresAt }
}

/** The HMAC of a code with everything that it is bound to. */
export function codeHash(world: World, binding: CodeBinding, code: string): string {
  const text = JSON.stringify([
    binding.purpose,
    binding.key,
    binding.browser,
    binding.invitationId ?? null,
    binding.accountId ?? null,
    binding.reference ?? null,
    code,
  ])
  return world.secrets.hmac('proof-code', text).toString('base64url')
}
