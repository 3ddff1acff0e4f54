// Applying changes: the only switch over the closed union of what decisions want written.
import type { Change, EventDraft } from '../domain/change.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { Actor } from '../domain/reason.ts'
import {
  addAddress,
  createAccount,
  endJit,
  linkIdentity,
  makeComparable,
  noteIdentity,
  removeAddress,
  strikeClaims,
} from '../store/account-writes.ts'
import type { Transaction } from '../store/database.ts'
import {
  askApproval,
  createInvitation,
  endConsent,
  recordConsent,
  updateInvitation,
} from '../store/invitation-writes.ts'
import {
  addMembershipKeys,
  createMembership,
  endManual,
  endMemberSessions,
  giveByHand,
  replaceGrants,
  updateMembership,
} from '../store/membership-writes.ts'
import { bindRecord, endTombstone, markFall, openConflict, unbindRecord } from '../store/record-writes.ts'
import { carryInvitation } from './carry-invitation.ts'
import { mayMailInvitation } from './mail-allowance.ts'
import { postMail } from './post-mail.ts'
import { recordEvent } from './record-event.ts'
import type { World } from './world.ts'

export interface Scope {
  organizationId: string
  actor: Actor
  /** Told what is about to be written. */
  told?: ((changes: readonly Change[]) => void) | undefined
}

/** Writes the changes in their order, and after them their events in one statement, in the deed's own transaction. */
export async function apply(
  tx: Transaction,
  world: World,
  scope: Scope,
  changes: readonly Change[],
): Promise<void> {
  const at = world.clock.now()
  const { organizationId, actor } = scope
  scope.told?.(changes)
  const events: EventDraft[] = []
  for (const change of changes) {
    const event = await write(tx, world, scope, change, at)
    if (event) events.push(event)
  }
  await recordEvent(
    tx,
    world,
    events.map((event) => ({ ...event, organizationId, actor })),
  )
}

async function write(
  tx: Transaction,
  world: World,
  scope: Scope,
  change: Change,
  at: Date,
): Promise<EventDraft | null> {
  switch (change.kind) {
    case 'account.create':
      await createAccount(tx, { id: change.accountId, name: change.name, at })
      return null
    case 'address.add':
      await addAddress(tx, change.accountId, change.address, change.proof, at)
      return null
    case 'address.remove':
      await removeAddress(tx, change.accountId, change.key, at)
      return null
    case 'claims.strike':
      await strikeClaims(tx, change.key, change.keepAccountId, at)
      return null
    case 'identity.link':
      await linkIdentity(tx, change.identity, at)
      return null
    case 'identity.note':
      await noteIdentity(tx, change)
      return null
    case 'record.bind':
      await bindRecord(tx, change.recordId, change.accountId, change.rule, at)
      return null
    case 'record.unbind':
      await unbindRecord(tx, change.record, change.mistaken ? null : at)
      return null
    case 'record.fell':
      await markFall(tx, change.recordId, change.at)
      return null
    case 'tombstone.end':
      await endTombstone(tx, change.tombstoneId, at)
      return null
    case 'connection.comparable':
      await makeComparable(tx, change.connectionId)
      return null
    default:
      return writeMember(tx, world, scope, change, at)
  }
}

type MemberChange = Exclude<
  Change,
  {
    kind:
      | 'account.create'
      | 'address.add'
      | 'address.remove'
      | 'claims.strike'
      | 'identity.link'
      | 'identity.note'
      | 'record.bind'
      | 'record.unbind'
      | 'record.fell'
      | 'tombstone.end'
      | 'connection.comparable'
  }
>

async function writeMember(
  tx: Transaction,
  world: World,
  scope: Scope,
  change: MemberChange,
  at: Date,
): Promise<EventDraft | null> {
  const { organizationId } = scope
  switch (change.kind) {
    case 'membership.create':
      await createMembership(tx, change.membership, at)
      return null
    case 'membership.update':
      await updateMembership(tx, change.membership, at)
      return null
    case 'membership.keys':
      await addMembershipKeys(tx, change.membershipId, organizationId, change.keys)
      return null
    case 'grants.replace':
      await replaceGrants(tx, change.membershipId, change.grants)
      return null
    case 'manual.give':
      await giveByHand(tx, change, at)
      return null
    case 'manual.end':
      await endManual(tx, change.grantIds, at)
      return null
    case 'jit.end':
      await endJit(tx, change.accountId, organizationId)
      return null
    case 'invitation.create':
      await createInvitation(tx, change.invitation)
      if (change.mail && (await mayCarry(tx, world, change.invitation)))
        await carryInvitation(tx, world, change.invitation, { channel: 'email', replace: false })
      return null
    case 'invitation.update':
      await updateInvitation(tx, change.invitationId, change.patch, at)
      return null
    case 'consent.record':
      await recordConsent(tx, change, at)
      return null
    case 'consent.end':
      await endConsent(tx, change.invitationId, at)
      return null
    case 'conflict.open':
      return conflictEvent(await openConflict(tx, organizationId, change.conflict, at), change)
    case 'approval.ask':
      await askApproval(tx, change.invitationId, change.accountId, at)
      return null
    case 'sessions.end':
      await endMemberSessions(tx, change.accountId, organizationId, at, change.because)
      return null
    case 'mail':
      await postMail(tx, world, { kind: change.mail, to: change.to, organizationId, data: change.data })
      return null
    case 'event':
      return change.event
  }
}

function conflictEvent(
  id: string | null,
  { conflict }: Extract<Change, { kind: 'conflict.open' }>,
): EventDraft | null {
  if (id === null) return null
  const decision = {
    rule: conflict.kind,
    outcome: 'conflict',
    reason: 'identity_conflict',
    nextActor: 'org_admin',
  } as const
  return {
    type: 'conflict.opened',
    subject: { type: 'conflict', id, email: null, key: conflict.key },
    accountId: conflict.accountId,
    decision,
    data: { detail: conflict.detail },
  }
}

/** A directory that makes and deletes a record again and again mails nobody again and again (T-30); it gets its answer all the same. */
async function mayCarry(
  tx: Transaction,
  world: World,
  { invitedBy, organizationId, key }: Invitation,
): Promise<boolean> {
  return invitedBy.type !== 'directory' || mayMailInvitation(tx, world, organizationId, key)
}
