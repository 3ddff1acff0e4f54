// The end of the grace time: whoever the directory deleted thirty days ago is a member no longer (E6).
import { GRACE_DAYS } from '../domain/directory.ts'
import { newId } from '../kernel/ids.ts'
import { reader } from '../store/database.ts'
import { readPastGrace } from '../store/membership-reads.ts'
import { loadLocked, settle } from './settle.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const BATCH = 100

/** Settles a batch of memberships whose deleted record is past the grace time; answers how many. Any node may, twice is once. */
export async function settlePastGrace(world: World): Promise<number> {
  const now = world.clock.now()
  const before = new Date(now.getTime() - GRACE_DAYS * 86_400_000)
  const due = await readPastGrace(reader(world.dataSource), before, BATCH)
  for (const { organizationId, accountId } of due) {
    await inTransaction(world, async (tx) => {
      const facts = await loadLocked(tx, world, { organizationId, accountId, keys: [], recordIds: [] })
      const scope = { organizationId, actor: { type: 'system', id: null } } as const
      const event = {
        door: 'configuration',
        rule: 'E6',
        namedKeys: [],
        satisfies: null,
        boundRecordId: null,
        email: null,
        displayName: null,
        inPerson: false,
        newMembershipId: newId(),
      } as const
      await settle(tx, world, scope, facts, event, { first: [], event: null })
    })
  }
  return due.length
}
