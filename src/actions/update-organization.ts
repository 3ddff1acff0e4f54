// Changes an organization's name, slug and policies, and asks first whether anybody would be locked out.
import { carriesContact } from '../domain/contacts.ts'
import type { Policies } from '../domain/organization.ts'
import { OWN_PROOF_MINUTES } from '../domain/session.ts'
import { AppError, invalidField } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import { listDomainRows } from '../store/domains.ts'
import { lock } from '../store/locks.ts'
import { updateOrganization as writeOrganization } from '../store/organizations.ts'
import {
  countOwnersWithWaysIn,
  listOwnerAccounts,
  listPolicyTouched,
  ownerSignedInSince,
} from '../store/owners.ts'
import { actorOf, authorize, type Caller, type OrganizationRow } from './authorize.ts'
import { slugTaken } from './create-organization.ts'
import { loadPerson } from './load-person.ts'
import { configurationEvent } from './plan-mappings.ts'
import { recordEvent } from './record-event.ts'
import { settle } from './settle.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

type Loose<T> = { [K in keyof T]?: T[K] | undefined }

export type PolicyPatch = Loose<Omit<Policies, 'deprovisionBrake'>> & {
  deprovisionBrake?: Loose<Policies['deprovisionBrake']> | undefined
}

export interface OrganizationPatch {
  name?: string | undefined
  slug?: string | undefined
  policies?: PolicyPatch | undefined
  /** The host product alone: turn single sign-on on whoever is locked out. */
  force?: boolean | undefined
}

/** Policies from which grants and waiting are derived. */
const GRANTING = [
  'jitRole',
  'directoryRole',
  'roleAuthority',
  'ssoRequired',
  'guests',
  'seats',
  'seatPolicy',
] as const

const OWNERS_ONLY = ['ssoRequired', 'breakGlassAccountIds', 'exclusiveAccounts'] as const

/**
 * Merges the patch. AppError conflict `lockout_risk` where `ssoRequired` would be turned on without an owner who just came by a Connection, or
 * where no owner could sign in any more (D4, H3); forbidden where an administrator touches what is an owner's.
 */
export async function updateOrganization(
  world: World,
  caller: Caller,
  ref: string,
  patch: OrganizationPatch,
): Promise<OrganizationRow> {
  return inTransaction(world, async (tx) => {
    const touchesOwners = OWNERS_ONLY.some((name) => patch.policies?.[name] !== undefined)
    const need = touchesOwners ? 'owner' : 'admin'
    const { id } = await authorize(tx, caller, ref, need)
    if (patch.force !== undefined && caller.kind !== 'root') {
      throw new AppError('forbidden', 'forbidden', 'Only the host product may force this.')
    }
    if (patch.name !== undefined && caller.kind !== 'root') await requireHarmless(tx, id, patch.name)
    // Read again under the lock: two patches of single fields must not undo each other.
    await lock(tx, [`owners:${id}`])
    const before = await authorize(tx, caller, id, need)
    const policies = await mergePolicies(tx, world, before, patch.policies ?? {})
    const after = { ...before, name: patch.name ?? before.name, slug: patch.slug ?? before.slug, policies }
    if (policies.ssoRequired && !before.policies.ssoRequired && patch.force !== true) {
      await requireOwnerJustCame(tx, world, before.id)
    }
    await writeOrganization(tx, after)
    if (touchesOwners && patch.force !== true) await requireOwnerWithWayIn(tx, before.id)
    await recordEvent(tx, world, {
      organizationId: before.id,
      type: 'organization.changed',
      actor: actorOf(caller),
      subject: { type: 'organization', id: before.id },
      decision: {
        rule: policies.ssoRequired === before.policies.ssoRequired ? 'D2' : 'H3',
        outcome: 'change',
        before: { name: before.name, slug: before.slug, policies: before.policies },
        after: { name: after.name, slug: after.slug, policies },
      },
    })
    await settlePolicies(tx, world, caller, before, after)
    return after
  }).catch(slugTaken)
}

/** T-30: an organization that has proven no domain is not named so that its invitations lead somewhere. */
async function requireHarmless(tx: Transaction, organizationId: string, name: string): Promise<void> {
  if (!carriesContact(name)) return
  const domains = await listDomainRows(tx, organizationId, null, 200)
  if (domains.some((one) => one.status === 'verified')) return
  throw invalidField('name', 'may hold neither links nor telephone numbers while no domain is proven')
}

/** Derives anew everybody whose state hangs on what changed: the effective role is derived, never remembered (invariant 9). */
async function settlePolicies(
  tx: Transaction,
  world: World,
  caller: Caller,
  before: OrganizationRow,
  after: OrganizationRow,
): Promise<void> {
  const changed = GRANTING.filter((name) => before.policies[name] !== after.policies[name])
  if (changed.length === 0) return
  const everybody = changed.includes('roleAuthority')
  const accountIds = await listPolicyTouched(tx, before.id, everybody)
  await lock(
    tx,
    accountIds.map((id) => `account:${id}` as const),
  )
  const scope = { organizationId: before.id, actor: actorOf(caller) }
  for (const accountId of accountIds) {
    const facts = await loadPerson(tx, world, {
      organizationId: before.id,
      accountId,
      keys: [],
      recordIds: [],
    })
    await settle(tx, world, scope, facts, configurationEvent('D2'), { first: [], event: null })
  }
}

/** AppError conflict where the organization once had an owner and now none could sign in. */
export async function requireOwnerWithWayIn(tx: Transaction, organizationId: string): Promise<void> {
  const { hadOwner, owners } = await countOwnersWithWaysIn(tx, organizationId)
  if (hadOwner && owners === 0) throw lockoutRisk('No owner could sign in any more.')
}

async function requireOwnerJustCame(tx: Transaction, world: World, organizationId: string): Promise<void> {
  const since = new Date(world.clock.now().getTime() - OWN_PROOF_MINUTES * 60_000)
  if (await ownerSignedInSince(tx, organizationId, since)) return
  throw lockoutRisk(
    `Single sign-on can be required once an owner has signed in by an active connection within the last ${OWN_PROOF_MINUTES} minutes.`,
  )
}

function lockoutRisk(message: string): AppError {
  return new AppError('conflict', 'lockout_risk', message, {
    details: { reason: 'lockout_risk', nextActor: 'org_admin' },
  })
}

async function mergePolicies(
  tx: Transaction,
  world: World,
  organization: OrganizationRow,
  patch: PolicyPatch,
): Promise<Policies> {
  const { deprovisionBrake, ...rest } = patch
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined))
  const brake = Object.fromEntries(
    Object.entries(deprovisionBrake ?? {}).filter(([, value]) => value !== undefined),
  )
  for (const name of ['jitRole', 'directoryRole'] as const) {
    const role = patch[name]
    if (role !== undefined && !world.roles.some((one) => one.name === role && one.mappable)) {
      throw invalidField(`policies.${name}`, `${role} is no role that can be given without a hand`)
    }
  }
  const broken = patch.breakGlassAccountIds
  if (broken !== undefined && broken.length > 0) {
    const owners = await listOwnerAccounts(tx, organization.id)
    const stranger = broken.findIndex((accountId) => !owners.includes(accountId))
    if (stranger >= 0)
      throw invalidField(`policies.breakGlassAccountIds.${stranger}`, 'is not the account of an active owner')
  }
  const { policies } = organization
  return { ...policies, ...given, deprovisionBrake: { ...policies.deprovisionBrake, ...brake } }
}
