// The record of a refused deed: the only thing that a refusal writes (invariant 12).
import type { EventDraft } from '../domain/change.ts'
import type { Refusal } from '../domain/reason.ts'
import type { Scope } from './apply.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Writes one event with the decision, in a transaction of its own after the refused one rolled back. */
export async function recordRefusal(
  world: World,
  scope: Scope,
  type: string,
  subject: EventDraft['subject'],
  refusal: Refusal,
  accountId: string | null,
): Promise<void> {
  const { rule, reason, nextActor } = refusal
  await inTransaction(world, (tx) =>
    recordEvent(tx, world, {
      ...scope,
      type,
      subject,
      accountId,
      decision: { rule, outcome: 'refuse', reason, nextActor },
    }),
  )
}
