// Begins a session for an account that has just been proven.
import type { AddressKey } from '../domain/address.ts'
import { SESSION_HOURS, type SessionProof } from '../domain/session.ts'
import { newId } from '../kernel/ids.ts'
import { newToken } from '../kernel/secrets.ts'
import type { Transaction } from '../store/database.ts'
import { insertSession } from '../store/sessions.ts'
import type { World } from './world.ts'

export interface NewSession {
  accountId: string
  /** Null begins an account session, which opens nothing of an organization. */
  organizationId: string | null
  proofType: SessionProof
  connectionId?: string | null | undefined
  identityId?: string | null | undefined
  /** The address key that a code proved. */
  proofKey?: AddressKey | null | undefined
  ownProofAt?: Date | null | undefined
  /** A sooner end than 12 hours from now, for instance SessionNotOnOrAfter. */
  expiresAt?: Date | null | undefined
}

/**
 * Begins a session inside the caller's transaction. The caller has proven the person and asked whether the membership
 * opens; each later request asks again (`findSession`). The token is shown once: only its SHA-256 is stored.
 */
export async function openSession(
  tx: Transaction,
  world: World,
  session: NewSession,
): Promise<{ token: string; sessionId: string; expiresAt: Date }> {
  const now = world.clock.now()
  const { token, hash } = newToken('ses')
  const latest = new Date(now.getTime() + SESSION_HOURS * 3_600_000)
  const expiresAt = session.expiresAt && session.expiresAt < latest ? session.expiresAt : latest
  const sessionId = newId()
  await insertSession(tx, {
    id: sessionId,
    tokenHash: hash,
    accountId: session.accountId,
    organizationId: session.organizationId,
    proofType: session.proofType,
    connectionId: session.connectionId ?? null,
    identityId: session.identityId ?? null,
    proofKey: session.proofKey ?? null,
    ownProofAt: session.ownProofAt ?? null,
    createdAt: now,
    expiresAt,
  })
  return { token, sessionId, expiresAt }
}
