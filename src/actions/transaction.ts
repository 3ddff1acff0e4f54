// The one place where a transaction begins, ends and is tried again.
import { setTimeout as pause } from 'node:timers/promises'
import { databaseFailure, type Transaction, transactionOn } from '../store/database.ts'
import type { World } from './world.ts'

const ATTEMPTS = 6

/** Races between two deeds that find the same key free: the second attempt sees the first one's row. */
export const retryableUniques: ReadonlySet<string> = new Set([
  'account_addresses_verified_key_key',
  'identities_subject_key',
  'memberships_organization_account_key',
  'invitations_open_key',
])

/**
 * Runs `deed` in one READ COMMITTED transaction and answers what it answers. A deadlock, a serialization failure
 * or a lost race for one of `retryableUniques` runs the whole deed again, at most five times more; therefore a
 * deed has no effect but through its transaction. Any other error rolls back and is thrown as it is.
 */
export async function inTransaction<T>(world: World, deed: (tx: Transaction) => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(world, deed)
    } catch (error) {
      if (attempt === ATTEMPTS || !isRetryable(error)) throw error
      await pause(Math.random() * 10 * 2 ** attempt)
    }
  }
}

const effects = new WeakMap<Transaction, (() => void)[]>()

/** Runs `effect` once the transaction has committed, and never when it rolls back. It must not throw: the deed is done by then. */
export function afterCommit(tx: Transaction, effect: () => void): void {
  effects.set(tx, [...(effects.get(tx) ?? []), effect])
}

async function once<T>(world: World, deed: (tx: Transaction) => Promise<T>): Promise<T> {
  const runner = world.dataSource.createQueryRunner()
  try {
    await runner.startTransaction()
    try {
      const tx = await transactionOn(runner)
      const result = await deed(tx)
      await runner.commitTransaction()
      for (const effect of effects.get(tx) ?? []) effect()
      return result
    } catch (error) {
      // A connection that broke cannot roll back; the first error is the one to tell.
      await runner.rollbackTransaction().catch(() => {})
      throw error
    }
  } finally {
    await runner.release()
  }
}

function isRetryable(error: unknown): boolean {
  const failure = databaseFailure(error)
  if (failure === null) return false
  if (failure.code === '40001' || failure.code === '40P01') return true
  return failure.code === '23505' && retryableUniques.has(failure.constraint ?? '')
}
