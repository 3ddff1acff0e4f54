// A record that went away or became another person's: what stands for who was there (E6, C16).
import { followRecord } from '../decisions/follow-record.ts'
import type { Change } from '../domain/change.ts'
import type { DirectoryRecord, Tombstone } from '../domain/directory.ts'
import { isInQuestion, type PersonEvent, type PersonFacts } from '../domain/person.ts'
import { newId } from '../kernel/ids.ts'
import { closeConflict } from '../store/conflict-answers.ts'
import type { Transaction } from '../store/database.ts'
import { buryRecord } from '../store/record-writes.ts'
import { apply, type Scope } from './apply.ts'
import { loadPush } from './load-push.ts'
import { draft, type RecordPush, told } from './push-event.ts'
import { loadLocked } from './settle.ts'
import { settlePush } from './settle-push.ts'
import type { World } from './world.ts'

/** E6: the record is gone; its person is suspended, its own invitation withdrawn, a tombstone left. */
export async function reconcileDeletion(
  tx: Transaction,
  world: World,
  scope: Scope,
  before: DirectoryRecord,
): Promise<void> {
  const now = world.clock.now()
  const push: RecordPush = { kind: 'deleted', before, after: null }
  const { stored, person } = await loadPush(tx, world, push)
  // Whose the record was, nobody said: it says nothing against anybody, and the question about it goes with it.
  const asked = before.accountId === null && isInQuestion(stored.conflicts, before)
  const questions = stored.conflicts.filter((c) => c.directoryUserId === before.id && !c.answer)
  for (const { id } of questions) await closeConflict(tx, id, { choice: 'gone', by: scope.actor }, now)
  const buried = asked ? [] : [await buryRecord(tx, before, 'deleted', now)]
  const followed = followRecord({ now, invitations: stored.invitations }, before.id, null)
  const load = async () => withTombstones(await person(before.accountId), buried)
  await settleLeft(tx, world, scope, { push, rule: 'E6', first: followed, load })
  if (before.accountId === null && !asked) await settleHolder(tx, world, scope, stored.holder)
}

/** D1: an unbound record that bears an address of a member denies at once, not only when its person comes. */
export async function settleHolder(
  tx: Transaction,
  world: World,
  scope: Scope,
  holder: { accountId: string } | null,
): Promise<void> {
  if (!holder) return
  const query = {
    organizationId: scope.organizationId,
    accountId: holder.accountId,
    keys: [],
    recordIds: [],
  }
  const facts = await loadLocked(tx, world, query)
  if (!facts.membership) return
  await settlePush(tx, world, scope, facts, leaving('D1'), { first: [], event: null })
}

/** C16: the record became another person's; who was there keeps a tombstone, and who comes waits for an answer (E9). */
export async function replacePerson(
  tx: Transaction,
  world: World,
  scope: Scope,
  before: DirectoryRecord,
  after: DirectoryRecord,
): Promise<void> {
  const conflict: Change = {
    kind: 'conflict.open',
    conflict: {
      kind: 'E9',
      key: after.emailKey,
      accountId: before.accountId,
      connectionId: null,
      subject: null,
      directoryUserId: after.id,
      membershipId: null,
      choices: ['keep', 'replace', 'new_account'],
      detail:
        'The directory gave the record another externalId while it was inactive: it may be another person.',
    },
  }
  const first: Change[] = [{ kind: 'record.unbind', record: before }, conflict]
  await apply(tx, world, scope, first)
  const query = {
    organizationId: scope.organizationId,
    accountId: before.accountId,
    keys: [],
    recordIds: [],
  }
  await settleLeft(tx, world, scope, {
    push: { kind: 'updated', before, after },
    rule: 'C16',
    first: [],
    load: () => loadLocked(tx, world, query),
  })
}

/** What was left behind in this very deed may have been read before it was. */
function withTombstones(facts: PersonFacts, buried: readonly Tombstone[]): PersonFacts {
  const unread = buried.filter(({ id }) => !facts.tombstones.some((tombstone) => tombstone.id === id))
  return { ...facts, tombstones: [...facts.tombstones, ...unread] }
}

interface Leaving {
  push: Exclude<RecordPush, { kind: 'created' }>
  rule: string
  first: readonly Change[]
  load: () => Promise<PersonFacts>
}

async function settleLeft(
  tx: Transaction,
  world: World,
  scope: Scope,
  { push, rule, first, load }: Leaving,
): Promise<void> {
  const { accountId } = push.before
  if (accountId === null) {
    await apply(tx, world, scope, [
      ...first,
      told(push, { rule, outcome: 'none', reason: null, nextActor: 'nobody' }),
    ])
    return
  }
  await settlePush(tx, world, scope, await load(), leaving(rule), {
    first,
    event: (decision) => draft(push, decision, accountId),
  })
}

/** An event that names nobody and satisfies nothing: what is gone only takes away. */
function leaving(rule: string): PersonEvent {
  return {
    door: 'push',
    rule,
    namedKeys: [],
    satisfies: null,
    boundRecordId: null,
    email: null,
    displayName: null,
    inPerson: false,
    newMembershipId: newId(),
  }
}
