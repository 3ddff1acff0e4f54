// Names what is taken when a directory's person or group meets a unique constraint.
import { AppError } from '../kernel/errors.ts'
import { isDuplicate } from '../store/database.ts'
import { groupExternalIdUnique } from '../store/directory-groups.ts'
import { externalIdUnique, userNameUnique } from '../store/directory-user-writes.ts'

const TAKEN: readonly [constraint: string, message: string][] = [
  [userNameUnique, 'Another user of this directory has this userName.'],
  [externalIdUnique, 'Another user of this directory has this externalId.'],
  [groupExternalIdUnique, 'Another group of this directory has this externalId.'],
]

/** Runs a deed; a duplicate becomes AppError `conflict` with the code `uniqueness` (C10, C11). */
export async function orDuplicate<T>(deed: () => Promise<T>): Promise<T> {
  try {
    return await deed()
  } catch (error) {
    const taken = TAKEN.find(([constraint]) => isDuplicate(error, constraint))
    throw taken ? new AppError('conflict', 'uniqueness', taken[1], { cause: error }) : error
  }
}
