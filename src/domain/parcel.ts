// Parcels: outbox rows that were claimed, with all that carrying them needs, and how an attempt may end.
import type { EventItem } from './event.ts'
import type { Mail, MailDraft, MailFacts } from './mail.ts'

/** What a claimed row is known by; `attempts` counts this attempt and fences off an earlier one whose lease ran out. */
export interface Claimed {
  id: string
  attempts: number
  createdAt: Date
}

export interface MailParcel extends Claimed {
  kind: 'mail'
  draft: MailDraft
  facts: MailFacts
}

export interface WebhookParcel extends Claimed {
  kind: 'webhook'
  endpointId: string
  eventId: string
  organizationId: string | null
  url: string
  secret: string
  event: EventItem
}

/** Events of one stream that wait to be pushed, in their order. */
export interface EventsParcel extends Claimed {
  kind: 'events'
  directoryId: string
  url: string
  /** The Authorization header's value; null where none is sent. */
  authorization: string | null
  tokens: readonly { id: string; token: string }[]
  /** Until when nobody else carries this stream; also tells whether the claim is still ours. */
  leaseUntil: Date
}

export interface EventsEnd {
  delivered: readonly string[]
  /** What the receiver will not take, with its words. */
  refused: readonly { id: string; error: string }[]
  /** Why the rest was not taken; null where all were brought. */
  error: string | null
  retryAfterSeconds: number | null
}

/** `kept`: stored for `/dev/mailbox` instead of sent. `bounced`: never to be tried again. `deferred`: to be tried again. */
export type MailEnd =
  | { outcome: 'sent' }
  | { outcome: 'kept'; mail: Mail }
  | { outcome: 'bounced'; detail: string }
  | { outcome: 'deferred'; detail: string; retryAfterSeconds: number }

export interface WebhookEnd {
  outcome: 'delivered' | 'failed'
  responseStatus: number | null
  error: string | null
  /** Null: it is not tried again. */
  retryAfterSeconds: number | null
}
