// E6: thirty days after a directory deleted somebody they are removed, and a person may invite them anew.
import { GRACE_DAYS } from '../domain/directory.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Transaction } from '../store/database.ts'
import { lock } from '../store/locks.ts'
import { readMembersByKey } from '../store/membership-reads.ts'
import type { Scope } from './apply.ts'
import { loadPerson } from './load-person.ts'
import { configurationEvent } from './plan-mappings.ts'
import { settle } from './settle.ts'
import type { World } from './world.ts'

/** Settles the members who bear the key and whose deletion is that old, under the caller's lock of the key. Answers whether there were any. */
export async function endGrace(tx: Transaction, world: World, scope: Scope, key: string): Promise<boolean> {
  const accounts = await readMembersByKey(tx, scope.organizationId, key)
  await lock(
    tx,
    accounts.map((id) => `account:${id}` as const),
  )
  let ended = false
  for (const accountId of accounts) {
    const query = { organizationId: scope.organizationId, accountId, keys: [key], recordIds: [] }
    const facts = await loadPerson(tx, world, query)
    if (facts.membership?.status !== 'suspended' || !isOver(facts)) continue
    await settle(tx, world, scope, facts, configurationEvent('E6'), { first: [], event: null })
    ended = true
  }
  return ended
}

function isOver({ tombstones, now }: PersonFacts): boolean {
  return tombstones.some((t) => now.getTime() - t.deletedAt.getTime() >= GRACE_DAYS * 86_400_000)
}
