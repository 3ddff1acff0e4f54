// A directory deletes a person: the record goes, the membership follows by E6.
import type { DirectoryPerson } from '../domain/directory-person.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { deleteDirectoryPerson } from '../store/directory-user-writes.ts'
import { lockDirectoryPerson } from '../store/directory-users.ts'
import { announceResource } from './announce-resource.ts'
import { reconcilePush } from './reconcile-push.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Deletes the record and reconciles. `check` sees the locked person first and may throw. AppError `not_found`. */
export async function deprovisionUser(
  world: World,
  directory: DirectoryScope,
  id: string,
  check: (person: DirectoryPerson) => void,
): Promise<void> {
  if (!isId(id)) throw notFound('The user')
  await inTransaction(world, async (tx) => {
    const locked = await lockDirectoryPerson(tx, directory.id, id)
    if (locked === null) throw notFound('The user')
    check(locked.person)
    await announceResource(tx, world, directory, { before: locked.person, after: null })
    await deleteDirectoryPerson(tx, id)
    await reconcilePush(tx, world, directory, { kind: 'deleted', before: locked.record, after: null })
  })
}
