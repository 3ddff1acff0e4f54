// Pushes security event tokens to the receiver of a stream, one after the other in their order (RFC 8935).
import type { Agent } from 'undici'
import { request } from 'undici'
import type { EventsEnd, EventsParcel } from '../domain/parcel.ts'
import type { GuardOptions } from '../kernel/guarded-connect.ts'
import { ATTEMPT_MS, askedWait, faultOf, receiverAgent } from './send-webhook.ts'

/** Longer than `BEGUN_MS` and one attempt, so that a stream is never claimed again while it is carried. */
export const EVENTS_LEASE_SECONDS = 60
/** How long tokens of one claim are begun. */
const BEGUN_MS = 20_000
const ANSWER_BYTES = 16_384

/** What a receiver says of itself or of the stream rather than of one token: it may be mended, and nothing must be lost until then. */
const CURABLE = new Set([
  'authentication_failed',
  'access_denied',
  'invalid_key',
  'invalid_issuer',
  'invalid_audience',
])

export interface EventPusher {
  push(parcel: EventsParcel): Promise<Omit<EventsEnd, 'retryAfterSeconds'> & { askedSeconds: number | null }>
  close(): Promise<void>
}

export function eventPusher(guard: Omit<GuardOptions, 'connectTimeoutMs'>): EventPusher {
  const agent = receiverAgent(guard)
  return { push: (parcel) => pushAll(agent, parcel), close: () => agent.destroy() }
}

async function pushAll(agent: Agent, parcel: EventsParcel): ReturnType<EventPusher['push']> {
  const delivered: string[] = []
  const refused: { id: string; error: string }[] = []
  const end = performance.now() + BEGUN_MS
  for (const { id, token } of parcel.tokens) {
    if (performance.now() > end) break
    const answer = await pushOne(agent, parcel, token)
    if (answer.kind === 'taken') delivered.push(id)
    else if (answer.kind === 'refused') refused.push({ id, error: answer.error })
    else return { delivered, refused, error: answer.error, askedSeconds: answer.askedSeconds }
  }
  return { delivered, refused, error: null, askedSeconds: null }
}

type PushAnswer =
  | { kind: 'taken' }
  | { kind: 'refused'; error: string }
  | { kind: 'failed'; error: string; askedSeconds: number | null }

async function pushOne(agent: Agent, parcel: EventsParcel, token: string): Promise<PushAnswer> {
  try {
    const { statusCode, headers, body } = await request(parcel.url, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/secevent+jwt',
        accept: 'application/json',
        'user-agent': 'Gatehouse-Events/1',
        ...(parcel.authorization === null ? {} : { authorization: parcel.authorization }),
      },
      body: token,
      signal: AbortSignal.timeout(ATTEMPT_MS),
    })
    // RFC 8935 §2.2 says 202; a receiver that answers 200 or 204 has taken it as well.
    if (statusCode >= 200 && statusCode < 300) {
      await body.dump({ limit: ANSWER_BYTES }).catch(() => {})
      return { kind: 'taken' }
    }
    const told = statusCode === 400 ? readError(await firstBytes(body)) : null
    if (told === null) await body.dump({ limit: ANSWER_BYTES }).catch(() => {})
    if (told !== null && !CURABLE.has(told.err)) return { kind: 'refused', error: told.words }
    const error = told?.words ?? `The receiver answered ${statusCode}.`
    return { kind: 'failed', error, askedSeconds: askedWait(statusCode, headers['retry-after']) }
  } catch (error) {
    return { kind: 'failed', error: faultOf(error).replace('endpoint', 'receiver'), askedSeconds: null }
  }
}

async function firstBytes(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    size += chunk.length
    if (size > ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

/** The receiver's error (RFC 8935 §2.3) in one line; null where the body is none. */
function readError(text: string): { err: string; words: string } | null {
  try {
    const { err, description } = JSON.parse(text) as { err?: unknown; description?: unknown }
    if (typeof err !== 'string') return null
    const words = typeof description === 'string' ? `${err}: ${description}` : err
    return { err, words: words.replace(/[\p{Cc}\p{Surrogate}]+/gu, ' ').slice(0, 300) }
  } catch {
    return null
  }
}
