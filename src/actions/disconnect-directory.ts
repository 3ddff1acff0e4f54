// Disconnecting a directory: its records are frozen, nobody is suspended by it, and its members are managed by hand (H6).
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { lockDirectory } from '../store/directories.ts'
import { freezeDirectory, type HandedOver, type WithdrawnOffer } from '../store/directory-disconnect.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { type NewEvent, recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Idempotent. What the directory had suspended stays closed and is from now on an administrator's to lift; its own invitations end. */
export async function disconnectDirectory(world: World, caller: Caller, directoryId: string): Promise<void> {
  if (!isId(directoryId)) throw notFound('The directory')
  await inTransaction(world, async (tx) => {
    const directory = await lockDirectory(tx, directoryId)
    if (directory === null) throw notFound('The directory')
    await authorize(tx, caller, directory.organizationId, 'admin').catch((error) => {
      throw error.kind === 'not_found' ? notFound('The directory') : error
    })
    if (directory.status === 'disconnected') return
    const { members, offers } = await freezeDirectory(tx, directory, world.clock.now())
    const scope = { organizationId: directory.organizationId, actor: actorOf(caller) }
    await recordEvent(tx, world, [
      {
        ...scope,
        type: 'directory.disconnected',
        subject: { type: 'directory', id: directoryId },
        decision: { rule: 'H6', outcome: 'change' },
        data: { handedOver: members.length, withdrawn: offers.length },
      },
      ...members.map((member): NewEvent => ({ ...scope, ...handedOver(member) })),
      ...offers.map((offer): NewEvent => ({ ...scope, ...withdrawn(offer) })),
    ])
  })
}

function handedOver(member: HandedOver): Omit<NewEvent, 'organizationId' | 'actor'> {
  const { membershipId, accountId, email, status } = member
  return {
    type: `member.${status}`,
    subject: { type: 'member', id: membershipId, email },
    accountId,
    decision: {
      rule: 'H6',
      outcome: status === 'removed' ? 'remove' : 'suspend',
      reason: status === 'removed' ? 'removed_by_admin' : 'suspended_by_admin',
      nextActor: 'org_admin',
      before: { status, statusReason: 'directory' },
      after: { status, statusReason: 'admin' },
    },
  }
}

function withdrawn(offer: WithdrawnOffer): Omit<NewEvent, 'organizationId' | 'actor'> {
  const { id, email, key } = offer
  return {
    type: 'invitation.revoked',
    subject: { type: 'invitation', id, email, key },
    decision: { rule: 'H6', outcome: 'change', reason: 'revoked', nextActor: 'inviter' },
    data: { statusReason: 'directory' },
  }
}
