// Who calls and what they may do: tenancy, rank and trust, asked inside the transaction that acts.
import { OWNER, type Role } from '../domain/organization.ts'
import type { Actor } from '../domain/reason.ts'
import { OWN_PROOF_MINUTES } from '../domain/session.ts'
import { AppError, invalidField, notFound } from '../kernel/errors.ts'
import type { Reader } from '../store/database.ts'
import { findStanding, type OrganizationRow, type StandingRow } from '../store/organizations.ts'
import type { World } from './world.ts'

export type { OrganizationRow } from '../store/organizations.ts'

export type Caller =
  | { kind: 'root' }
  | {
      kind: 'key'
      keyId: string
      organizationId: string
      /** The lesser of the key's role and its maker's present one (T-38). */
      role: string
      /** Null for a key that the host product made or adopted: it acts by its own role. */
      makerAccountId: string | null
    }
  | {
      kind: 'person'
      sessionId: string
      accountId: string
      organizationId: string | null
      membershipId: string | null
      role: string | null
      ownProofAt: Date | null
      authenticatedBy: 'saml' | 'code' | 'host'
    }

export type Need = 'member' | 'admin' | 'owner' | 'root'

const RANKS: Record<Need, number> = { member: 1, admin: 2, owner: 3, root: 4 }

/**
 * The organization of an id or slug, when the caller belongs to it and stands high enough now: the caller's membership, key and maker are read
 * in the same transaction. AppError not_found for an unknown organization and for somebody else's alike, in the words for `what` the caller asked
 * for; forbidden below `need`.
 */
export async function authorize(
  read: Reader,
  caller: Caller,
  organizationRef: string,
  need: Need,
  what = 'The organization',
): Promise<OrganizationRow> {
  const accountId = caller.kind === 'root' ? null : accountBehind(caller)
  const keyId = caller.kind === 'key' ? caller.keyId : null
  const row = await findStanding(read, organizationRef, accountId, keyId)
  if (row === null) throw notFound(what)
  if (caller.kind !== 'root' && caller.organizationId !== row.id) throw notFound(what)
  if (rankNow(caller, row) < RANKS[need]) throw refusal(need)
  const { accountRole: _account, keyRole: _key, ...organization } = row
  return organization
}

/** AppError forbidden unless the caller is the host product: for what belongs to no organization. */
export function requireRoot(caller: Caller): void {
  if (caller.kind !== 'root') throw refusal('root')
}

/** Whether the caller may make trust (decision 6): the host product, or an owner whose own proof is fresh. */
export function hasTrust(world: World, caller: Caller): boolean {
  if (caller.kind === 'root') return true
  if (caller.kind === 'key' || caller.role !== OWNER || caller.ownProofAt === null) return false
  return world.clock.now().getTime() - caller.ownProofAt.getTime() <= OWN_PROOF_MINUTES * 60_000
}

/** AppError forbidden `own_proof_required` where `hasTrust` says no. */
export function requireTrust(world: World, caller: Caller): void {
  if (hasTrust(world, caller)) return
  throw new AppError(
    'forbidden',
    'own_proof_required',
    `This needs an owner whose own proof is at most ${OWN_PROOF_MINUTES} minutes old, or the host product.`,
    { details: { reason: 'own_proof_required', nextActor: 'org_admin' } },
  )
}

/** How the caller stands in the audit trail. */
export function actorOf(caller: Caller): Actor {
  if (caller.kind === 'root') return { type: 'host', id: null }
  if (caller.kind === 'key') return { type: 'key', id: caller.keyId }
  const { accountId, membershipId } = caller
  return membershipId === null
    ? { type: 'person', id: accountId, accountId }
    : { type: 'member', id: membershipId, accountId }
}

/** The caller's rank in the catalogue; the host product stands above all, who has no role below all. */
export function rankOf(world: World, caller: Caller): number {
  if (caller.kind === 'root') return Number.POSITIVE_INFINITY
  return world.roles.find((role) => role.name === caller.role)?.rank ?? -1
}

/** The catalogue's entry of a role that the caller may grant. AppError invalid for an unknown one, forbidden for one above the caller. */
export function requireGrant(world: World, caller: Caller, role: string, path = 'role'): Role {
  const found = world.roles.find((one) => one.name === role)
  if (found === undefined) {
    const known = world.roles.map((one) => one.name).join(', ')
    throw invalidField(path, `${role.slice(0, 60)} is no role; the roles are ${known}`, 'unknown_role')
  }
  if (found.rank > rankOf(world, caller)) {
    throw new AppError('forbidden', 'forbidden', `You cannot grant ${role}: it stands above your own role.`)
  }
  return found
}

/** AppError forbidden when somebody other than an owner or the host product acts on an owner. */
export function requireOver(caller: Caller, targetRole: string | null): void {
  if (targetRole !== OWNER || caller.kind === 'root' || caller.role === OWNER) return
  throw new AppError('forbidden', 'forbidden', 'Only an owner may act on an owner.')
}

/** The account by whose membership the caller acts; null for the host product's own keys. */
export function accountBehind(caller: Exclude<Caller, { kind: 'root' }>): string | null {
  return caller.kind === 'key' ? caller.makerAccountId : caller.accountId
}

function rankNow(caller: Caller, row: StandingRow): number {
  if (caller.kind === 'root') return RANKS.root
  if (caller.kind === 'person') return needOf(row.accountRole)
  // A key acts with the lesser of its role and its maker's present one (T-38), and never as an owner.
  const ceiling = caller.makerAccountId === null ? RANKS.admin : needOf(row.accountRole)
  return Math.min(needOf(row.keyRole), ceiling, RANKS.admin)
}

function needOf(role: string | null): number {
  if (role === null) return 0
  return role === OWNER ? RANKS.owner : role === 'admin' ? RANKS.admin : RANKS.member
}

function refusal(need: Need): AppError {
  const who = {
    member: 'a member of the organization',
    admin: 'an administrator of the organization',
    owner: 'an owner of the organization',
    root: "the host product's own key",
  }[need]
  return new AppError('forbidden', 'forbidden', `This needs ${who}.`)
}
