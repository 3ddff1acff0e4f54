// A directory changes a person: the change runs on the locked row, so that no update is lost.
import type { DirectoryPerson, PersonDraft } from '../domain/directory-person.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { differs, updateDirectoryPerson } from '../store/directory-user-writes.ts'
import { lockDirectoryPerson } from '../store/directory-users.ts'
import { announceResource } from './announce-resource.ts'
import { claimUnique } from './claim-unique.ts'
import { orDuplicate } from './directory-duplicates.ts'
import { reconcilePush } from './reconcile-push.ts'
import { orRefused } from './refuse-push.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/**
 * Applies `change`, a pure function that may be run more than once and whose error is passed on, and reconciles (C14–C16, E1–E7).
 * What changes nothing moves neither version nor date. AppError `not_found`, `conflict` `uniqueness`, or `forbidden` `seat_unavailable`.
 */
export async function updateUser(
  world: World,
  directory: DirectoryScope,
  id: string,
  change: (person: DirectoryPerson) => PersonDraft,
): Promise<DirectoryPerson> {
  if (!isId(id)) throw notFound('The user')
  const deed = () =>
    inTransaction(world, async (tx) => {
      const locked = await lockDirectoryPerson(tx, directory.id, id)
      if (locked === null) throw notFound('The user')
      const draft = change(locked.person)
      const written = differs(locked.person, draft)
        ? await updateDirectoryPerson(tx, locked, draft, world.clock.now())
        : locked
      if (written !== locked) await claimUnique(tx, directory.id, { kind: 'user', id }, draft.unique)
      await reconcilePush(tx, world, directory, {
        kind: 'updated',
        before: locked.record,
        after: written.record,
      })
      await announceResource(tx, world, directory, { before: locked.person, after: written.person })
      return written.person
    })
  return orDuplicate(() => orRefused(world, directory, { recordId: id, userName: null }, deed))
}
