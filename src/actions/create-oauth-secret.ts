// Makes a further secret of an OAuth client, so that a new one can be in use before the old one ends.
import { AppError, notFound } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { newToken } from '../kernel/secrets.ts'
import { insertSecret, listClientRows, type OauthSecretRow } from '../store/oauth-clients.ts'
import { actorOf, type Caller } from './authorize.ts'
import { lockForCredentials, requireFuture } from './change-directory-credentials.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const LIVE_SECRETS = 5

/**
 * The secret is shown once. AppError not_found for no client of this directory; conflict `client_has_assertion` for one that is known by
 * assertions, `too_many_secrets` while five live; invalid and forbidden as for a client.
 */
export async function createOauthSecret(
  world: World,
  caller: Caller,
  directoryId: string,
  clientId: string,
  wanted: { expiresAt?: Date | undefined },
): Promise<OauthSecretRow & { clientSecret: string }> {
  requireFuture(world, wanted.expiresAt)
  return inTransaction(world, async (tx) => {
    const directory = await lockForCredentials(tx, world, caller, directoryId)
    const client = (await listClientRows(tx, directoryId)).find((one) => one.id === clientId)
    if (client === undefined) throw notFound('The OAuth client')
    if (client.assertion !== null) {
      throw new AppError(
        'conflict',
        'client_has_assertion',
        'This client is known by assertions; make another.',
      )
    }
    const now = world.clock.now()
    const live = client.secrets.filter(({ expiresAt }) => expiresAt === null || expiresAt > now)
    if (live.length >= LIVE_SECRETS) {
      throw new AppError(
        'conflict',
        'too_many_secrets',
        `${LIVE_SECRETS} secrets of this client live already; delete one that is no longer used first.`,
      )
    }
    const { secret, row, shown } = newClientSecret(world, clientId, wanted.expiresAt ?? null)
    await insertSecret(tx, row)
    await recordEvent(tx, world, {
      organizationId: directory.organizationId,
      type: 'directory.oauth_secret_created',
      actor: actorOf(caller),
      subject: { type: 'directory', id: directoryId },
      data: { clientId, secretId: row.id, expiresAt: row.expiresAt },
    })
    return { ...shown, clientSecret: secret }
  })
}

/** A new secret: itself, as it is stored, and as administrators see it later. */
export function newClientSecret(world: World, clientId: string, expiresAt: Date | null) {
  const { token: secret, hash: secretHash } = newToken('scimcs')
  const shown = {
    id: newId(),
    hint: secret.slice(-4),
    expiresAt,
    lastUsedAt: null,
    createdAt: world.clock.now(),
  }
  const { lastUsedAt: _unused, ...stored } = shown
  return { secret, shown, row: { ...stored, clientId, secretHash } }
}
