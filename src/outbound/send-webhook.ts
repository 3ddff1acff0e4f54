// Sends webhooks as Standard Webhooks: one signed POST to an endpoint, no redirects, bounded in time and size.
import { Webhook } from 'standardwebhooks'
import { Agent, request } from 'undici'
import type { WebhookParcel } from '../domain/parcel.ts'
import { ADDRESS_REFUSED, type GuardOptions, guardedConnector } from '../kernel/guarded-connect.ts'

/** Longer than `ATTEMPT_MS` by far, so that a row is never claimed again while its attempt lasts. */
export const WEBHOOK_LEASE_SECONDS = 60
export const ATTEMPT_MS = 10_000
const CONNECT_MS = 5_000
const ANSWER_BYTES = 16_384

export interface WebhookSender {
  /** `at` is the real time, which a receiver compares with its own clock. */
  send(parcel: WebhookParcel, at: Date): Promise<WebhookAnswer>
  close(): Promise<void>
}

export interface WebhookAnswer {
  /** Whether the endpoint answered 2xx. */
  delivered: boolean
  status: number | null
  error: string | null
  /** What a 429 or 503 asked for, in seconds; at most an hour. */
  retryAfterSeconds: number | null
}

/** The one body of a webhook: the same bytes in every attempt. */
export function webhookBody({ event, organizationId }: WebhookParcel): string {
  return JSON.stringify({ id: event.id, type: event.type, timestamp: event.at, organizationId, data: event })
}

/** What sends to addresses that customers name. */
export function receiverAgent(guard: Omit<GuardOptions, 'connectTimeoutMs'>): Agent {
  return new Agent({
    connect: guardedConnector({ ...guard, connectTimeoutMs: CONNECT_MS }),
    headersTimeout: ATTEMPT_MS,
    bodyTimeout: ATTEMPT_MS,
    keepAliveTimeout: 4_000,
    connections: 8,
    pipelining: 1,
  })
}

export function webhookSender(guard: Omit<GuardOptions, 'connectTimeoutMs'>): WebhookSender {
  const agent = receiverAgent(guard)
  return {
    send: (parcel, at) => attempt(agent, parcel, at),
    close: () => agent.destroy(),
  }
}

async function attempt(agent: Agent, parcel: WebhookParcel, at: Date): Promise<WebhookAnswer> {
  const body = webhookBody(parcel)
  try {
    const {
      statusCode,
      headers,
      body: answer,
    } = await request(parcel.url, {
      dispatcher: agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Gatehouse-Webhooks/1',
        // The event's id stays the same in every attempt, so that a receiver can know a repetition.
        'webhook-id': parcel.eventId,
        'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
        'webhook-signature': new Webhook(parcel.secret).sign(parcel.eventId, at, body),
      },
      body,
      signal: AbortSignal.timeout(ATTEMPT_MS),
    })
    await answer.dump({ limit: ANSWER_BYTES }).catch(() => {})
    const delivered = statusCode >= 200 && statusCode < 300
    return {
      delivered,
      status: statusCode,
      error: delivered ? null : `The endpoint answered ${statusCode}.`,
      retryAfterSeconds: delivered ? null : askedWait(statusCode, headers['retry-after']),
    }
  } catch (error) {
    return { delivered: false, status: null, error: faultOf(error), retryAfterSeconds: null }
  }
}

/** The seconds that a receiver asks to be left alone, an hour at most; null where it asks for none. */
export function askedWait(status: number, header: string | string[] | undefined): number | null {
  const text = typeof header === 'string' && /^\d{1,6}$/.test(header) ? header : null
  return text !== null && (status === 429 || status === 503) ? Math.min(Number(text), 3600) : null
}

const causes: Record<string, string> = {
  [ADDRESS_REFUSED]: 'The endpoint lies at an address that is not public.',
  ECONNREFUSED: 'The endpoint refused the connection.',
  ECONNRESET: 'The endpoint ended the connection.',
  UND_ERR_SOCKET: 'The endpoint ended the connection.',
  ENOTFOUND: "The endpoint's name was not found.",
  UND_ERR_CONNECT_TIMEOUT: 'The endpoint did not take the connection in time.',
  UND_ERR_HEADERS_TIMEOUT: 'The endpoint did not answer in time.',
  UND_ERR_BODY_TIMEOUT: 'The endpoint did not answer in time.',
  TimeoutError: 'The endpoint did not answer in time.',
}

/** Never the error's own text: it might tell what lies inside the network. */
export function faultOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }
  return causes[String(code)] ?? causes[String(name)] ?? 'The connection to the endpoint failed.'
}
