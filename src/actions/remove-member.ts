// Removing a member: what hands, invitations and sign-ins gave ends; the directory's facts stay and are held closed (G4).
import type { Change } from '../domain/change.ts'
import type { Membership } from '../domain/membership.ts'
import type { PersonFacts } from '../domain/person.ts'
import { invalidField } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { readMembership } from '../store/invitation-reads.ts'
import type { Caller } from './authorize.ts'
import { lastOwner, openMember, settleHand } from './member-deed.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface Removal {
  /** Keep the membership closed here whatever the directory says. */
  hold: boolean
  /** A member to whom the host product may hand over what the person owned; passed on in the event. */
  transferTo?: string | undefined
}

/** A member may leave by themselves. AppError conflict `last_owner`, and `governed_by_directory` for a directory's member without `hold`. */
export async function removeMember(
  world: World,
  caller: Caller,
  membershipId: string,
  removal: Removal,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const { scope, membership, facts } = await openMember(tx, world, caller, membershipId, { self: true })
    if (membership.ownerSince !== null && facts.otherOwners === 0) throw refusalError(lastOwner())
    requireUngoverned(facts, removal.hold)
    await requireHeir(tx, scope.organizationId, membershipId, removal.transferTo)
    const leaves = caller.kind === 'person' && caller.membershipId === membershipId
    const { folded, first } = ended(facts, membership, leaves ? 'person' : 'admin')
    await settleHand(tx, world, scope, folded, {
      rule: 'G4',
      type: leaves ? 'member.left' : 'member.removed_by_hand',
      first,
      data: { hold: removal.hold, transferTo: removal.transferTo ?? null },
    })
  })
}

function requireUngoverned(facts: PersonFacts, hold: boolean): void {
  const governed = facts.records.some(
    (r) => r.accountId === facts.account?.id && r.active && r.frozenAt === null,
  )
  if (!governed || hold) return
  throw refusalError({
    rule: 'G4',
    reason: 'governed_by_directory',
    nextActor: 'idp_admin',
    message:
      'A directory provisions this person: remove them there, or hold the membership closed here with ?directory=hold.',
  })
}

async function requireHeir(
  tx: Transaction,
  organizationId: string,
  membershipId: string,
  heir: string | undefined,
): Promise<void> {
  if (heir === undefined) return
  const found = isId(heir) && heir !== membershipId ? await readMembership(tx, heir) : null
  if (found?.organizationId !== organizationId || found.status !== 'active')
    throw invalidField('transferTo', 'names no other active member')
}

/** A removal ends consents, hand-given grants, just-in-time joining and ownership, and revokes the open invitations of its keys. */
function ended(
  facts: PersonFacts,
  membership: Membership,
  by: 'admin' | 'person',
): { folded: PersonFacts; first: Change[] } {
  const { now } = facts
  const open = facts.invitations.filter((i) => i.status === 'pending' || i.status === 'accepted_waiting')
  const settled = facts.invitations.filter(
    (i) => i.accountId === membership.accountId && i.endedAt === null && !open.includes(i),
  )
  const first: Change[] = [
    ...facts.consents
      .filter((c) => c.accountId === membership.accountId)
      .map((c): Change => ({ kind: 'consent.end', invitationId: c.invitationId })),
    ...open.map(
      (i): Change => ({
        kind: 'invitation.update',
        invitationId: i.id,
        patch: { status: 'revoked', statusReason: null, endedAt: now },
      }),
    ),
    ...settled.map(
      (i): Change => ({ kind: 'invitation.update', invitationId: i.id, patch: { endedAt: now } }),
    ),
    ...(facts.manualGrants.length
      ? [{ kind: 'manual.end', grantIds: facts.manualGrants.map((g) => g.id) } as const]
      : []),
    { kind: 'jit.end', accountId: membership.accountId },
  ]
  const folded: PersonFacts = {
    ...facts,
    membership: {
      ...membership,
      removedAt: now,
      removedBy: by,
      allowedAt: null,
      ownerSince: null,
      suspendedByAdminAt: null,
      heldAt: null,
    },
    manualGrants: [],
    consents: [],
    invitations: facts.invitations.map((i) =>
      open.includes(i) ? { ...i, status: 'revoked', endedAt: now } : { ...i, endedAt: i.endedAt ?? now },
    ),
    identities: facts.identities.map((i) => ({ ...i, jitAt: null })),
  }
  return { folded, first }
}
