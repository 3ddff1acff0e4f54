// The answers to H7: whether a directory that switched off many at once meant it.

import type { Transaction } from '../store/database.ts'
import { endHold } from '../store/deprovision-holds.ts'
import type { Answering } from './answering.ts'
import type { World } from './world.ts'

/**
 * `confirm`: what the directory said counts, as if it had never been held. `restore`: it denies nobody, until the directory says anything
 * new about them. The people are settled afterwards, each alone.
 */
export async function answerHold(
  tx: Transaction,
  world: World,
  { conflict, choice }: Answering,
): Promise<void> {
  await endHold(tx, conflict.id, choice === 'confirm' ? 'confirmed' : 'restored', world.clock.now())
}
