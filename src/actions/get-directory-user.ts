// Reads one person of a directory.
import type { DirectoryPerson } from '../domain/directory-person.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { reader } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { getDirectoryPerson } from '../store/directory-users.ts'
import type { World } from './world.ts'

/** The person with this id in this directory; groups only where asked for. AppError `not_found` for any other id, of whatever form. */
export async function getDirectoryUser(
  world: World,
  directory: DirectoryScope,
  id: string,
  withGroups: boolean,
): Promise<DirectoryPerson> {
  const person = isId(id)
    ? await getDirectoryPerson(reader(world.dataSource), directory.id, id, withGroups)
    : null
  if (person === null) throw notFound('The user')
  return person
}
