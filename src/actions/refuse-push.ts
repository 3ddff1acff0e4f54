// A refused push: undone as a whole, with the record of the refusal as its only trace (C13, invariant 12).
import { type AddressKey, addressKey } from '../domain/address.ts'
import { AppError } from '../kernel/errors.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { recordRefusal } from './record-refusal.ts'
import type { World } from './world.ts'

/** Runs a directory's deed about a person; a want of seats is recorded in a transaction of its own and thrown on. */
export async function orRefused<T>(
  world: World,
  directory: DirectoryScope,
  about: { recordId: string | null; userName: string | null },
  deed: () => Promise<T>,
): Promise<T> {
  try {
    return await deed()
  } catch (error) {
    if (error instanceof AppError && error.code === 'seat_unavailable')
      await record(world, directory, about, error)
    throw error
  }
}

async function record(
  world: World,
  { id, organizationId }: DirectoryScope,
  { recordId, userName }: { recordId: string | null; userName: string | null },
  { message }: AppError,
): Promise<void> {
  const key: AddressKey | null = addressKey(userName ?? undefined)
  await recordRefusal(
    world,
    { organizationId, actor: { type: 'directory', id } },
    'directory_user.refused',
    { type: 'directory_user', id: recordId, email: key === null ? null : userName, key },
    { rule: 'C13', reason: 'seat_unavailable', nextActor: 'org_admin', message },
    null,
  )
}
