// Finds who stands behind a bearer token: the host product, an organization's key or a person's session.
import { AppError } from '../kernel/errors.ts'
import { constantTimeEqual, sha256 } from '../kernel/secrets.ts'
import { findApiKeyByHash, touchApiKey } from '../store/api-keys.ts'
import { reader } from '../store/database.ts'
import type { Caller } from './authorize.ts'
import { findSession } from './find-session.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const MINUTE = 60_000

/**
 * The caller of a token. AppError unauthenticated for an unknown, ended or stopped one. A key stops with its maker's membership
 * until it is adopted, whatever becomes of the membership (T-38); a session's membership and policy are looked at now.
 */
export async function authenticateCaller(world: World, token: string): Promise<Caller> {
  const hash = sha256(token)
  if (constantTimeEqual(hash, world.rootKeyHash)) return { kind: 'root' }
  if (token.startsWith('key_')) return keyCaller(world, hash)
  return personCaller(world, token)
}

async function keyCaller(world: World, hash: Buffer): Promise<Caller> {
  const key = await findApiKeyByHash(reader(world.dataSource), hash)
  if (key === null) throw unauthenticated('The key is unknown or was deleted.')
  if (key.stoppedAt !== null || (key.makerAccountId !== null && key.makerRole === null)) {
    throw unauthenticated("This key stopped with its maker's membership; an administrator must adopt it.")
  }
  const now = world.clock.now()
  if (key.lastUsedAt === null || now.getTime() - key.lastUsedAt.getTime() > MINUTE) {
    await inTransaction(world, (tx) => touchApiKey(tx, key.id, now))
  }
  return {
    kind: 'key',
    keyId: key.id,
    organizationId: key.organizationId,
    role: lesser(world, key.role, key.makerRole),
    makerAccountId: key.makerAccountId,
  }
}

function lesser(world: World, role: string, other: string | null): string {
  const rank = (name: string) => world.roles.find((one) => one.name === name)?.rank ?? -1
  return other !== null && rank(other) < rank(role) ? other : role
}

async function personCaller(world: World, token: string): Promise<Caller> {
  const session = await findSession(world, token)
  if (session === null) throw unauthenticated('The session is unknown or has ended.')
  return {
    kind: 'person',
    sessionId: session.id,
    accountId: session.account.id,
    organizationId: session.organization?.id ?? null,
    membershipId: session.membership?.id ?? null,
    role: session.membership?.role ?? null,
    ownProofAt: session.ownProofAt,
    authenticatedBy: session.authenticatedBy.type,
  }
}

function unauthenticated(message: string): AppError {
  return new AppError('unauthenticated', 'unauthenticated', message)
}
