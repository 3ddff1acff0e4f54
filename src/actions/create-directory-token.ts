// Makes a bearer token for a Directory; two may live, so that one can take over from the other.
import { AppError, invalidField, notFound } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { newToken } from '../kernel/secrets.ts'
import { type DirectoryTokenRow, insertToken, listTokenRows, lockDirectory } from '../store/directories.ts'
import { actorOf, authorize, type Caller, requireTrust } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const LIVE_TOKENS = 2

/**
 * The token is shown once. AppError forbidden `own_proof_required` on an active directory without trust (decision 6); conflict
 * `too_many_tokens` while two live.
 */
export async function createDirectoryToken(
  world: World,
  caller: Caller,
  directoryId: string,
  wanted: { label: string; expiresAt?: Date | undefined },
): Promise<DirectoryTokenRow & { token: string }> {
  const now = world.clock.now()
  if (wanted.expiresAt !== undefined && wanted.expiresAt <= now) {
    throw invalidField('expiresAt', 'is not in the future')
  }
  const { token, hash } = newToken('scim')
  return inTransaction(world, async (tx) => {
    const directory = await lockDirectory(tx, directoryId)
    if (directory === null) throw notFound('The directory')
    await authorize(tx, caller, directory.organizationId, 'admin', 'The directory')
    if (directory.status === 'disconnected') {
      throw new AppError(
        'conflict',
        'directory_disconnected',
        'The directory was disconnected; make a new one.',
      )
    }
    if (directory.status === 'active') requireTrust(world, caller)
    const live = (await listTokenRows(tx, directoryId)).filter(
      (one) => one.expiresAt === null || one.expiresAt > now,
    )
    if (live.length >= LIVE_TOKENS) {
      throw new AppError('conflict', 'too_many_tokens', 'Two tokens live already; delete one first.')
    }
    const row = {
      id: newId(),
      directoryId,
      label: wanted.label,
      hint: token.slice(-4),
      expiresAt: wanted.expiresAt ?? null,
      createdAt: now,
    }
    await insertToken(tx, { ...row, tokenHash: hash })
    await recordEvent(tx, world, {
      organizationId: directory.organizationId,
      type: 'directory.token_created',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { tokenId: row.id, label: row.label },
    })
    return { ...row, lastUsedAt: null, token }
  })
}
