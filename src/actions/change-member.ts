// Changing a member's role and projects by hand (G2, G5); a role given by hand ends the role of invitations.
import type { Change } from '../domain/change.ts'
import type { ManualGrant } from '../domain/membership.ts'
import { OWNER } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Transaction } from '../store/database.ts'
import { markOwned } from '../store/owner-writes.ts'
import { type Caller, requireGrant, requireTrust } from './authorize.ts'
import { lastOwner, type MemberDeed, openMember, releaseGuards, settleHand } from './member-deed.ts'
import { namedProjects } from './named-projects.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface MemberChange {
  role?: string | undefined
  projects?: readonly string[] | undefined
}

/** AppError conflict `role_governed_by_mapping` (naming both levers), `last_owner`; forbidden `own_proof_required` for making an owner. */
export async function changeMember(
  world: World,
  caller: Caller,
  membershipId: string,
  change: MemberChange,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const deed = await openMember(tx, world, caller, membershipId)
    let { facts } = deed
    const first: Change[] = []
    const last: Change[] = []
    if (change.role !== undefined)
      facts = await changeRole(tx, world, caller, deed, facts, change.role, first, last)
    if (change.projects !== undefined)
      facts = await changeProjects(tx, world, deed, facts, change.projects, first, last)
    await settleHand(tx, world, deed.scope, facts, {
      rule: 'G2',
      type: 'member.changed',
      first,
      last,
      data: { role: change.role ?? null, projects: change.projects ?? null },
    })
    if (change.role === OWNER) await releaseGuards(tx, world, deed.scope, deed.membership.accountId)
  })
}

async function changeRole(
  tx: Transaction,
  world: World,
  caller: Caller,
  deed: MemberDeed,
  facts: PersonFacts,
  role: string,
  first: Change[],
  last: Change[],
): Promise<PersonFacts> {
  const { membership } = deed
  const now = world.clock.now()
  requireGrant(world, caller, role)
  if (role === OWNER) {
    if (membership.ownerSince !== null) return facts
    requireTrust(world, caller)
    if (membership.status !== 'active')
      throw refusalError({
        rule: 'G5',
        reason: 'member_suspended',
        nextActor: 'org_admin',
        message: 'Only an active member becomes an owner.',
      })
    await markOwned(tx, deed.organization.id)
    return { ...facts, membership: { ...membership, ownerSince: now } }
  }
  if (membership.ownerSince !== null && facts.otherOwners === 0) throw refusalError(lastOwner())
  requireUngoverned(facts)
  const ended = facts.manualGrants.filter((g) => g.role !== null)
  if (ended.length) first.push({ kind: 'manual.end', grantIds: ended.map((g) => g.id) })
  const invited = facts.invitations.filter(
    (i) => i.accountId === membership.accountId && i.roleEndedAt === null && i.status !== 'declined',
  )
  first.push(
    ...invited.map(
      (i): Change => ({ kind: 'invitation.update', invitationId: i.id, patch: { roleEndedAt: now } }),
    ),
  )
  last.push({
    kind: 'manual.give',
    membershipId: membership.id,
    role,
    projectId: null,
    givenBy: deed.scope.actor.id,
  })
  const given: ManualGrant = { id: '', role, projectId: null, givenAt: now, givenBy: deed.scope.actor.id }
  return {
    ...facts,
    membership: { ...membership, ownerSince: null },
    manualGrants: [...facts.manualGrants.filter((g) => g.role === null), given],
    invitations: facts.invitations.map((i) => (invited.includes(i) ? { ...i, roleEndedAt: now } : i)),
  }
}

/** G2: while a mapping row governs the role, a hand changes it only where the row lets it. */
function requireUngoverned(facts: PersonFacts): void {
  const governing = facts.grants.filter((g) => g.origin.type === 'mapping' && g.role !== null)
  const rows = facts.organization.mappings.filter((row) => governing.some((g) => g.origin.ref === row.id))
  const row = rows.find((r) => !r.overridable)
  if (!row) return
  throw refusalError({
    rule: 'G2',
    reason: 'role_governed_by_mapping',
    nextActor: 'org_admin',
    message: `Row ${row.position + 1} of the role mappings gives this role: take the person out of the group in the identity provider, or change the row.`,
    details: { mappingId: row.id, group: row.group },
  })
}

async function changeProjects(
  tx: Transaction,
  world: World,
  deed: MemberDeed,
  facts: PersonFacts,
  slugs: readonly string[],
  first: Change[],
  last: Change[],
): Promise<PersonFacts> {
  const now = world.clock.now()
  const wanted = await namedProjects(tx, deed.organization.id, slugs)
  const mapped = facts.grants.find(
    (g) => g.origin.type === 'mapping' && g.projectId !== null && !wanted.includes(g.projectId),
  )
  if (mapped) {
    throw refusalError({
      rule: 'G2',
      reason: 'role_governed_by_mapping',
      nextActor: 'org_admin',
      message: 'A role mapping gives one of these projects: change the group or the row.',
      details: { mappingId: mapped.origin.ref },
    })
  }
  const dropped = facts.manualGrants.filter((g) => g.projectId !== null && !wanted.includes(g.projectId))
  if (dropped.length) first.push({ kind: 'manual.end', grantIds: dropped.map((g) => g.id) })
  const narrowed = facts.invitations.filter(
    (i) => i.accountId === deed.membership.accountId && i.projectIds.some((p) => !wanted.includes(p)),
  )
  first.push(
    ...narrowed.map(
      (i): Change => ({
        kind: 'invitation.update',
        invitationId: i.id,
        patch: { projectIds: i.projectIds.filter((p) => wanted.includes(p)) },
      }),
    ),
  )
  const had = new Set(facts.grants.flatMap((g) => g.projectId ?? []))
  const added = wanted.filter((p) => !had.has(p))
  last.push(
    ...added.map(
      (p): Change => ({
        kind: 'manual.give',
        membershipId: deed.membership.id,
        role: null,
        projectId: p,
        givenBy: deed.scope.actor.id,
      }),
    ),
  )
  const given = added.map(
    (p): ManualGrant => ({ id: '', role: null, projectId: p, givenAt: now, givenBy: deed.scope.actor.id }),
  )
  return {
    ...facts,
    manualGrants: [...facts.manualGrants.filter((g) => !dropped.includes(g)), ...given],
    invitations: facts.invitations.map((i) =>
      narrowed.includes(i) ? { ...i, projectIds: i.projectIds.filter((p) => wanted.includes(p)) } : i,
    ),
  }
}
