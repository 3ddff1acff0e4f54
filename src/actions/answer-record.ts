// The answers to E9: whose a directory's record is, where its identifier or address was another person's.
import type { DirectoryRecord } from '../domain/directory.ts'
import { standingOf } from '../domain/organization.ts'
import { keepApart } from '../store/conflict-answers.ts'
import type { Transaction } from '../store/database.ts'
import { domainsOver } from '../store/domain-standings.ts'
import { readRecords } from '../store/record-facts.ts'
import type { Answering } from './answering.ts'
import { apply } from './apply.ts'
import { moveAddress } from './move-address.ts'
import { loadLocked } from './settle.ts'
import { settleAnswered } from './settle-answered.ts'
import type { World } from './world.ts'

/**
 * `keep`: the record is not this person's and stays unbound. `replace`: it is theirs, in place of the one that they had. `new_account`: it is
 * another person's, who gets an account of their own with the address. A record that the directory deleted meanwhile leaves nothing to move.
 */
export async function answerRecord(tx: Transaction, world: World, answering: Answering): Promise<void> {
  const { conflict, choice } = answering
  if (choice === 'keep' || conflict.directoryUserId === null) return
  const [record] = await readRecords(tx, [conflict.directoryUserId])
  if (!record || record.accountId !== null) return
  if (choice === 'replace' && conflict.accountId !== null)
    await replace(tx, world, answering, record, conflict.accountId)
  else if (choice === 'new_account') await separate(tx, world, answering, record)
}

async function replace(
  tx: Transaction,
  world: World,
  answering: Answering,
  record: DirectoryRecord,
  accountId: string,
): Promise<void> {
  const { scope } = answering
  const { organizationId } = scope
  const facts = await loadLocked(tx, world, { organizationId, accountId, keys: [], recordIds: [] })
  const old = facts.records.filter((r) => r.accountId === accountId && r.directoryId === record.directoryId)
  for (const former of old) await keepApart(tx, former, accountId, scope.actor, world.clock.now())
  await apply(tx, world, scope, [
    ...old.map((former) => ({ kind: 'record.unbind', record: former }) as const),
    { kind: 'record.bind', recordId: record.id, accountId, rule: 'E9' },
  ])
  await settleAnswered(tx, world, scope, accountId, 'E9', { event: await asPushed(tx, record) })
}

async function separate(
  tx: Transaction,
  world: World,
  answering: Answering,
  record: DirectoryRecord,
): Promise<void> {
  const { conflict, scope } = answering
  const { organizationId } = scope
  const former = conflict.accountId
  const facts =
    former === null
      ? null
      : await loadLocked(tx, world, { organizationId, accountId: former, keys: [], recordIds: [] })
  const accountId = await moveAddress(tx, world, scope, {
    key: record.emailKey,
    address: record.email,
    from: facts?.account ?? null,
    name: record.displayName,
    givenBy: 'directory',
  })
  await apply(tx, world, scope, [{ kind: 'record.bind', recordId: record.id, accountId, rule: 'E9' }])
  if (former !== null) await settleAnswered(tx, world, scope, former, 'E9')
  await settleAnswered(tx, world, scope, accountId, 'E9', { event: await asPushed(tx, record) })
}

/** The record speaks as it would have on its push, had it been clear whose it is. */
async function asPushed(tx: Transaction, record: DirectoryRecord) {
  const key = record.emailKey
  const proven =
    key !== null && standingOf(key, await domainsOver(tx, [key]), record.organizationId) === 'this'
  return {
    door: 'push',
    namedKeys: proven ? [key] : [],
    satisfies: 'directory',
    boundRecordId: record.id,
    email: record.email,
    displayName: record.displayName,
  } as const
}
