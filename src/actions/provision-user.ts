// A directory creates a person: the record, and what follows for account, membership and invitations.
import type { DirectoryPerson, PersonDraft } from '../domain/directory-person.ts'
import { newId } from '../kernel/ids.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { insertDirectoryPerson } from '../store/directory-user-writes.ts'
import { announceResource } from './announce-resource.ts'
import { claimUnique } from './claim-unique.ts'
import { orDuplicate } from './directory-duplicates.ts'
import { reconcilePush } from './reconcile-push.ts'
import { orRefused } from './refuse-push.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Stores the person and reconciles (C1–C13). AppError `conflict` `uniqueness` for a userName or externalId that lives here, `forbidden` `seat_unavailable`. */
export async function provisionUser(
  world: World,
  directory: DirectoryScope,
  draft: PersonDraft,
): Promise<DirectoryPerson> {
  const owner = { directoryId: directory.id, organizationId: directory.organizationId }
  const deed = () =>
    inTransaction(world, async (tx) => {
      const made = await insertDirectoryPerson(tx, owner, newId(), draft, world.clock.now())
      await claimUnique(tx, directory.id, { kind: 'user', id: made.person.id }, draft.unique)
      await reconcilePush(tx, world, directory, { kind: 'created', before: null, after: made.record })
      await announceResource(tx, world, directory, { before: null, after: made.person })
      return made.person
    })
  return orDuplicate(() => orRefused(world, directory, { recordId: null, userName: draft.userName }, deed))
}
