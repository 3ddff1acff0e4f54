// Opens one of the organizations that a code opens, for a person who signed in by it.
import type { SessionView } from '../domain/session.ts'
import { AppError } from '../kernel/errors.ts'
import { type Reader, reader } from '../store/database.ts'
import { endSessionRow } from '../store/sessions.ts'
import { codeOpenings, type Opening } from './code-openings.ts'
import { openSession } from './open-session.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** The organizations that this session's own code would open; none for a session that no code began. */
export async function listOpenings(world: World, session: SessionView): Promise<Opening[]> {
  return openingsOf(reader(world.dataSource), session)
}

/** Replaces the session by one for the organization. AppError forbidden `sso_required` where a code does not open it. */
export async function chooseOrganization(
  world: World,
  session: SessionView,
  organizationId: string,
): Promise<{ token: string; expiresAt: Date }> {
  return inTransaction(world, async (tx) => {
    const openings = await openingsOf(tx, session)
    if (!openings.some((opening) => opening.organizationId === organizationId)) {
      throw new AppError('forbidden', 'sso_required', 'A code does not open this organization for you.', {
        details: { reason: 'sso_required', nextActor: 'person' },
      })
    }
    const opened = await openSession(tx, world, {
      accountId: session.account.id,
      organizationId,
      proofType: 'code',
      proofKey: session.proofKey,
      ownProofAt: session.ownProofAt,
      expiresAt: session.expiresAt,
    })
    await endSessionRow(tx, session.id, world.clock.now(), 'replaced')
    return { token: opened.token, expiresAt: opened.expiresAt }
  })
}

async function openingsOf(read: Reader, session: SessionView): Promise<Opening[]> {
  if (session.authenticatedBy.type !== 'code' || session.proofKey === null) return []
  return (await codeOpenings(read, session.account.id, session.proofKey)).openings
}
