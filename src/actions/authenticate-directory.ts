// Finds the directory that a bearer token speaks for.
import { AppError } from '../kernel/errors.ts'
import { sha256 } from '../kernel/secrets.ts'
import { reader } from '../store/database.ts'
import { type DirectoryScope, findTokenHolder } from '../store/directory-credentials.ts'
import { noteTokenUse } from './log-directory-request.ts'
import type { World } from './world.ts'

export type { DirectoryScope }

/** The directory that a token has opened. */
export interface OpenedDirectory extends DirectoryScope {
  /** Which of its tokens it was. */
  tokenId: string
}

type StaleHolder = Pick<OpenedDirectory, 'id' | 'preset' | 'tokenId'>

/** The directory whose token was refused because it has expired, so that its log can tell; null for every other refusal. */
export function staleHolder(error: AppError): StaleHolder | null {
  return (error.details.stale as StaleHolder | undefined) ?? null
}

/**
 * The directory of `token`, which must be the one that the address names. AppError `unauthenticated` when the token is unknown,
 * expired, another directory's, or its directory is disconnected: the caller learns only that it does not open this address.
 */
export async function authenticateDirectory(
  world: World,
  directoryId: string,
  token: string,
): Promise<OpenedDirectory> {
  const holder = await findTokenHolder(reader(world.dataSource), sha256(token))
  const now = world.clock.now()
  const live =
    holder !== null &&
    holder.id === directoryId &&
    holder.status !== 'disconnected' &&
    (holder.expiresAt === null || holder.expiresAt > now)
  if (!live) {
    const known = holder !== null && holder.id === directoryId && holder.status !== 'disconnected'
    const details = known ? { stale: { id: holder.id, preset: holder.preset, tokenId: holder.tokenId } } : {}
    throw new AppError('unauthenticated', 'invalid_token', 'The token does not open this directory.', {
      details,
    })
  }
  noteTokenUse(world, holder.tokenId, holder.lastUsedAt, now)
  const { id, organizationId, preset, notify, status, announces, tokenId } = holder
  return { id, organizationId, preset, notify, status, announces, tokenId }
}
