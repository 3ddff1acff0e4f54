// Reads a Directory's OAuth clients, without their secrets, which nobody can read again.
import { reader } from '../store/database.ts'
import { listClientRows, type OauthClientRow } from '../store/oauth-clients.ts'
import type { Caller } from './authorize.ts'
import { getDirectory } from './list-directories.ts'
import type { World } from './world.ts'

/** In the order of their making; AppError not_found for somebody else's directory. */
export async function listOauthClients(
  world: World,
  caller: Caller,
  directoryId: string,
): Promise<OauthClientRow[]> {
  await getDirectory(world, caller, directoryId)
  return listClientRows(reader(world.dataSource), directoryId)
}
