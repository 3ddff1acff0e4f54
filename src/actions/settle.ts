// Settling: the one way by which a deed turns an event about a resolved person into written changes.
import { type Settled, settlePerson } from '../decisions/settle-person.ts'
import type { Change, Decision, EventDraft } from '../domain/change.ts'
import type { PersonEvent, PersonFacts } from '../domain/person.ts'
import type { Transaction } from '../store/database.ts'
import { lock } from '../store/locks.ts'
import type { PersonQuery } from '../store/person-facts.ts'
import { apply, type Scope } from './apply.ts'
import { loadPerson } from './load-person.ts'
import type { World } from './world.ts'

/**
 * Loads a person under the locks of their account and, where they are an owner or seats are counted, of the organization.
 * The locks of address keys are the caller's, taken before.
 */
export async function loadLocked(tx: Transaction, world: World, query: PersonQuery): Promise<PersonFacts> {
  if (query.accountId) await lock(tx, [`account:${query.accountId}`])
  const facts = await loadPerson(tx, world, query)
  const owner = facts.membership?.ownerSince != null
  const seats = facts.organization.policies.seats !== null
  if (!owner && !seats) return facts
  await lock(tx, [
    ...(owner ? [`owners:${query.organizationId}` as const] : []),
    ...(seats ? [`seats:${query.organizationId}` as const] : []),
  ])
  return loadPerson(tx, world, query)
}

/** What a deed adds to a settlement: changes that come first, and the event that tells of the deed itself. */
export interface Deed {
  first: readonly Change[]
  /** Changes that need the membership to be there. */
  last?: readonly Change[]
  event: ((decision: Decision) => EventDraft) | null
}

/** Decides and writes, or writes nothing and answers the refusal for the caller to record. */
export async function settle(
  tx: Transaction,
  world: World,
  scope: Scope,
  facts: PersonFacts,
  event: PersonEvent,
  deed: Deed,
): Promise<Settled> {
  const settled = settlePerson(facts, event)
  if ('refused' in settled) return settled
  const told = deed.event?.(settled.decision)
  await apply(tx, world, scope, [
    ...deed.first,
    ...settled.changes,
    ...(deed.last ?? []),
    ...(told ? [{ kind: 'event' as const, event: told }] : []),
  ])
  return settled
}
