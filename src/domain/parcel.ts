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
