// Ends a Directory's token: its next request is refused.
import { notFound } from '../kernel/errors.ts'
import { deleteToken, findDirectory } from '../store/directories.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export async function deleteDirectoryToken(
  world: World,
  caller: Caller,
  directoryId: string,
  tokenId: string,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const directory = await findDirectory(tx, directoryId)
    if (directory === null) throw notFound('The directory')
    await authorize(tx, caller, directory.organizationId, 'admin', 'The directory')
    if (!(await deleteToken(tx, directoryId, tokenId))) throw notFound('The token')
    await recordEvent(tx, world, {
      organizationId: directory.organizationId,
      type: 'directory.token_deleted',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { tokenId },
    })
  })
}
