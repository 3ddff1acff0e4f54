// The form in which an event leaves the product: the same item in the audit trail's list and in a webhook.
import type { EventItem } from '../domain/event.ts'
import type { EventRow } from '../store/events.ts'

/** Leaves out what only the audit trail keeps: a decision's inputs, keys and accounts. */
export function showEvent(row: EventRow): EventItem {
  const { rule, outcome, reason, nextActor, before, after } = row
  const decided = rule !== null || outcome !== null
  return {
    id: row.id,
    type: row.type,
    at: row.at.toISOString(),
    actor: { type: row.actor.type, id: row.actor.id },
    subject:
      row.subjectType === null ? null : { type: row.subjectType, id: row.subjectId, email: row.subjectEmail },
    decision: decided ? { rule, outcome, reason, nextActor, before, after } : null,
    data: row.data,
  }
}
