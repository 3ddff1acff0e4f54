// What every decided sign-in leaves behind: a row in the Connection's log and an event with the decision.
import type { Decision } from '../domain/change.ts'
import type { SignInConnection } from '../domain/sign-in-facts.ts'
import type { Transaction } from '../store/database.ts'
import type { PendingPayload } from '../store/pending-sign-ins.ts'
import { logSignIn, type SignInEntry } from '../store/sign-ins.ts'
import { recordEvent } from './record-event.ts'
import type { World } from './world.ts'

export interface SignInRecord {
  connection: SignInConnection
  payload: Pick<PendingPayload, 'profile' | 'inResponseTo' | 'checks' | 'responseXml'>
  outcome: SignInEntry['outcome']
  decision: Decision
  accountId: string | null
}

/** Writes log row and event; outside a proven domain what the log names does not tell whether the address has an account. */
export async function recordSignIn(tx: Transaction, world: World, record: SignInRecord): Promise<void> {
  const { connection, payload, decision } = record
  const { profile } = payload
  await logSignIn(tx, {
    organizationId: connection.organizationId,
    connectionId: connection.id,
    at: world.clock.now(),
    outcome: record.outcome,
    rule: decision.rule,
    reason: decision.reason,
    nameId: profile.subject.nameId,
    attributes: profile.raw,
    checks: payload.checks,
    responseXml: payload.responseXml,
    idpInitiated: payload.inResponseTo === null,
  })
  await recordEvent(tx, world, {
    organizationId: connection.organizationId,
    type: `sign_in.${record.outcome}`,
    actor: { type: 'connection', id: connection.id },
    subject: { type: 'account', id: record.accountId, email: profile.address, key: profile.emailKey },
    accountId: record.accountId,
    decision,
    data: { idpInitiated: payload.inResponseTo === null },
  })
}
