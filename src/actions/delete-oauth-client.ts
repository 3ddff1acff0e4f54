// Ends an OAuth client of a Directory, or one secret of it, with every token that was fetched by it.
import { notFound } from '../kernel/errors.ts'
import type { Transaction } from '../store/database.ts'
import { findDirectory } from '../store/directories.ts'
import { deleteClient, deleteSecret } from '../store/oauth-clients.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** The next request with one of its tokens is refused. An administrator may: taking away needs no trust. */
export async function deleteOauthClient(
  world: World,
  caller: Caller,
  directoryId: string,
  clientId: string,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const organizationId = await organizationOf(tx, caller, directoryId)
    if (!(await deleteClient(tx, directoryId, clientId))) throw notFound('The OAuth client')
    await recordEvent(tx, world, {
      organizationId,
      type: 'directory.oauth_client_deleted',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { clientId },
    })
  })
}

/** As `deleteOauthClient`, for one secret; the client's other secrets stay. */
export async function deleteOauthSecret(
  world: World,
  caller: Caller,
  directoryId: string,
  clientId: string,
  secretId: string,
): Promise<void> {
  await inTransaction(world, async (tx) => {
    const organizationId = await organizationOf(tx, caller, directoryId)
    if (!(await deleteSecret(tx, directoryId, clientId, secretId))) throw notFound('The secret')
    await recordEvent(tx, world, {
      organizationId,
      type: 'directory.oauth_secret_deleted',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { clientId, secretId },
    })
  })
}

async function organizationOf(tx: Transaction, caller: Caller, directoryId: string): Promise<string> {
  const directory = await findDirectory(tx, directoryId)
  if (directory === null) throw notFound('The directory')
  await authorize(tx, caller, directory.organizationId, 'admin', 'The directory')
  return directory.organizationId
}
