// Lists an organization's keys, with the state of those whose maker has gone.
import { type ListedApiKey, listApiKeyRows } from '../store/api-keys.ts'
import { reader } from '../store/database.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

export async function listApiKeys(
  world: World,
  caller: Caller,
  ref: string,
  page: { after: string | null; limit: number },
): Promise<ListedApiKey[]> {
  const read = reader(world.dataSource)
  const { id } = await authorize(read, caller, ref, 'admin')
  return listApiKeyRows(read, id, page.after, page.limit)
}
