// Opens a session for a person whom the host product has signed in itself.
import { judgeSession } from '../decisions/judge-session.ts'
import type { NextActor } from '../domain/reason.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { lockAccount } from '../store/accounts.ts'
import type { Transaction } from '../store/database.ts'
import { isGoverned } from '../store/domain-standings.ts'
import { findHeldAddresses, findOpenings } from '../store/session-openings.ts'
import { actorOf, authorize, type Caller, requireRoot } from './authorize.ts'
import { openSession } from './open-session.ts'
import { recordEvent } from './record-event.ts'
import { startHandoff } from './start-handoff.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * A session with an own proof of this moment: `token` is a bearer, `url` works once within 60 seconds and sets the cookie. Without an
 * organization it is an account session. AppError conflict with the reason that keeps the membership closed, `sso_required` among them.
 */
export async function openHostSession(
  world: World,
  caller: Caller,
  accountId: string,
  organizationRef: string | null,
): Promise<{ token: string; url: string; expiresAt: Date }> {
  requireRoot(caller)
  return inTransaction(world, async (tx) => {
    if (!(await lockAccount(tx, accountId))) throw notFound('The account')
    const organization =
      organizationRef === null ? null : await authorize(tx, caller, organizationRef, 'root')
    if (organization !== null) await requireOpen(tx, accountId, organization.id)
    const session = await openSession(tx, world, {
      accountId,
      organizationId: organization?.id ?? null,
      proofType: 'host',
      ownProofAt: world.clock.now(),
    })
    await recordEvent(tx, world, {
      organizationId: organization?.id ?? null,
      type: 'session.opened',
      actor: actorOf(caller),
      subject: { type: 'account', id: accountId },
      accountId,
      data: { by: 'host' },
    })
    const url = await startHandoff(tx, world, session.sessionId)
    return { token: session.token, url, expiresAt: session.expiresAt }
  })
}

async function requireOpen(tx: Transaction, accountId: string, organizationId: string): Promise<void> {
  const opening = (await findOpenings(tx, accountId)).find((one) => one.organizationId === organizationId)
  if (opening === undefined) {
    throw new AppError('conflict', 'unknown_person', 'The account is no member of this organization.', {
      details: { reason: 'unknown_person', nextActor: 'org_admin' satisfies NextActor },
    })
  }
  const held = await findHeldAddresses(tx, accountId)
  const verifiedKeys = held.map((address) => address.key)
  const known = opening.joinedKeys.length > 0 ? opening.joinedKeys : verifiedKeys
  const reason = judgeSession({
    proof: { type: 'host', key: null, connectionStatus: null },
    account: {
      id: accountId,
      verifiedKeys,
      primaryKey: held.find((address) => address.primary)?.key ?? null,
    },
    membership: {
      status: opening.membershipStatus,
      statusReason: opening.membershipReason,
      consented: opening.consented,
      owner: opening.owner,
      joinedKeys: opening.joinedKeys,
    },
    policies: opening.policies,
    governed: opening.policies.ssoRequired && (await isGoverned(tx, known, organizationId)),
  })
  if (reason === null) return
  const nextActor: NextActor = reason === 'sso_required' ? 'person' : 'org_admin'
  throw new AppError('conflict', reason, `The organization does not open for this account: ${reason}.`, {
    details: { reason, nextActor },
  })
}
