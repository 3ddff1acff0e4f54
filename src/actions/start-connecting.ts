// Starts "connect single sign-on" for a signed-in person: the next sign-in by this Connection links to their account (R3).
import { serviceProviderOf } from '../domain/connection.ts'
import { hasFreshOwnProof, type SessionView } from '../domain/session.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { findConnectionRow } from '../store/connections.ts'
import { reader } from '../store/database.ts'
import { sealSignInStart } from './sign-in-reference.ts'
import type { World } from './world.ts'

/** The address to open in this browser. AppError forbidden `own_proof_required` without a fresh own proof, conflict `connection_off`. */
export async function startConnecting(
  world: World,
  session: SessionView,
  connectionId: string,
): Promise<string> {
  const connection = await findConnectionRow(reader(world.dataSource), connectionId)
  if (connection === null) throw notFound('The connection')
  if (session.organization !== null && session.organization.id !== connection.organizationId) {
    throw notFound('The connection')
  }
  requireOwnProof(world, session)
  if (connection.status !== 'active') {
    throw new AppError('conflict', 'connection_off', 'The connection is not active.', {
      details: { reason: 'connection_off', nextActor: 'org_admin' },
    })
  }
  const provenAt = (session.ownProofAt ?? session.createdAt).toISOString()
  const intent = { kind: 'connect', accountId: session.account.id, provenAt } as const
  const { signInUrl } = serviceProviderOf(world.publicUrl, connectionId)
  return `${signInUrl}?start=${encodeURIComponent(sealSignInStart(world, intent, null))}`
}

/** AppError forbidden `own_proof_required` where the session's own proof is missing or older than 10 minutes. */
export function requireOwnProof(world: World, session: SessionView): void {
  if (hasFreshOwnProof(session, world.clock.now())) return
  throw new AppError('forbidden', 'own_proof_required', 'Prove first that this account is yours.', {
    details: { reason: 'own_proof_required', nextActor: 'person' },
  })
}
