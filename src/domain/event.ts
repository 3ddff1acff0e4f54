// Events as readers see them: the audit trail's items and the body of a webhook.
import type { Actor } from './reason.ts'

/** An event in the form of the API and of webhooks; `at` is ISO 8601. */
export interface EventItem {
  id: string
  type: string
  at: string
  actor: { type: Actor['type']; id: string | null }
  subject: { type: string; id: string | null; email: string | null } | null
  decision: {
    rule: string | null
    outcome: string | null
    reason: string | null
    nextActor: string | null
    before: unknown
    after: unknown
  } | null
  data: unknown
}
