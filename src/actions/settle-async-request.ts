// Settles a request that is answered by event: its answers go into the directory's streams, or it is tried again.
import type { AsyncRequestParcel, PerformedOperation } from '../domain/parcel.ts'
import { ASYNC_RESPONSE } from '../domain/security-event.ts'
import { newId } from '../kernel/ids.ts'
import { type AsyncResult, endAsyncRequest, putOffAsyncRequest } from '../store/async-requests.ts'
import { listeningStreams } from '../store/event-streams.ts'
import { appendToStreams, rowMaker } from './announce-resource.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Answers the request once: an attempt whose lease has run out writes nothing. */
export async function settleAsyncRequest(
  world: World,
  parcel: AsyncRequestParcel,
  operations: readonly PerformedOperation[],
): Promise<void> {
  const at = world.clock.now()
  const answers = operations.map(({ place, subject, response }) => ({
    txn: place === null ? parcel.id : `${parcel.id}:${place}`,
    subject,
    events: { [ASYNC_RESPONSE]: response },
  }))
  await inTransaction(world, async (tx) => {
    const results = answers.map((answer): AsyncResult => ({ id: newId(), ...answer, at: at.toISOString() }))
    if (!(await endAsyncRequest(tx, parcel, results, at))) return
    const streams = (await listeningStreams(tx, parcel.directory.id, null)).filter(({ holds }) => holds)
    const rows = answers.flatMap(({ txn, subject, events }) =>
      streams.flatMap((stream) => rowMaker(txn, at)(stream, subject, events)),
    )
    await appendToStreams(tx, world, rows)
  })
}

/** The fault was ours: the request waits, and with it what its directory sent after it. */
export async function putOffRequest(
  world: World,
  parcel: AsyncRequestParcel,
  retryAfterSeconds: number,
): Promise<void> {
  const nextAt = new Date(world.clock.now().getTime() + retryAfterSeconds * 1000)
  await inTransaction(world, (tx) => putOffAsyncRequest(tx, parcel, nextAt))
}
