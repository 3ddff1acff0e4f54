// The carrier: takes mails and webhooks out of the outbox and brings them on their way, on every node, each once or again.
//
// An own claim with SKIP LOCKED and a lease instead of a job library: the outbox row is the job already, written by the deed's own
// statement; a second table of jobs would cost the hot calls half their rate and keep a killed node's jobs locked for hours.
import { claimRequests } from '../actions/claim-async-requests.ts'
import { claimMails } from '../actions/claim-mails.ts'
import { claimSecurityEvents } from '../actions/claim-security-events.ts'
import { claimWebhooks } from '../actions/claim-webhooks.ts'
import { putOffRequest, settleAsyncRequest } from '../actions/settle-async-request.ts'
import { settleMail } from '../actions/settle-mail.ts'
import { settleSecurityEvents } from '../actions/settle-security-events.ts'
import { settleWebhook } from '../actions/settle-webhook.ts'
import type { World } from '../actions/world.ts'
import type { AsyncRequestParcel, EventsParcel, MailParcel, WebhookParcel } from '../domain/parcel.ts'
import { systemClock } from '../kernel/clock.ts'
import { retryAfterSeconds } from './backoff.ts'
import { type Lane, startLane } from './lane.ts'
import { makeMail } from './make-mail.ts'
import { EVENTS_LEASE_SECONDS, type EventPusher, eventPusher } from './push-security-events.ts'
import { MAIL_LEASE_SECONDS, type MailSender, smtpSender } from './send-mail.ts'
import { WEBHOOK_LEASE_SECONDS, type WebhookSender, webhookSender } from './send-webhook.ts'

export interface Outbound {
  /** Finishes what is on its way and claims nothing more; what remains is claimed again when its lease has run out. */
  stop(): Promise<void>
}

const MAILS_AT_ONCE = 8
const WEBHOOKS_AT_ONCE = 24
/** Streams; the events of one are pushed one after the other. */
const STREAMS_AT_ONCE = 16
/** Requests that are answered by event, each of another directory. */
const REQUESTS_AT_ONCE = 4
/** Longer than any request is given. */
const REQUEST_LEASE_SECONDS = 180
/** So that one slow endpoint never holds the others. */
const AT_ONCE_PER_ENDPOINT = 4
/** An attempt that takes longer is cut off at the stop, and repeated by whoever claims it next. */
const STOP_MS = 3_000
/** A stream is tried for as long as it may wait: the last step of its backoff is repeated. */
const EVENT_STEPS = 6

/** Starts carrying; `world.onOutbox` wakes it from now on. */
export function startOutbound(world: World): Outbound {
  const smtp = world.mail.smtpUrl === null ? null : smtpSender(world.mail.smtpUrl)
  const webhooks = webhookSender({ allowLoopback: !world.production })
  const pusher = eventPusher({ allowLoopback: !world.production })
  const lanes: Lane[] = [
    mailLane(world, smtp),
    webhookLane(world, webhooks),
    eventsLane(world, pusher),
    requestLane(world),
  ]
  world.onOutbox = () => {
    for (const lane of lanes) lane.wake()
  }
  return {
    stop: async () => {
      delete world.onOutbox
      await Promise.all(lanes.map((lane) => lane.stop(STOP_MS)))
      smtp?.close()
      await Promise.all([webhooks.close(), pusher.close()])
      // What was cut off just now still writes that it failed.
      await Promise.all(lanes.map((lane) => lane.stop(STOP_MS)))
    },
  }
}

function mailLane(world: World, smtp: MailSender | null): Lane {
  return startLane<MailParcel>({
    name: 'mail',
    capacity: MAILS_AT_ONCE,
    batch: MAILS_AT_ONCE,
    log: world.log,
    claim: (limit, carried) =>
      claimMails(world, {
        limit,
        leaseSeconds: MAIL_LEASE_SECONDS,
        except: carried.map(({ id }) => id),
      }),
    carry: (parcel) => carryMail(world, smtp, parcel),
  })
}

async function carryMail(world: World, smtp: MailSender | null, parcel: MailParcel): Promise<void> {
  const { publicUrl, productName } = world
  const mail = makeMail(parcel.draft, parcel.facts, { publicUrl, productName, mailFrom: world.mail.from })
  if (smtp === null && !world.production) return settleMail(world, parcel, { outcome: 'kept', mail })
  const answer = smtp
    ? await smtp.send(mail, parcel.id)
    : { sent: false as const, forGood: false, detail: 'SMTP_URL is not set' }
  if (answer.sent) return settleMail(world, parcel, { outcome: 'sent' })

  const kind = parcel.draft.data?.token === undefined && parcel.draft.data?.code ? 'code' : 'mail'
  const wait = answer.forGood ? null : retryAfterSeconds(kind, parcel.attempts, Math.random())
  world.log.warn(
    { outboxId: parcel.id, mail: parcel.draft.kind, attempts: parcel.attempts, forGood: wait === null },
    'a mail was not taken',
  )
  await settleMail(
    world,
    parcel,
    wait === null
      ? { outcome: 'bounced', detail: answer.detail }
      : { outcome: 'deferred', detail: answer.detail, retryAfterSeconds: wait },
  )
}

function webhookLane(world: World, sender: WebhookSender): Lane {
  return startLane<WebhookParcel>({
    name: 'webhook',
    capacity: WEBHOOKS_AT_ONCE,
    batch: 2 * AT_ONCE_PER_ENDPOINT,
    log: world.log,
    claim: (limit, carried) =>
      claimWebhooks(world, {
        limit,
        leaseSeconds: WEBHOOK_LEASE_SECONDS,
        except: carried.map(({ id }) => id),
        busyEndpoints: busyAmong(carried),
      }),
    carry: (parcel) => carryWebhook(world, sender, parcel),
  })
}

async function carryWebhook(world: World, sender: WebhookSender, parcel: WebhookParcel): Promise<void> {
  const answer = await sender.send(parcel, systemClock.now())
  const wait = answer.delivered ? null : retryAfterSeconds('webhook', parcel.attempts, Math.random())
  await settleWebhook(world, parcel, {
    outcome: answer.delivered ? 'delivered' : 'failed',
    responseStatus: answer.status,
    error: answer.error,
    retryAfterSeconds: wait === null ? null : Math.max(wait, answer.retryAfterSeconds ?? 0),
  })
}

function eventsLane(world: World, pusher: EventPusher): Lane {
  return startLane<EventsParcel>({
    name: 'security events',
    capacity: STREAMS_AT_ONCE,
    batch: STREAMS_AT_ONCE,
    log: world.log,
    claim: (limit, carried) =>
      claimSecurityEvents(world, {
        limit,
        leaseSeconds: EVENTS_LEASE_SECONDS,
        except: carried.map(({ id }) => id),
      }),
    carry: (parcel) => carryEvents(world, pusher, parcel),
  })
}

async function carryEvents(world: World, pusher: EventPusher, parcel: EventsParcel): Promise<void> {
  const { askedSeconds, ...end } = await pusher.push(parcel)
  const wait = retryAfterSeconds('events', Math.min(parcel.attempts, EVENT_STEPS), Math.random()) ?? 0
  const retryAfter = end.error === null ? null : Math.max(wait, askedSeconds ?? 0)
  await settleSecurityEvents(world, parcel, { ...end, retryAfterSeconds: retryAfter })
}

function requestLane(world: World): Lane {
  return startLane<AsyncRequestParcel>({
    name: 'requests',
    capacity: REQUESTS_AT_ONCE,
    batch: REQUESTS_AT_ONCE,
    log: world.log,
    claim: async (limit, carried) => {
      if (world.performRequest === undefined) return []
      const except = carried.map(({ id }) => id)
      return claimRequests(world, { limit, leaseSeconds: REQUEST_LEASE_SECONDS, except })
    },
    carry: (parcel) => carryRequest(world, parcel),
  })
}

async function carryRequest(world: World, parcel: AsyncRequestParcel): Promise<void> {
  const wait = retryAfterSeconds('request', parcel.attempts, Math.random())
  try {
    const operations = await world.performRequest?.(parcel, wait === null)
    if (operations) await settleAsyncRequest(world, parcel, operations)
  } catch (error) {
    world.log.warn({ err: error, requestId: parcel.id, attempts: parcel.attempts }, 'a kept request failed')
    await putOffRequest(world, parcel, wait ?? REQUEST_LEASE_SECONDS)
  }
}

function busyAmong(carried: readonly WebhookParcel[]): string[] {
  const counts = new Map<string, number>()
  for (const { endpointId } of carried) counts.set(endpointId, (counts.get(endpointId) ?? 0) + 1)
  return [...counts].filter(([, count]) => count >= AT_ONCE_PER_ENDPOINT).map(([id]) => id)
}
