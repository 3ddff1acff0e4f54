// Deciding an approval: an administrator confirms, or declines, a role whose inviter may no longer give it (A16).
import type { Change } from '../domain/change.ts'
import type { PersonFacts } from '../domain/person.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { isId, newId } from '../kernel/ids.ts'
import { type Approval, closeApproval, lockApproval, readApproval } from '../store/approvals.ts'
import { reader, type Transaction } from '../store/database.ts'
import { readInvitation } from '../store/invitation-reads.ts'
import { lock } from '../store/locks.ts'
import type { Scope } from './apply.ts'
import { actorOf, authorize, type Caller, requireGrant } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { loadLocked, settle } from './settle.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * Idempotent for the same decision. AppError not_found for unknown ids and other organizations' alike, forbidden where the caller may not grant
 * the role either (T-32), conflict `already_decided` for the other decision.
 */
export async function decideApproval(
  world: World,
  caller: Caller,
  id: string,
  approve: boolean,
): Promise<void> {
  const known = isId(id) ? await readApproval(reader(world.dataSource), id) : null
  if (!known) throw notFound('The approval')
  await inTransaction(world, async (tx) => {
    await authorize(tx, caller, known.organizationId, 'admin').catch((error) => {
      throw error.kind === 'not_found' ? notFound('The approval') : error
    })
    const invitation = known.invitationId === null ? null : await readInvitation(tx, known.invitationId)
    if (!invitation || known.accountId === null) throw notFound('The approval')
    await lock(tx, [`key:${invitation.key}`, `account:${known.accountId}`])
    const approval = await lockApproval(tx, id)
    if (!approval) throw notFound('The approval')
    if (isDecided(approval, approve)) return
    if (approve) requireGrant(world, caller, invitation.role)
    const scope: Scope = { organizationId: known.organizationId, actor: actorOf(caller) }
    await closeApproval(
      tx,
      id,
      { state: approve ? 'approved' : 'declined', by: scope.actor },
      world.clock.now(),
    )
    await recordEvent(tx, world, {
      ...scope,
      type: approve ? 'approval.approved' : 'approval.declined',
      subject: { type: 'invitation', id: invitation.id, email: invitation.email, key: invitation.key },
      accountId: known.accountId,
      decision: { rule: 'A16', outcome: 'change', inputs: { role: invitation.role } },
      data: { approvalId: id, role: invitation.role },
    })
    await settleDecided(tx, world, scope, known.accountId, approve ? null : invitation.id)
  })
}

/** AppError where it was decided otherwise before. */
function isDecided({ state }: Approval, approve: boolean): boolean {
  if (state === 'open') return false
  if (state === (approve ? 'approved' : 'declined')) return true
  throw new AppError('conflict', 'already_decided', `This approval was ${state} before.`)
}

/** A declined role counts no more; where nothing else makes the person a member the invitation ends with its consent. */
async function settleDecided(
  tx: Transaction,
  world: World,
  { organizationId, actor }: Scope,
  accountId: string,
  declinedId: string | null,
): Promise<void> {
  const loaded = await loadLocked(tx, world, { organizationId, accountId, keys: [], recordIds: [] })
  const declined = loaded.invitations.find((i) => i.id === declinedId)
  const { facts, first } = declined ? withoutRole(loaded, declined.id) : { facts: loaded, first: [] }
  await settle(
    tx,
    world,
    { organizationId, actor },
    facts,
    {
      door: 'hand',
      rule: 'A16',
      namedKeys: [],
      satisfies: null,
      boundRecordId: null,
      email: null,
      displayName: null,
      inPerson: false,
      newMembershipId: newId(),
    },
    { first, event: null },
  )
}

function withoutRole(facts: PersonFacts, invitationId: string): { facts: PersonFacts; first: Change[] } {
  const sole = facts.membership?.status === 'waiting' && facts.membership.statusReason === 'approval'
  const patch = sole
    ? { status: 'revoked' as const, statusReason: 'approval', endedAt: facts.now }
    : { roleEndedAt: facts.now }
  return {
    facts: {
      ...facts,
      invitations: facts.invitations.map((i) => (i.id === invitationId ? { ...i, ...patch } : i)),
      consents: sole ? facts.consents.filter((c) => c.invitationId !== invitationId) : facts.consents,
    },
    first: [
      { kind: 'invitation.update', invitationId, patch },
      ...(sole ? [{ kind: 'consent.end', invitationId } as const] : []),
    ],
  }
}
