// Sweeps: what may be forgotten, and when; each statement removes one batch.
import { type Statement, statement, type Transaction } from './database.ts'

const HOUR = 3600
const DAY = 24 * HOUR
const BATCH = 2000

/** How many sign-ins a Connection's log holds, and mails the development mailbox. */
const SIGN_INS_KEPT = 500
const MAILS_KEPT = 1000

export interface Sweep {
  table: string
  /** $1 is the moment before which a row is past keeping, where the sweep goes by time. */
  statement: Statement
  /** Seconds that a row is kept after its end; null where the sweep goes by number. */
  keepSeconds: number | null
}

/** Every sweep; what is kept a while after its end is kept because a page or a log still tells of it. */
export const sweeps: readonly Sweep[] = [
  byTime('saml_requests', 'expires_at', HOUR),
  byTime('saml_assertions', 'expires_at', HOUR),
  byTime('pending_sign_ins', 'expires_at', DAY),
  byTime('session_handoffs', 'expires_at', HOUR),
  byTime('proof_codes', 'expires_at', DAY),
  byTime('oauth_assertions', 'expires_at', HOUR),
  // Only those that OAuth clients fetched: an administrator's expired token stays in sight until it is deleted.
  byTime('directory_tokens', 'expires_at', HOUR, 'oauth_client_id is not null'),
  byTime('idempotency_keys', 'expires_at', 0),
  byTime('sessions', 'least(expires_at, ended_at)', 30 * DAY),
  byTime('outbox', 'done_at', 7 * DAY),
  byTime('webhook_attempts', 'at', 30 * DAY),
  byTime('delivery_openings', 'at', 180 * DAY),
  // A stream in which an event waits longer than seven days is disabled first.
  byTime('security_events', 'at', 8 * DAY),
  byTime('async_requests', 'done_at', 7 * DAY),
  byNumber('sign_ins', 'connection_id', SIGN_INS_KEPT),
  byNumber('mailbox', null, MAILS_KEPT),
]

function byTime(table: string, end: string, keepSeconds: number, only?: string): Sweep {
  const those = only === undefined ? '' : `${only} and `
  return {
    table,
    keepSeconds,
    statement: statement(
      `sweep.${table}`,
      `delete from ${table} where ctid = any(array(select ctid from ${table} where ${those}${end} < $1 limit ${BATCH} for update skip locked))`,
    ),
  }
}

function byNumber(table: string, per: string | null, kept: number): Sweep {
  const partition = per === null ? '' : `partition by ${per} `
  return {
    table,
    keepSeconds: null,
    statement: statement(
      `sweep.${table}`,
      `delete from ${table} where id in (select id from (
         select id, row_number() over (${partition}order by id desc) as place from ${table}) ranked where place > ${kept} limit ${BATCH})`,
    ),
  }
}

/** Removes one batch; answers how many rows went and whether there may be more. */
export async function sweepBatch(
  tx: Transaction,
  sweep: Sweep,
  now: Date,
): Promise<{ removed: number; more: boolean }> {
  const before = new Date(now.getTime() - (sweep.keepSeconds ?? 0) * 1000)
  const removed = await tx.run(sweep.statement, sweep.keepSeconds === null ? [] : [before])
  return { removed, more: removed >= BATCH }
}

const SWEEP_LOCK = 720_511_938
const tryLock = statement('sweep.lock', 'select pg_try_advisory_xact_lock($1::int, hashtext($2)) as mine')

/** Whether this transaction may sweep the table: one node at a time, while others may sweep other tables. */
export async function maySweep(tx: Transaction, table: string): Promise<boolean> {
  return (await tx.rows<{ mine: boolean }>(tryLock, [SWEEP_LOCK, table]))[0]?.mine === true
}
