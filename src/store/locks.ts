// Locks that order deeds about the same person, organization or question; taken in one written order, held to the transaction's end.
import { statement, type Transaction } from './database.ts'

const take = statement(
  'locks_take',
  'select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest($1::text[]) name',
)

/** What may be locked: an address key, an account, the owners or seats of an organization, an organization's mappings, a directory's brake. */
export type LockName =
  | `key:${string}`
  | `account:${string}`
  | `owners:${string}`
  | `seats:${string}`
  | `mappings:${string}`
  | `brake:${string}`

const ORDER = ['key', 'account', 'owners', 'seats', 'mappings', 'brake']

/** Takes the locks by kind and name in the written order, so that two deeds never wait for each other crosswise. */
export async function lock(tx: Transaction, names: readonly LockName[]): Promise<void> {
  if (names.length > 0) await tx.run(take, [[...new Set(names)].sort(inOrder)])
}

function inOrder(a: LockName, b: LockName): number {
  const rank = (name: LockName) => ORDER.indexOf(name.slice(0, name.indexOf(':')))
  return rank(a) - rank(b) || (a < b ? -1 : 1)
}
