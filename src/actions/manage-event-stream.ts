// Finds an event stream that the caller may manage, and shows it without its secrets.
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import type { Reader, Transaction } from '../store/database.ts'
import { type DirectoryDetails, findDirectory, lockDirectory } from '../store/directories.ts'
import { type EventStreamRow, findStream } from '../store/event-streams.ts'
import type { Backlog } from '../store/security-events.ts'
import { authorize, type Caller } from './authorize.ts'
import { streamAudience } from './sign-security-event.ts'
import type { World } from './world.ts'

/** A stream as its administrator sees it. */
export interface ShownStream
  extends Omit<EventStreamRow, 'authorizationEncrypted' | 'method' | 'url' | 'attempts'> {
  delivery: { method: 'push'; url: string; authorization: boolean } | { method: 'poll'; pollUrl: string }
  /** What receivers hold the tokens against. */
  issuer: string
  audience: string
  jwksUrl: string
}

export type ShownStreamWithBacklog = ShownStream & Backlog

export function showStream(world: World, row: EventStreamRow): ShownStream {
  const { authorizationEncrypted, method, url, attempts: _attempts, ...shown } = row
  const audience = streamAudience(world, row)
  return {
    ...shown,
    delivery:
      method === 'push'
        ? { method, url: url ?? '', authorization: authorizationEncrypted !== null }
        : { method, pollUrl: `${audience}/events` },
    issuer: world.publicUrl,
    audience,
    jwksUrl: `${world.publicUrl}/.well-known/jwks.json`,
  }
}

/** The directory, when the caller may manage it. AppError not_found for an unknown one and somebody else's alike. */
export async function managedDirectory(
  read: Reader,
  caller: Caller,
  directoryId: string,
): Promise<DirectoryDetails> {
  return allowed(read, caller, await findDirectory(read, directoryId))
}

/** The directory, locked until the transaction ends, so that its streams change one after the other. */
export async function lockManagedDirectory(
  tx: Transaction,
  caller: Caller,
  directoryId: string,
): Promise<DirectoryDetails> {
  return allowed(tx, caller, await lockDirectory(tx, directoryId))
}

/** A stream of a directory that the caller may manage. */
export async function managedStream(
  read: Reader,
  directory: Pick<DirectoryDetails, 'id'>,
  streamId: string,
): Promise<EventStreamRow> {
  const stream = isId(streamId) ? await findStream(read, directory.id, streamId) : null
  if (stream === null) throw notFound('The event stream')
  return stream
}

async function allowed(
  read: Reader,
  caller: Caller,
  directory: DirectoryDetails | null,
): Promise<DirectoryDetails> {
  if (directory === null) throw notFound('The directory')
  await authorize(read, caller, directory.organizationId, 'admin', 'The directory')
  return directory
}
