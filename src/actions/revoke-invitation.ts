// Withdrawing an invitation: it works at the next request, and revoking twice is once.
import type { Change } from '../domain/change.ts'
import { newId } from '../kernel/ids.ts'
import { readConsent } from '../store/invitation-reads.ts'
import { apply } from './apply.ts'
import { actorOf, type Caller } from './authorize.ts'
import { openInvitation, pastError } from './open-invitation.ts'
import { loadLocked, settle } from './settle.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** An acceptance that still waits can be revoked, which ends its consent; a settled one answers 409 (A20: the first committed wins). */
export async function revokeInvitation(world: World, caller: Caller, id: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { organization, invitation } = await openInvitation(tx, caller, id)
    if (invitation.status === 'revoked') return
    if (invitation.status !== 'pending' && invitation.status !== 'accepted_waiting')
      throw pastError(invitation, world.clock.now())
    const scope = { organizationId: organization.id, actor: actorOf(caller) }
    const first: Change[] = [
      {
        kind: 'invitation.update',
        invitationId: id,
        patch: { status: 'revoked', statusReason: null, settledAt: null, accountId: null },
      },
      { kind: 'consent.end', invitationId: id },
      {
        kind: 'event',
        event: {
          type: 'invitation.revoked',
          subject: { type: 'invitation', id, email: invitation.email, key: invitation.key },
        },
      },
    ]
    const accountId = invitation.accountId ?? (await readConsent(tx, id))
    if (accountId === null) return apply(tx, world, scope, first)
    const loaded = await loadLocked(tx, world, {
      organizationId: organization.id,
      accountId,
      keys: [],
      recordIds: [],
    })
    const facts = {
      ...loaded,
      invitations: loaded.invitations.map((i) =>
        i.id === id ? { ...i, status: 'revoked' as const, accountId: null } : i,
      ),
      consents: loaded.consents.filter((c) => c.invitationId !== id),
    }
    await settle(
      tx,
      world,
      scope,
      facts,
      {
        door: 'hand',
        rule: 'A15',
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
  })
}
