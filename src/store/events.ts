// The audit trail: events, appended in the deed's own transaction together with the webhook rows that they cause.
import { EntitySchema } from 'typeorm'
import type { Actor } from '../domain/reason.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface EventRow {
  id: string
  organizationId: string | null
  type: string
  at: Date
  actor: Actor
  subjectType: string | null
  subjectId: string | null
  subjectEmail: string | null
  subjectKey: string | null
  accountId: string | null
  rule: string | null
  outcome: string | null
  reason: string | null
  nextActor: string | null
  inputs: unknown
  before: unknown
  after: unknown
  data: unknown
}

export const eventSchema = new EntitySchema<EventRow>({
  name: 'events',
  tableName: 'events',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'events_pkey' },
    organizationId: { name: 'organization_id', type: 'uuid', nullable: true },
    type: { type: 'text' },
    at: { type: 'timestamptz' },
    actor: { type: 'jsonb' },
    subjectType: { name: 'subject_type', type: 'text', nullable: true },
    subjectId: { name: 'subject_id', type: 'uuid', nullable: true },
    subjectEmail: { name: 'subject_email', type: 'text', nullable: true },
    subjectKey: { name: 'subject_key', type: 'text', nullable: true },
    accountId: { name: 'account_id', type: 'uuid', nullable: true },
    rule: { type: 'text', nullable: true },
    outcome: { type: 'text', nullable: true },
    reason: { type: 'text', nullable: true },
    nextActor: { name: 'next_actor', type: 'text', nullable: true },
    inputs: { type: 'jsonb', nullable: true },
    before: { type: 'jsonb', nullable: true },
    after: { type: 'jsonb', nullable: true },
    data: { type: 'jsonb', nullable: true },
  },
  indices: [
    { name: 'events_page_idx', columns: ['organizationId', 'id'] },
    {
      name: 'events_key_idx',
      columns: ['organizationId', 'subjectKey', 'id'],
      where: 'subject_key is not null',
    },
    { name: 'events_account_idx', columns: ['accountId', 'id'], where: 'account_id is not null' },
    {
      name: 'events_suspended_idx',
      columns: ['organizationId', 'at'],
      where: "type = 'member.suspended'",
    },
  ],
})

const insertRows = statement(
  'events.insert',
  `with written as (
     insert into events (id, organization_id, type, at, actor, subject_type, subject_id, subject_email, subject_key, account_id,
       rule, outcome, reason, next_actor, inputs, before, after, data)
     select e.id, e."organizationId", e.type, e.at, e.actor, e."subjectType", e."subjectId", e."subjectEmail", e."subjectKey", e."accountId",
       e.rule, e.outcome, e.reason, e."nextActor", e.inputs, e.before, e.after, e.data
     from jsonb_to_recordset($1::jsonb) as e(id uuid, "organizationId" uuid, type text, at timestamptz, actor jsonb, "subjectType" text,
       "subjectId" uuid, "subjectEmail" text, "subjectKey" text, "accountId" uuid, rule text, outcome text, reason text, "nextActor" text,
       inputs jsonb, before jsonb, after jsonb, data jsonb)
     returning id, organization_id, type, at)
   insert into outbox (id, kind, organization_id, event_id, endpoint_id, state, next_at, created_at)
   select gen_random_uuid(), 'webhook', e.organization_id, e.id, w.id, 'queued', e.at, e.at
   from written e join webhook_endpoints w on w.ended_at is null and (w.organization_id is null or w.organization_id = e.organization_id)
     and w.events && array['*', e.type, split_part(e.type, '.', 1) || '.*']`,
)

/** Appends events and, by the same statement, one webhook row for each endpoint that listens to one; answers how many webhooks. */
export async function insertEvents(tx: Transaction, rows: readonly EventRow[]): Promise<number> {
  return tx.run(insertRows, [JSON.stringify(rows)])
}

export const eventColumns = `e.id, e.organization_id "organizationId", e.type, e.at, e.actor, e.subject_type "subjectType", e.subject_id "subjectId",
  e.subject_email "subjectEmail", e.subject_key "subjectKey", e.account_id "accountId", e.rule, e.outcome, e.reason,
  e.next_actor "nextActor", e.inputs, e.before, e.after, e.data`

export interface EventQuery {
  organizationId: string
  /** A type, or `member.*` for its family; null for all. */
  type: string | null
  /** A subject's id or address key; null for all. */
  subject: string | null
  /** Events older than this id. */
  before: string | null
  limit: number
}

const page = statement(
  'events.page',
  `select ${eventColumns} from events e where e.organization_id = $1
   and ($2::text is null or e.type = $2 or split_part(e.type, '.', 1) || '.*' = $2)
   and ($3::text is null or e.subject_id::text = $3 or e.subject_key = $3 or e.account_id::text = $3)
   and ($4::uuid is null or e.id < $4) order by e.id desc limit $5`,
)

/** One page of an organization's events, newest first. */
export function listEventRows(read: Reader, query: EventQuery): Promise<EventRow[]> {
  return read.rows(page, [query.organizationId, query.type, query.subject, query.before, query.limit])
}
