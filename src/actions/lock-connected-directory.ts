// What every change of a directory begins with: whose it is, and that it is connected still.
import { AppError, notFound } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import { type DirectoryDetails, lockDirectory } from '../store/directories.ts'
import { authorize, type Caller } from './authorize.ts'

/** The directory, held to the transaction's end. AppError not_found for somebody else's; conflict `directory_disconnected`. */
export async function lockConnectedDirectory(
  tx: Transaction,
  caller: Caller,
  directoryId: string,
): Promise<DirectoryDetails> {
  const directory = await lockDirectory(tx, directoryId)
  if (directory === null) throw notFound('The directory')
  await authorize(tx, caller, directory.organizationId, 'admin', 'The directory')
  if (directory.status !== 'disconnected') return directory
  throw new AppError('conflict', 'directory_disconnected', 'The directory was disconnected; make a new one.')
}
