// Writes the audit trail: what happened, who did it and by which decision, in the deed's own transaction.
import type { Actor } from '../domain/reason.ts'
import { newId } from '../kernel/ids.ts'
import type { Transaction } from '../store/database.ts'
import { type EventRow, insertEvents } from '../store/events.ts'
import { afterCommit } from './transaction.ts'
import type { World } from './world.ts'

export interface NewEvent {
  /** Null for what belongs to no organization (an account of the host product). */
  organizationId: string | null
  /** What happened, as `member.joined`; the part before the dot is the family that webhooks may ask for (`member.*`). */
  type: string
  actor: Actor
  subject: { type: string; id?: string | null; email?: string | null; key?: string | null }
  accountId?: string | null
  decision?: {
    rule: string
    outcome: string
    reason?: string | null
    nextActor?: string | null
    inputs?: unknown
    before?: unknown
    after?: unknown
  }
  /** What else a reader needs; never a secret. */
  data?: Record<string, unknown>
}

/**
 * Appends one event or several in one statement, with an outbox row for every webhook endpoint that listens.
 * Answers their ids in the given order.
 */
export async function recordEvent(
  tx: Transaction,
  world: World,
  event: NewEvent | readonly NewEvent[],
): Promise<string[]> {
  const events: readonly NewEvent[] = Array.isArray(event) ? event : [event as NewEvent]
  if (events.length === 0) return []
  const at = world.clock.now()
  const rows = events.map((one) => rowOf(one, at))
  const webhooks = await insertEvents(tx, rows)
  if (webhooks > 0) afterCommit(tx, () => world.onOutbox?.())
  return rows.map((row) => row.id)
}

function rowOf(event: NewEvent, at: Date): EventRow {
  const { subject, decision } = event
  return {
    id: newId(),
    organizationId: event.organizationId,
    type: event.type,
    at,
    actor: event.actor,
    subjectType: subject.type,
    subjectId: subject.id ?? null,
    subjectEmail: subject.email ?? null,
    subjectKey: subject.key ?? null,
    accountId: event.accountId ?? null,
    rule: decision?.rule ?? null,
    outcome: decision?.outcome ?? null,
    reason: decision?.reason ?? null,
    nextActor: decision?.nextActor ?? null,
    inputs: decision?.inputs ?? null,
    before: decision?.before ?? null,
    after: decision?.after ?? null,
    data: event.data ?? null,
  }
}
