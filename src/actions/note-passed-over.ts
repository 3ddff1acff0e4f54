// C17: names to the request log whom a change of members named and nobody in the directory is.
import type { MemberChange } from '../domain/directory-person.ts'
import { isId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { knownRecords } from '../store/directory-requests.ts'

/** Looks only for those in whom nothing has changed; costs nothing where all have. */
export async function notePassedOver(
  tx: Transaction,
  directory: DirectoryScope,
  { replace, add, remove }: MemberChange,
  changed: { added: readonly string[]; removed: readonly string[] },
): Promise<void> {
  if (directory.passedOver === undefined) return
  const moved = new Set([...changed.added, ...changed.removed])
  const still = [...new Set([...(replace ?? []), ...add, ...remove])].filter((id) => !moved.has(id))
  if (still.length === 0) return
  const ids = still.filter(isId)
  const known = new Set(ids.length === 0 ? [] : await knownRecords(tx, directory.id, ids))
  directory.passedOver(still.filter((id) => !known.has(id)))
}
