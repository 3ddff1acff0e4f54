// Locks that order deeds about the same person, organization or question; taken in one written order, held to the transaction's end.
import { statement, type Transaction } from './database.ts'

const take = statement(
  'locks_take',
  'select pg_advisory_xact_lock(hashtextextended(name, 0)) from (select unnest($1::text[]) as name order by 1) names',
)

/** What may be locked: an address key, an account, the owners or seats of an organization, an organization's mappings, a directory's brake. */
export type LockName =
  | `key:${string}`
  | `account:${string}`
  | `owners:${string}`
  | `seats:${string}`
  | `mappings:${string}`
  | `brake:${string}`

/** Takes the locks in the order of their names, so that two deeds never wait for each other crosswise. Call it once a transaction. */
export async function lock(tx: Transaction, names: readonly LockName[]): Promise<void> {
  if (names.length) await tx.run(take, [[...new Set(names)]])
}
