// Where the host product wants people of an organization to go on after they have signed in.
import { reader } from '../store/database.ts'
import { findReturnUrls } from '../store/session-openings.ts'
import type { World } from './world.ts'

/** The organization's first return URL (http or https), or null where it has none. */
export async function readReturnUrl(world: World, organizationId: string): Promise<string | null> {
  const [first] = await findReturnUrls(reader(world.dataSource), organizationId)
  return first !== undefined && /^https?:/i.test(first) ? first : null
}
