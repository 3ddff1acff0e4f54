// What the deeds about one member share: who may act, the facts under locks, and settling what was folded in.
import type { Change, Decision, EventDraft } from '../domain/change.ts'
import { type Membership, newMembership } from '../domain/membership.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Refusal } from '../domain/reason.ts'
import { type AppError, notFound } from '../kernel/errors.ts'
import { isId, newId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { readMembership } from '../store/invitation-reads.ts'
import { lock } from '../store/locks.ts'
import { readGuarded } from '../store/membership-reads.ts'
import type { Scope } from './apply.ts'
import { actorOf, authorize, type Caller, type OrganizationRow, requireOver } from './authorize.ts'
import { loadPerson } from './load-person.ts'
import { settle } from './settle.ts'
import type { World } from './world.ts'

export interface MemberDeed {
  scope: Scope
  organization: OrganizationRow
  membership: Membership
  facts: PersonFacts
}

/**
 * The member under the locks of the organization's owners and of the account, in that order. AppError not_found for unknown ids and other
 * organizations' alike, forbidden for an act on an owner by anybody but an owner or the host product.
 */
export async function openMember(
  tx: Transaction,
  world: World,
  caller: Caller,
  membershipId: string,
  allow: { self: boolean } = { self: false },
): Promise<MemberDeed> {
  const known = isId(membershipId) ? await readMembership(tx, membershipId) : null
  if (!known) throw notFound('The member')
  const self = allow.self && caller.kind === 'person' && caller.membershipId === known.id
  const organization = await authorize(tx, caller, known.organizationId, self ? 'member' : 'admin').catch(
    (error: AppError) => {
      throw error.kind === 'not_found' ? notFound('The member') : error
    },
  )
  await lock(tx, [`owners:${organization.id}`])
  await lock(tx, [`account:${known.accountId}`])
  const facts = await loadPerson(tx, world, {
    organizationId: organization.id,
    accountId: known.accountId,
    keys: [],
    recordIds: [],
  })
  const { membership } = facts
  if (!membership || membership.status === 'removed') throw notFound('The member')
  if (!self) requireOver(caller, membership.role)
  return {
    scope: { organizationId: organization.id, actor: actorOf(caller) },
    organization,
    membership,
    facts,
  }
}

export interface HandDeed {
  rule: string
  type: string
  first?: readonly Change[]
  last?: readonly Change[]
  data?: Record<string, unknown>
}

/** Settles what a hand folded into the facts, tells of it in one event, and lets go the owners that the guard no longer needs to hold. */
export async function settleHand(
  tx: Transaction,
  world: World,
  scope: Scope,
  facts: PersonFacts,
  deed: HandDeed,
): Promise<Membership | null> {
  const event = (decision: Decision): EventDraft => ({
    type: deed.type,
    subject: {
      type: 'member',
      id: facts.membership?.id ?? null,
      email: facts.membership?.email ?? null,
      key: null,
    },
    accountId: facts.account?.id ?? null,
    decision,
    ...(deed.data ? { data: deed.data } : {}),
  })
  const settled = await settle(tx, world, scope, facts, handEvent(deed.rule, facts.membership?.id), {
    first: deed.first ?? [],
    last: deed.last ?? [],
    event,
  })
  return 'refused' in settled ? null : settled.membership
}

/** Settles every membership that the last-owner guard holds: another owner may have become able to sign in (E3). */
export async function releaseGuards(
  tx: Transaction,
  world: World,
  scope: Scope,
  exceptAccountId: string,
): Promise<void> {
  for (const accountId of await readGuarded(tx, scope.organizationId)) {
    if (accountId === exceptAccountId) continue
    const facts = await loadPerson(tx, world, {
      organizationId: scope.organizationId,
      accountId,
      keys: [],
      recordIds: [],
    })
    await settle(tx, world, scope, facts, handEvent('E3'), { first: [], event: null })
  }
}

/** D4: an act of a person that would leave no owner who can sign in. */
export function lastOwner(): Refusal {
  return {
    rule: 'G5',
    reason: 'last_owner',
    nextActor: 'org_admin',
    message: 'This is the last owner who can sign in; make another owner first.',
  }
}

/** The membership to fold a deed into, a blank one where the account has none yet. */
export function foldable(facts: PersonFacts, at: Date): Membership {
  return (
    facts.membership ??
    newMembership({
      id: newId(),
      organizationId: facts.organization.id,
      accountId: facts.account?.id ?? '',
      at,
    })
  )
}

function handEvent(rule: string, membershipId?: string) {
  return {
    door: 'hand' as const,
    rule,
    namedKeys: [],
    satisfies: null,
    boundRecordId: null,
    email: null,
    displayName: null,
    inPerson: false,
    newMembershipId: membershipId ?? newId(),
  }
}
