// Makes a Directory: active where the caller may make trust, else prepared in test.
import type { DirectoryPreset } from '../domain/directory.ts'
import { newId } from '../kernel/ids.ts'
import { pairOnlyOnes } from '../store/connections.ts'
import { type DirectoryDetails, insertDirectory } from '../store/directories.ts'
import { actorOf, authorize, type Caller, hasTrust } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** `notify: false` keeps the directory's own invitations (C2) from being mailed. */
export async function createDirectory(
  world: World,
  caller: Caller,
  ref: string,
  wanted: { name: string; preset: DirectoryPreset; notify: boolean },
): Promise<DirectoryDetails> {
  return inTransaction(world, async (tx) => {
    const { id: organizationId } = await authorize(tx, caller, ref, 'admin')
    const row: DirectoryDetails = {
      id: newId(),
      organizationId,
      ...wanted,
      status: hasTrust(world, caller) ? 'active' : 'test',
      createdAt: world.clock.now(),
    }
    await insertDirectory(tx, row)
    await pairOnlyOnes(tx, organizationId)
    await recordEvent(tx, world, {
      organizationId,
      type: 'directory.created',
      actor: actorOf(caller),
      subject: { type: 'directory', id: row.id },
      data: { name: row.name, preset: row.preset, status: row.status },
    })
    return row
  })
}
