// What one PATCH may cost: its operations are run on the server's one thread, which everybody else waits for.
import { AppError } from '../kernel/errors.ts'
import type { FilterTree } from './filter-syntax.ts'
import type { PatchOperation } from './quirks.ts'
import type { Values } from './values.ts'

/** Characters that may be looked at or copied; some tenths of a second. */
const MOST_EFFORT = 100_000_000
/** What the comparison of two values of a list counts for. */
const PAIR = 50
/** Characters of a resource's JSON, as much as a request may bring at once. */
const MOST_CHARACTERS = 1_048_576

export interface Effort {
  left: number
  /** Characters that the resource may have by now: no condition reads more than that. */
  size: number
}

export function newEffort(values: Values): Effort {
  return { left: MOST_EFFORT, size: JSON.stringify(values).length }
}

/** Counts what an operation brings. */
export function grow(effort: Effort, { path, value }: PatchOperation): void {
  effort.size += charactersOf(value) + path.length
}

/** Counts every term of a condition as one reading of the whole. AppError 413 where the PATCH has cost too much. */
export function spendOnCondition(effort: Effort, where: FilterTree): void {
  spend(effort, termsOf(where) * effort.size)
}

/** Counts the comparison of every value held with every value given. */
export function spendOnPairs(effort: Effort, held: readonly unknown[], given: readonly unknown[]): void {
  spend(effort, PAIR * held.length * given.length + PAIR * given.length * given.length)
}

/** Counts one value that is written into many elements. */
export function spendOnCopies(effort: Effort, elements: readonly unknown[], value: unknown): void {
  const copied = elements.length * charactersOf(value)
  effort.size += copied
  spend(effort, copied)
}

/** AppError 413 for a resource that has grown larger than a request could bring it. */
export function requireModest(effort: Effort, values: Values): void {
  // The estimate is never too small, so that most are not written out for it.
  if (effort.size > MOST_CHARACTERS && JSON.stringify(values).length > MOST_CHARACTERS)
    throw new AppError('too_large', 'tooLarge', `A resource may have ${MOST_CHARACTERS} characters at most.`)
}

function charactersOf(value: unknown): number {
  return JSON.stringify(value)?.length ?? 0
}

function spend(effort: Effort, amount: number): void {
  effort.left -= amount
  if (effort.left < 0)
    throw new AppError(
      'too_large',
      'tooMany',
      'The PATCH is too much work for one request: send it in parts.',
    )
}

function termsOf(tree: FilterTree): number {
  if (tree.op === 'and' || tree.op === 'or') return tree.of.reduce((sum, part) => sum + termsOf(part), 0)
  return tree.op === 'not' || tree.op === '[]' ? termsOf(tree.of) : 1
}
