// Reads how a request that is answered by event stands, with its answers as signed tokens.
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { findAsyncRequest } from '../store/async-requests.ts'
import { reader } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { signSecurityEvent } from './sign-security-event.ts'
import type { World } from './world.ts'

/** Null while it waits, else its tokens by their ids, in the order of its operations. AppError not_found. */
export async function readAsyncRequest(
  world: World,
  directory: DirectoryScope,
  id: string,
): Promise<Record<string, string> | null> {
  const found = isId(id) ? await findAsyncRequest(reader(world.dataSource), directory.id, id) : null
  if (found === null) throw notFound('The request')
  if (found.state === 'queued') return null
  const audience = `${world.publicUrl}/scim/v2/${directory.id}`
  const sets: Record<string, string> = {}
  for (const result of found.results ?? [])
    sets[result.id] = await signSecurityEvent(world, { ...result, at: new Date(result.at) }, audience)
  return sets
}
