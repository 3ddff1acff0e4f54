// Changing an open invitation: role, projects, date and address; the link stays unless the address changes (G3).
import { addressKey } from '../domain/address.ts'
import type { Change, InvitationPatch } from '../domain/change.ts'
import { type Invitation, isExpired } from '../domain/invitation.ts'
import { invalidField } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import { replaceDeliveries } from '../store/deliveries.ts'
import { readAddressState, readConsent } from '../store/invitation-reads.ts'
import { apply } from './apply.ts'
import { accountBehind, actorOf, type Caller } from './authorize.ts'
import { carryInvitation } from './carry-invitation.ts'
import { expiryOf, requireInvitable } from './invite.ts'
import { requireMailAllowance } from './mail-allowance.ts'
import { namedProjects } from './named-projects.ts'
import { openInvitation, pastError } from './open-invitation.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface InvitationChange {
  role?: string | undefined
  projects?: readonly string[] | undefined
  expiresAt?: Date | undefined
  email?: string | undefined
}

/** A settled invitation answers 409; an administrator's change of a directory's own invitation makes it grant (C2). */
export async function changeInvitation(
  world: World,
  caller: Caller,
  id: string,
  change: InvitationChange,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { organization, invitation } = await openInvitation(tx, caller, id)
    const now = world.clock.now()
    if (invitation.status !== 'pending' || isExpired(invitation, now)) throw pastError(invitation, now)
    const patch: InvitationPatch = {}
    if (change.role !== undefined) {
      requireInvitable(world, caller, change.role)
      patch.role = change.role
      patch.inviterAccountId = caller.kind === 'root' ? null : accountBehind(caller)
    }
    if (change.projects !== undefined)
      patch.projectIds = await namedProjects(tx, organization.id, change.projects)
    if (change.expiresAt !== undefined)
      patch.expiresAt = expiryOf(now, change.expiresAt, organization.policies.invitationTtlDays)
    if (change.role !== undefined || change.projects !== undefined) patch.granting = true
    const moved = change.email === undefined ? null : await newAddress(tx, invitation, change.email)
    if (moved) {
      await requireMailAllowance(tx, world, organization.id, moved.key)
      Object.assign(patch, moved)
    }
    const changes: Change[] = [
      { kind: 'invitation.update', invitationId: id, patch },
      {
        kind: 'event',
        event: {
          type: 'invitation.changed',
          subject: {
            type: 'invitation',
            id,
            email: moved?.email ?? invitation.email,
            key: moved?.key ?? invitation.key,
          },
          data: { fields: Object.keys(change) },
        },
      },
    ]
    await apply(tx, world, { organizationId: organization.id, actor: actorOf(caller) }, changes)
    if (moved) {
      // What was mailed to the former address must not open the invitation any longer.
      await replaceDeliveries(tx, id, now)
      await carryInvitation(tx, world, { ...invitation, ...moved }, { channel: 'email', replace: true })
    }
  })
}

async function newAddress(
  tx: Transaction,
  invitation: Invitation,
  email: string,
): Promise<{ email: string; key: string } | null> {
  const key = addressKey(email)
  if (key === null)
    throw invalidField('email', 'is not an e-mail address that can be invited', 'invalid_address')
  if (key === invitation.key) return null
  if ((await readConsent(tx, invitation.id)) !== null)
    throw pastError({ ...invitation, status: 'accepted' }, new Date(0))
  const state = await readAddressState(tx, invitation.organizationId, key, false)
  const open = state.invitations.find((i) => i.status === 'pending' || i.status === 'accepted_waiting')
  if (open) {
    throw refusalError({
      rule: 'F5',
      reason: 'already_invited',
      nextActor: 'person',
      message: 'That address has an open invitation.',
      details: { invitationId: open.id },
    })
  }
  if (state.member?.status === 'active')
    throw refusalError({
      rule: 'F4',
      reason: 'already_member',
      nextActor: 'nobody',
      message: 'That person is a member already.',
    })
  return { email: email.trim(), key }
}
