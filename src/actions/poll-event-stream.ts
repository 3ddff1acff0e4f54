// A receiver polls its stream: what it has taken is forgotten, what waits is handed out (RFC 8936).
import { AppError } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { sha256 } from '../kernel/secrets.ts'
import { reader } from '../store/database.ts'
import { type EventStreamRow, findStreamByToken } from '../store/event-streams.ts'
import { forgetTaken, noteRefused, waitingEvents } from '../store/security-events.ts'
import { awaitSecurityEvents } from './await-security-events.ts'
import { signSecurityEvent, streamAudience } from './sign-security-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** How long a receiver that says nothing else is kept waiting. */
const LONG_POLL_MS = 25_000

export interface Poll {
  maxEvents: number
  returnImmediately: boolean
  /** Ids of tokens that were taken. */
  taken: readonly string[]
  /** Tokens that will not be taken, with the receiver's words. */
  refused: readonly { id: string; error: string }[]
}

export interface Polled {
  /** Tokens by their ids, the oldest first. */
  sets: Record<string, string>
  moreAvailable: boolean
}

/** The stream that a receiver's token opens. AppError `unauthenticated` for every other one alike. */
export async function authenticateReceiver(
  world: World,
  address: { directoryId: string; streamId: string },
  token: string,
): Promise<EventStreamRow> {
  const stream = await findStreamByToken(reader(world.dataSource), sha256(token))
  if (stream !== null && stream.id === address.streamId && stream.directoryId === address.directoryId)
    return stream
  throw new AppError('unauthenticated', 'invalid_token', 'The token does not open this stream.')
}

/** Waits for events, unless told otherwise, until some come, for 25 seconds at most, or `signal` aborts. */
export async function pollEventStream(
  world: World,
  stream: EventStreamRow,
  poll: Poll,
  signal: AbortSignal,
): Promise<Polled> {
  const taken = poll.taken.filter(isId)
  const refused = poll.refused.filter(({ id }) => isId(id))
  if (taken.length + refused.length > 0) {
    await inTransaction(world, async (tx) => {
      await forgetTaken(tx, stream.id, taken)
      await noteRefused(tx, stream.id, refused, world.clock.now())
    })
  }
  // A paused stream keeps what comes and hands nothing out.
  if (stream.status === 'paused') return { sets: {}, moreAvailable: false }
  const first = await handOut(world, stream, poll.maxEvents)
  const answered = poll.maxEvents === 0 || Object.keys(first.sets).length > 0
  if (answered || poll.returnImmediately || stream.status !== 'enabled') return first
  await awaitSecurityEvents(world, stream.id, LONG_POLL_MS, signal)
  return signal.aborted ? first : handOut(world, stream, poll.maxEvents)
}

async function handOut(world: World, stream: EventStreamRow, most: number): Promise<Polled> {
  const rows = await waitingEvents(reader(world.dataSource), stream.id, most + 1)
  const audience = streamAudience(world, stream)
  const sets: Record<string, string> = {}
  for (const row of rows.slice(0, most)) sets[row.id] = await signSecurityEvent(world, row, audience)
  return { sets, moreAvailable: rows.length > most }
}
