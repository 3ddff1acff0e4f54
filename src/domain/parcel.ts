// Parcels: outbox rows that were claimed, with all that carrying them needs, and how an attempt may end.
import type { Directory } from './directory.ts'
import type { EventItem } from './event.ts'
import type { Mail, MailDraft, MailFacts } from './mail.ts'
import type { EventSubject } from './security-event.ts'

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

/** A directory's request that is answered by event. */
export interface AsyncRequestParcel extends Claimed {
  kind: 'request'
  directory: Pick<Directory, 'id' | 'organizationId' | 'preset' | 'notify' | 'status'>
  /** As its door kept it. */
  request: unknown
  /** What earlier attempts did of it, by step. */
  progress: Readonly<Record<string, { uri: string; version: string | null }>>
}

/** What became of one operation of such a request, in the words of its protocol. */
export interface PerformedOperation {
  /** Its place in a request of many operations; null for a request of one. */
  place: number | null
  subject: EventSubject
  response: Record<string, unknown>
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
