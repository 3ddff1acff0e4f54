// The development clock: its offset lies in the database, so that every node shows the same time.
import { reader, statement } from '../store/database.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const readOffset = statement('dev-clock.read', 'select offset_seconds::float8 as "seconds" from dev_clock')
const addToOffset = statement(
  'dev-clock.add',
  `insert into dev_clock (one, offset_seconds) values (true, $1)
   on conflict (one) do update set offset_seconds = dev_clock.offset_seconds + excluded.offset_seconds`,
)

/** Moves every node's clock forward by whole seconds. */
export async function moveDevClock(world: World, seconds: number): Promise<void> {
  await inTransaction(world, (tx) => tx.run(addToOffset, [seconds]))
  await followDevClock(world)
}

/** Sets this node's clock to the offset that the database holds. */
export async function followDevClock(world: World): Promise<void> {
  const [row] = await reader(world.dataSource).rows<{ seconds: number }>(readOffset)
  world.clock.setOffset(row?.seconds ?? 0)
}
