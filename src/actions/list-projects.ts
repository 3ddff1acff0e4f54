// Lists the projects of an organization.
import { reader } from '../store/database.ts'
import { listProjectRows, type ProjectRow } from '../store/projects.ts'
import { authorize, type Caller } from './authorize.ts'
import type { World } from './world.ts'

export async function listProjects(
  world: World,
  caller: Caller,
  ref: string,
  page: { after: string | null; limit: number },
): Promise<ProjectRow[]> {
  const read = reader(world.dataSource)
  const { id } = await authorize(read, caller, ref, 'admin')
  return listProjectRows(read, id, page.after, page.limit)
}
