// D3: the role and projects that follow from the live origins by the authority order; nothing else makes them (invariant 9).
import type { Identity } from '../domain/account.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import type { Invitation } from '../domain/invitation.ts'
import type { RoleMapping } from '../domain/mapping.ts'
import type { Grant, ManualGrant } from '../domain/membership.ts'
import { OWNER, type Role } from '../domain/organization.ts'
import { type PersonFacts, rankOf } from '../domain/person.ts'

export interface DerivedGrants {
  /** Null where no origin gives a role. */
  role: string | null
  projectIds: string[]
  /** Every live origin, outranked ones too. */
  grants: Grant[]
  /** Invitations whose role waits because their inviter may no longer grant it (A16). */
  waiting: Invitation[]
  /** Whether a mapped directory group governs the role. */
  governedBy: RoleMapping | null
}

/** What of a record gives roles and projects. */
export type GrantingRecord = Pick<DirectoryRecord, 'directoryId' | 'groupIds' | 'roleFellAt'>

/** Derives from the records bound to the account and the invitations settled on it. */
export function deriveGrants(
  facts: PersonFacts,
  bound: readonly GrantingRecord[],
  settled: readonly Invitation[],
): DerivedGrants {
  const fell = latest(bound.map((r) => r.roleFellAt))
  const waiting: Invitation[] = []
  const invited = settled.flatMap((i) => invitationGrants(facts, i, fell, waiting))
  // Ownership is never mapped (T-35): such a row says nothing, whoever wrote it.
  const rows = facts.organization.mappings.filter((row) => row.role !== OWNER)
  const directoryRows = rows.filter((row) => rowMatchesRecords(row, bound))
  const attributeRows = rows.filter((row) => rowMatchesIdentities(row, facts.identities))
  const manual = facts.manualGrants.filter(
    (g) => g.role !== OWNER && (g.role === null || !fell || g.givenAt > fell),
  )
  const grants: Grant[] = [
    ...(facts.membership?.ownerSince
      ? [grant(OWNER, null, 'owner', null, 'Owner of the organization.')]
      : []),
    ...manual.map((g) => manualGrant(g)),
    ...mappingGrants(facts, directoryRows, 'directory group'),
    ...mappingGrants(facts, attributeRows, 'asserted group'),
    ...invited,
    ...directoryDefault(facts, bound),
    ...jitDefault(facts),
  ]
  const governedBy = directoryRows[0] ?? attributeRows[0] ?? null
  return {
    role: effectiveRole(facts, grants, governedBy),
    projectIds: [...new Set(grants.flatMap((g) => g.projectId ?? []))].sort(),
    grants,
    waiting,
    governedBy,
  }
}

function effectiveRole(
  facts: PersonFacts,
  grants: readonly Grant[],
  governedBy: RoleMapping | null,
): string | null {
  const { roles, policies } = facts.organization
  const of = (type: Grant['origin']['type']) =>
    highest(
      roles,
      grants.filter((g) => g.origin.type === type).map((g) => g.role),
    )
  if (of('owner')) return OWNER
  if (policies.roleAuthority === 'highest')
    return highest(
      roles,
      grants.map((g) => g.role),
    )
  const manual = of('manual')
  if (governedBy) return manual && governedBy.overridable ? manual : governedBy.role
  return manual ?? of('invitation') ?? of('directory-default') ?? of('jit-default')
}

/** Whether the row names a group of one of the records. An inactive record's groups are read too: what it is denied, the denial says. */
export function rowMatchesRecords(row: RoleMapping, records: readonly GrantingRecord[]): boolean {
  const { group } = row
  if (group.type !== 'directory' || group.groupId === null) return false
  const id = group.groupId
  return records.some((r) => r.directoryId === group.directoryId && r.groupIds.includes(id))
}

function rowMatchesIdentities(row: RoleMapping, identities: readonly Identity[]): boolean {
  const { group } = row
  if (group.type !== 'connection') return false
  // H4: a retired identity signs nobody in, and what it last said keeps its role.
  return identities.some(
    (i) => i.connectionId === group.connectionId && (i.groups ?? []).includes(group.value),
  )
}

/** The first row gives the role, all rows give projects; with `highest` every row's role counts. */
function mappingGrants(facts: PersonFacts, rows: readonly RoleMapping[], what: string): Grant[] {
  const byRole = facts.organization.policies.roleAuthority === 'highest' ? rows : rows.slice(0, 1)
  return [
    ...byRole.map((row) =>
      grant(row.role, null, 'mapping', row.id, `Row ${row.position + 1} of the role mappings (${what}).`),
    ),
    ...rows.flatMap((row) =>
      row.projectIds.map((p) =>
        grant(null, p, 'mapping', row.id, `Row ${row.position + 1} of the role mappings (${what}).`),
      ),
    ),
  ]
}

function invitationGrants(
  facts: PersonFacts,
  invitation: Invitation,
  fell: Date | null,
  waiting: Invitation[],
): Grant[] {
  if (!invitation.granting || invitation.endedAt) return []
  const because = 'Invitation that the person accepted or that another door settled.'
  const projects = invitation.projectIds.map((p) => grant(null, p, 'invitation', invitation.id, because))
  if (invitation.roleEndedAt || (fell && invitation.createdAt <= fell) || invitation.role === OWNER)
    return projects
  if (!mayStillGrant(facts, invitation)) {
    waiting.push(invitation)
    return projects
  }
  return [grant(invitation.role, null, 'invitation', invitation.id, because), ...projects]
}

/**
 * A role up to the default needs nobody's authority; a higher one that of the inviter at the moment when the membership settles, or an
 * administrator's approval (A16, T-32). What was granted then stays when the inviter goes later.
 */
function mayStillGrant(facts: PersonFacts, invitation: Invitation): boolean {
  const { roles, policies } = facts.organization
  if (invitation.status !== 'accepted_waiting' && isGranted(facts, invitation)) return true
  const rank = rankOf(roles, invitation.role)
  const limit = invitation.inviterRank ?? null
  return (
    limit === null ||
    rank <= limit ||
    rank <= rankOf(roles, policies.jitRole) ||
    facts.approvedInvitationIds.includes(invitation.id)
  )
}

function isGranted(facts: PersonFacts, invitation: Invitation): boolean {
  return facts.grants.some(
    (g) => g.role === invitation.role && g.origin.type === 'invitation' && g.origin.ref === invitation.id,
  )
}

function directoryDefault(facts: PersonFacts, bound: readonly GrantingRecord[]): Grant[] {
  const role = facts.organization.policies.directoryRole
  const from = [...new Set(bound.map((r) => r.directoryId))].sort()
  return role === OWNER
    ? []
    : from.map((id) => grant(role, null, 'directory-default', id, 'Default role of people in the directory.'))
}

function jitDefault(facts: PersonFacts): Grant[] {
  const role = facts.organization.policies.jitRole
  const from = facts.identities.filter((i) => i.jitAt !== null).map((i) => i.connectionId)
  return role === OWNER
    ? []
    : [...new Set(from)]
        .sort()
        .map((id) =>
          grant(role, null, 'jit-default', id, 'Default role of people who signed in by single sign-on.'),
        )
}

function manualGrant(g: ManualGrant): Grant {
  return grant(g.role, g.projectId, 'manual', g.givenBy, 'Given by hand.')
}

function grant(
  role: string | null,
  projectId: string | null,
  type: Grant['origin']['type'],
  ref: string | null,
  because: string,
): Grant {
  return { role, projectId, origin: { type, ref }, because }
}

function highest(roles: readonly Role[], names: readonly (string | null)[]): string | null {
  const known = names.filter((n): n is string => n !== null)
  return known.reduce<string | null>(
    (best, name) => (best === null || rankOf(roles, name) > rankOf(roles, best) ? name : best),
    null,
  )
}

function latest(dates: readonly (Date | null)[]): Date | null {
  return dates.reduce<Date | null>((best, d) => (d && (!best || d > best) ? d : best), null)
}
