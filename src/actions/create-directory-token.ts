// Makes a bearer token for a Directory; several may live, so that one can take over from another.
import { AppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { newToken } from '../kernel/secrets.ts'
import { type DirectoryTokenRow, insertToken, listTokenRows } from '../store/directories.ts'
import { actorOf, type Caller } from './authorize.ts'
import { lockForCredentials, requireFuture } from './change-directory-credentials.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const LIVE_TOKENS = 5

/**
 * The token is shown once. AppError invalid for an `expiresAt` in the past; forbidden `own_proof_required` on an active directory without
 * trust (decision 6); conflict `too_many_tokens` while five live.
 */
export async function createDirectoryToken(
  world: World,
  caller: Caller,
  directoryId: string,
  wanted: { label: string; expiresAt?: Date | undefined },
): Promise<DirectoryTokenRow & { token: string }> {
  const now = world.clock.now()
  requireFuture(world, wanted.expiresAt)
  const { token, hash } = newToken('scim')
  return inTransaction(world, async (tx) => {
    const directory = await lockForCredentials(tx, world, caller, directoryId)
    const live = (await listTokenRows(tx, directoryId)).filter(
      (one) => one.expiresAt === null || one.expiresAt > now,
    )
    if (live.length >= LIVE_TOKENS) {
      throw new AppError(
        'conflict',
        'too_many_tokens',
        `${LIVE_TOKENS} tokens of this directory live already; delete one that is no longer used first.`,
      )
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
      data: { tokenId: row.id, label: row.label, expiresAt: row.expiresAt },
    })
    return { ...row, lastUsedAt: null, token }
  })
}
