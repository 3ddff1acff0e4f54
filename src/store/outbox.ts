// The outbox and the development mailbox: what waits to leave the machine, and what would have left it.
import { EntitySchema } from 'typeorm'
import type { Mail } from '../domain/mail.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface OutboxRow {
  id: string
  kind: 'mail' | 'webhook'
  organizationId: string | null
  eventId: string | null
  endpointId: string | null
  deliveryId: string | null
  payloadEncrypted: string | null
  state: 'queued' | 'done' | 'failed'
  /** How often it was claimed, this time included. */
  attempts: number
  nextAt: Date
  lastError: string | null
  createdAt: Date
  doneAt: Date | null
}

export const outboxSchema = new EntitySchema<OutboxRow>({
  name: 'outbox',
  tableName: 'outbox',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'outbox_pkey' },
    kind: { type: 'text' },
    organizationId: { name: 'organization_id', type: 'uuid', nullable: true },
    eventId: { name: 'event_id', type: 'uuid', nullable: true },
    endpointId: { name: 'endpoint_id', type: 'uuid', nullable: true },
    deliveryId: { name: 'delivery_id', type: 'uuid', nullable: true },
    payloadEncrypted: { name: 'payload_encrypted', type: 'text', nullable: true },
    state: { type: 'text' },
    attempts: { type: 'integer', default: 0 },
    nextAt: { name: 'next_at', type: 'timestamptz' },
    lastError: { name: 'last_error', type: 'text', nullable: true },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    doneAt: { name: 'done_at', type: 'timestamptz', nullable: true },
  },
  checks: [
    { name: 'outbox_kind_check', expression: "kind in ('mail','webhook')" },
    { name: 'outbox_state_check', expression: "state in ('queued','done','failed')" },
    {
      name: 'outbox_what_check',
      expression:
        "(kind = 'mail' and endpoint_id is null and event_id is null) or (kind = 'webhook' and endpoint_id is not null and event_id is not null)",
    },
  ],
  indices: [{ name: 'outbox_queue_idx', columns: ['nextAt'], where: "state = 'queued'" }],
})

const insertMailRow = statement(
  'outbox.insert-mail',
  `insert into outbox (id, kind, organization_id, delivery_id, payload_encrypted, state, attempts, next_at, created_at)
   values ($1, 'mail', $2, $3, $4, 'queued', 0, $5, $5)`,
)

export async function insertMail(
  tx: Transaction,
  row: { id: string; organizationId: string | null; deliveryId: string | null; payload: string; at: Date },
): Promise<void> {
  await tx.run(insertMailRow, [row.id, row.organizationId, row.deliveryId, row.payload, row.at])
}

const insertWebhookRow = statement(
  'outbox.insert-webhook',
  `insert into outbox (id, kind, organization_id, event_id, endpoint_id, state, attempts, next_at, created_at)
   values ($1, 'webhook', $2, $3, $4, 'queued', 0, $5, $5)`,
)

export async function insertWebhook(
  tx: Transaction,
  row: { id: string; organizationId: string | null; eventId: string; endpointId: string; at: Date },
): Promise<void> {
  await tx.run(insertWebhookRow, [row.id, row.organizationId, row.eventId, row.endpointId, row.at])
}

const hastenRows = statement(
  'outbox.hasten-webhook',
  `update outbox set next_at = $3 where endpoint_id = $1 and event_id = $2 and state = 'queued'`,
)

/** Makes a waiting webhook due now; answers false where none waits. */
export async function hastenWebhook(
  tx: Transaction,
  row: { endpointId: string; eventId: string; at: Date },
): Promise<boolean> {
  return (await tx.run(hastenRows, [row.endpointId, row.eventId, row.at])) > 0
}

const claimRows = statement(
  'outbox.claim',
  `update outbox set attempts = attempts + 1, next_at = $2
   where id in (
     select id from outbox where state = 'queued' and next_at <= $1 and kind = $4 and id <> all($5::uuid[])
       and (endpoint_id is null or endpoint_id <> all($6::uuid[]))
     order by next_at limit $3 for update skip locked)
   returning id, kind, organization_id as "organizationId", event_id as "eventId", endpoint_id as "endpointId",
     delivery_id as "deliveryId", payload_encrypted as "payloadEncrypted", state, attempts, next_at as "nextAt",
     last_error as "lastError", created_at as "createdAt", done_at as "doneAt"`,
)

export interface Claim {
  kind: OutboxRow['kind']
  now: Date
  leaseUntil: Date
  limit: number
  /** Rows that this process carries already. */
  except: readonly string[]
  /** Endpoints that have enough to do already. */
  busyEndpoints: readonly string[]
}

/** Takes up to `limit` due rows until `leaseUntil`, the longest due first, skipping those that another node is taking. */
export function claimDue(tx: Transaction, claim: Claim): Promise<OutboxRow[]> {
  const { now, leaseUntil, limit, kind, except, busyEndpoints } = claim
  return tx.rows(claimRows, [now, leaseUntil, limit, kind, [...except], [...busyEndpoints]])
}

const settleRow = statement(
  'outbox.settle',
  `update outbox set state = $3, last_error = $4, next_at = coalesce($5, next_at),
     done_at = case when $3 = 'queued' then null else $6::timestamptz end,
     payload_encrypted = case when $3 = 'queued' then payload_encrypted end
   where id = $1 and attempts = $2 and state = 'queued'`,
)

/**
 * Writes how an attempt ended; a row that is done or given up loses its payload. Answers false when the lease had run out and
 * another attempt has begun, whose word then counts.
 */
export async function settle(
  tx: Transaction,
  claimed: Pick<OutboxRow, 'id' | 'attempts'>,
  end: { state: OutboxRow['state']; error: string | null; nextAt: Date | null; at: Date },
): Promise<boolean> {
  const touched = await tx.run(settleRow, [
    claimed.id,
    claimed.attempts,
    end.state,
    end.error,
    end.nextAt,
    end.at,
  ])
  return touched === 1
}

export interface MailboxRow {
  id: string
  toAddress: string
  message: Mail
  sentAt: Date
}

export const mailboxSchema = new EntitySchema<MailboxRow>({
  name: 'mailbox',
  tableName: 'mailbox',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'mailbox_pkey' },
    toAddress: { name: 'to_address', type: 'text' },
    message: { type: 'jsonb' },
    sentAt: { name: 'sent_at', type: 'timestamptz' },
  },
  indices: [{ name: 'mailbox_to_idx', columns: ['toAddress', 'id'] }],
})

const insertMailbox = statement(
  'mailbox.insert',
  'insert into mailbox (id, to_address, message, sent_at) values ($1, $2, $3::jsonb, $4) on conflict (id) do nothing',
)

/** Keeps a mail under its outbox row's id, so that a repeated attempt keeps it once and the order is that of the posting. */
export async function keepMail(tx: Transaction, row: MailboxRow): Promise<void> {
  await tx.run(insertMailbox, [row.id, row.toAddress, JSON.stringify(row.message), row.sentAt])
}

const newestMails = statement(
  'mailbox.newest',
  `select id, to_address as "toAddress", message, sent_at as "sentAt" from mailbox
   where $1::text is null or to_address = $1 order by id desc limit $2`,
)

/** The newest mails first; `to` is an address key. */
export function newestKept(reader: Reader, to: string | null, limit: number): Promise<MailboxRow[]> {
  return reader.rows(newestMails, [to, limit])
}
