// Takes the values that only one resource of a directory may have.
import type { UniqueValue } from '../domain/declared-resource.ts'
import { AppError } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import { type HolderKind, holdUnique } from '../store/unique-values.ts'

/**
 * Gives the stored resource these values and no others; undefined where nothing of its type is unique, which costs nothing. AppError
 * `conflict` `uniqueness` that names the attribute.
 */
export async function claimUnique(
  tx: Transaction,
  directoryId: string,
  holder: { kind: HolderKind; id: string },
  values: readonly UniqueValue[] | undefined,
): Promise<void> {
  if (values === undefined) return
  const taken = await holdUnique(tx, directoryId, holder, values)
  if (taken !== null)
    throw new AppError('conflict', 'uniqueness', `Another resource of this directory has this ${taken}.`)
}
