// What every change of a directory's credentials begins with: whose the directory is, and whether the caller may open doors.
import { invalidField } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import type { DirectoryDetails } from '../store/directories.ts'
import { type Caller, requireTrust } from './authorize.ts'
import { lockConnectedDirectory } from './lock-connected-directory.ts'
import type { World } from './world.ts'

/**
 * The directory, held to the transaction's end, so that limits are counted truly. AppError not_found for somebody else's; conflict
 * `directory_disconnected`; forbidden `own_proof_required` on an active directory without trust (decision 6).
 */
export async function lockForCredentials(
  tx: Transaction,
  world: World,
  caller: Caller,
  directoryId: string,
): Promise<DirectoryDetails> {
  const directory = await lockConnectedDirectory(tx, caller, directoryId)
  if (directory.status === 'active') requireTrust(world, caller)
  return directory
}

/** AppError invalid for an end that has come already. */
export function requireFuture(world: World, expiresAt: Date | undefined): void {
  if (expiresAt !== undefined && expiresAt <= world.clock.now()) {
    throw invalidField('expiresAt', 'must lie in the future')
  }
}
