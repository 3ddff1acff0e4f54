// People of a group push who are settled after it: queued in the push's own transaction, taken one by one.
import { EntitySchema } from 'typeorm'
import { type Reader, statement, type Transaction } from './database.ts'
import { key, must, reference } from './table.ts'

export const deferredPushSchema = new EntitySchema({
  name: 'deferred_pushes',
  columns: {
    record_id: key('uuid', 'deferred_pushes_pkey'),
    directory_id: must('uuid'),
    at: must('timestamptz'),
  },
  indices: [{ name: 'deferred_pushes_order_idx', columns: ['at', 'record_id'] }],
  foreignKeys: [reference('deferred_pushes_record_fkey', 'record_id', 'directory_users', 'CASCADE')],
})

const fall = statement(
  'records_fell',
  `update directory_users u set role_fell_at = $3 where u.id = any($1::uuid[])
   and not exists (select 1 from directory_group_members m where m.directory_user_id = u.id and m.group_id = any($2::uuid[]))`,
)

/** C19: remembers of all who left a mapped group, and are in none of `mapped` now, that they fell. */
export async function markFalls(
  tx: Transaction,
  recordIds: readonly string[],
  mapped: readonly string[],
  at: Date,
): Promise<void> {
  await tx.run(fall, [recordIds, mapped, at])
}

const defer = statement(
  'push_defer',
  `insert into deferred_pushes (record_id, directory_id, at) select r.id, r.directory_id, $2 from directory_users r
   where r.id = any($1::uuid[]) and (r.account_id is null or $3) on conflict do nothing`,
)

/** Queues the records, those bound to an account only where `bound`. Answers how many. */
export async function deferPushes(
  tx: Transaction,
  recordIds: readonly string[],
  bound: boolean,
  at: Date,
): Promise<number> {
  return tx.run(defer, [recordIds, at, bound])
}

const take = statement(
  'push_take',
  `delete from deferred_pushes where record_id = (select record_id from deferred_pushes order by at, record_id for update skip locked limit 1)
   returning record_id "recordId"`,
)

/** Takes the next queued record that no other transaction has in hand; null where there is none. */
export async function takeDeferred(tx: Transaction): Promise<string | null> {
  const [row] = await tx.rows<{ recordId: string }>(take)
  return row?.recordId ?? null
}

const pushing = statement(
  'push_directory',
  `select d.id, d.organization_id "organizationId", d.preset, d.notify, d.status from directory_users r join directories d on d.id = r.directory_id where r.id = $1`,
)

/** The directory that a record is of. */
export async function readPushingDirectory<T>(reader: Reader, recordId: string): Promise<T | null> {
  return (await reader.rows<T>(pushing, [recordId]))[0] ?? null
}
