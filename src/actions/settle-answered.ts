// Settling a person once an administrator's answer has changed the facts about them.
import type { PersonEvent, PersonFacts } from '../domain/person.ts'
import { newId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import type { Scope } from './apply.ts'
import { loadLocked, settle } from './settle.ts'
import type { World } from './world.ts'

/** Reads the person anew and writes what follows; `event` says more than "the configuration changed", `fold` adds a fact of the answer itself. */
export async function settleAnswered(
  tx: Transaction,
  world: World,
  scope: Scope,
  accountId: string,
  rule: string,
  more: { event?: Partial<PersonEvent>; fold?: (facts: PersonFacts) => PersonFacts } = {},
): Promise<void> {
  const { organizationId } = scope
  const loaded = await loadLocked(tx, world, { organizationId, accountId, keys: [], recordIds: [] })
  const event: PersonEvent = {
    door: 'configuration',
    rule,
    namedKeys: [],
    satisfies: null,
    boundRecordId: null,
    email: null,
    displayName: null,
    inPerson: false,
    newMembershipId: newId(),
    ...more.event,
  }
  await settle(tx, world, scope, more.fold?.(loaded) ?? loaded, event, { first: [], event: null })
}
