// Adding an existing account as a member, by the host product's word.
import type { Change } from '../domain/change.ts'
import type { Membership } from '../domain/membership.ts'
import { OWNER } from '../domain/organization.ts'
import type { PersonFacts } from '../domain/person.ts'
import { invalidField } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { lock } from '../store/locks.ts'
import { markOwned } from '../store/owner-writes.ts'
import { actorOf, authorize, type Caller, requireGrant } from './authorize.ts'
import { loadPerson } from './load-person.ts'
import { foldable, type HandDeed, releaseGuards, settleHand } from './member-deed.ts'
import { refusalError } from './refusal-error.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Idempotent for the same role. A denial holds against it: AppError conflict with the denial's reason. */
export async function addMember(
  world: World,
  caller: Caller,
  organizationRef: string,
  added: { accountId: string; role: string },
): Promise<{ membershipId: string }> {
  return inTransaction(world, async (tx) => {
    const organization = await authorize(tx, caller, organizationRef, 'root')
    requireGrant(world, caller, added.role)
    if (!isId(added.accountId)) throw invalidField('accountId', 'names no account')
    await lock(tx, [`owners:${organization.id}`])
    await lock(tx, [`account:${added.accountId}`])
    const loaded = await loadPerson(tx, world, {
      organizationId: organization.id,
      accountId: added.accountId,
      keys: [],
      recordIds: [],
    })
    if (!loaded.account) throw invalidField('accountId', 'names no account')
    const scope = { organizationId: organization.id, actor: actorOf(caller) }
    const owner = added.role === OWNER
    if (owner) await markOwned(tx, organization.id)
    const membership = await settleHand(tx, world, scope, ...folded(loaded, added.role))
    if (membership?.status === 'suspended') {
      throw refusalError({
        rule: 'D1',
        reason: 'member_suspended',
        nextActor: 'org_admin',
        message: 'This member is suspended.',
      })
    }
    if (!membership)
      throw refusalError({
        rule: 'D1',
        reason: 'directory_inactive',
        nextActor: 'idp_admin',
        message: 'A denial stands against this person.',
      })
    if (owner) await releaseGuards(tx, world, scope, added.accountId)
    return { membershipId: membership.id }
  })
}

/** Lifts a former removal, gives the role, and joins the membership by the account's primary address. */
function folded(loaded: PersonFacts, role: string): [PersonFacts, HandDeed] {
  const { now } = loaded
  const owner = role === OWNER
  const base = foldable(loaded, now)
  const primary = loaded.account?.addresses.find((a) => a.primary) ?? loaded.account?.addresses[0]
  const lifted: Membership = {
    ...base,
    email: base.email ?? primary?.address ?? null,
    removedAt: null,
    removedBy: null,
    allowedAt: null,
    consentedAt: base.consentedAt ?? now,
    ownerSince: owner ? (base.ownerSince ?? now) : base.ownerSince,
  }
  const replaced = owner ? [] : loaded.manualGrants.filter((g) => g.role !== null).map((g) => g.id)
  const given = { id: '', role, projectId: null, givenAt: now, givenBy: null }
  const facts: PersonFacts = {
    ...loaded,
    membership: lifted,
    manualGrants: owner
      ? loaded.manualGrants
      : [...loaded.manualGrants.filter((g) => g.role === null), given],
  }
  const last: Change[] = [
    ...(owner
      ? []
      : [{ kind: 'manual.give', membershipId: base.id, role, projectId: null, givenBy: null } as const]),
    ...(primary
      ? [
          {
            kind: 'membership.keys',
            membershipId: base.id,
            keys: [{ key: primary.key, kind: 'joined' }],
          } as const,
        ]
      : []),
  ]
  return [
    facts,
    {
      rule: 'G1',
      type: 'member.added',
      first: replaced.length ? [{ kind: 'manual.end', grantIds: replaced }] : [],
      last,
      data: { role },
    },
  ]
}
