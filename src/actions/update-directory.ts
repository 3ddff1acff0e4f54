// Changes a Directory; activating one, and putting it back into test, is an owner's act.
import type { DirectoryPreset } from '../domain/directory.ts'
import { type DirectoryDetails, updateDirectoryRow } from '../store/directories.ts'
import { actorOf, type Caller, requireTrust } from './authorize.ts'
import { lockConnectedDirectory } from './lock-connected-directory.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export interface DirectoryPatch {
  name?: string | undefined
  preset?: DirectoryPreset | undefined
  notify?: boolean | undefined
  status?: 'active' | 'test' | undefined
}

/** AppError forbidden `own_proof_required` where the status would change without trust; conflict where it was disconnected. */
export async function updateDirectory(
  world: World,
  caller: Caller,
  directoryId: string,
  patch: DirectoryPatch,
): Promise<DirectoryDetails> {
  return inTransaction(world, async (tx) => {
    const before = await lockConnectedDirectory(tx, caller, directoryId)
    // Either way: in test the directory's denials fall silent, as its grants do.
    if (patch.status !== undefined && patch.status !== before.status) requireTrust(world, caller)
    const after: DirectoryDetails = {
      ...before,
      name: patch.name ?? before.name,
      preset: patch.preset ?? before.preset,
      notify: patch.notify ?? before.notify,
      status: patch.status ?? before.status,
    }
    await updateDirectoryRow(tx, after)
    await recordEvent(tx, world, {
      organizationId: before.organizationId,
      type: 'directory.changed',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      decision: { rule: 'decision 6', outcome: 'change', before, after },
    })
    return after
  })
}
