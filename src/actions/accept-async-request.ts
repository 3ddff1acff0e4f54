// Accepts a request that will be answered by event: it is kept before the client is told so, and done by whichever node is free.
import { AppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { insertAsyncRequest } from '../store/async-requests.ts'
import type { DirectoryScope } from '../store/directory-credentials.ts'
import { afterCommit, inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** What separates the key of kept requests from every other key of `SECRET_KEY`. */
export const ASYNC_PURPOSE = 'async-request'

/** What waits of one directory; its requests are done one after the other. */
const MOST_WAITING = 1_000

/** Keeps the request, any JSON value, and answers its id. AppError `too_many` where too much of the directory waits already. */
export async function acceptAsyncRequest(
  world: World,
  directory: DirectoryScope,
  request: unknown,
): Promise<string> {
  const id = newId()
  const requestEncrypted = world.secrets.encrypt(ASYNC_PURPOSE, JSON.stringify(request))
  const row = { id, directoryId: directory.id, requestEncrypted, at: world.clock.now() }
  const kept = await inTransaction(world, async (tx) => {
    afterCommit(tx, () => world.onOutbox?.())
    return insertAsyncRequest(tx, row, MOST_WAITING)
  })
  if (kept) return id
  throw new AppError(
    'too_many',
    'rate_limited',
    `${MOST_WAITING} requests of this directory wait already; send this one again later.`,
    { details: { retryAfterSeconds: 10 } },
  )
}
