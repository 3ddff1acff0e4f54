// Webhook endpoints and the attempts to reach them: tables and queries.
import { EntitySchema } from 'typeorm'
import { type Reader, statement, type Transaction } from './database.ts'

export interface WebhookEndpointRow {
  id: string
  /** Null: an endpoint of the host product, which hears of every organization. */
  organizationId: string | null
  url: string
  /** Event types, `member.*` for a family, `*` for all. */
  events: string[]
  secretEncrypted: string
  createdAt: Date
  endedAt: Date | null
}

export const webhookEndpointSchema = new EntitySchema<WebhookEndpointRow>({
  name: 'webhook_endpoints',
  tableName: 'webhook_endpoints',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'webhook_endpoints_pkey' },
    organizationId: { name: 'organization_id', type: 'uuid', nullable: true },
    url: { type: 'text' },
    events: { type: 'text', array: true },
    secretEncrypted: { name: 'secret_encrypted', type: 'text' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    endedAt: { name: 'ended_at', type: 'timestamptz', nullable: true },
  },
  foreignKeys: [
    {
      name: 'webhook_endpoints_organization_fkey',
      target: 'organizations',
      columnNames: ['organization_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
})

export interface WebhookAttemptRow {
  id: string
  endpointId: string
  eventId: string
  at: Date
  outcome: 'delivered' | 'failed'
  responseStatus: number | null
  error: string | null
}

export const webhookAttemptSchema = new EntitySchema<WebhookAttemptRow>({
  name: 'webhook_attempts',
  tableName: 'webhook_attempts',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'webhook_attempts_pkey' },
    endpointId: { name: 'endpoint_id', type: 'uuid' },
    eventId: { name: 'event_id', type: 'uuid' },
    at: { type: 'timestamptz' },
    outcome: { type: 'text' },
    responseStatus: { name: 'response_status', type: 'integer', nullable: true },
    error: { type: 'text', nullable: true },
  },
  checks: [{ name: 'webhook_attempts_outcome_check', expression: "outcome in ('delivered','failed')" }],
  indices: [{ name: 'webhook_attempts_page_idx', columns: ['endpointId', 'id'] }],
  foreignKeys: [
    {
      name: 'webhook_attempts_endpoint_fkey',
      target: 'webhook_endpoints',
      columnNames: ['endpoint_id'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
})

const countEndpointRows = statement(
  'webhook-endpoints.count',
  'select count(*)::int as n from webhook_endpoints where organization_id = $1 and ended_at is null',
)

/** How many live endpoints an organization has. */
export async function countEndpoints(read: Reader, organizationId: string): Promise<number> {
  return (await read.rows<{ n: number }>(countEndpointRows, [organizationId]))[0]?.n ?? 0
}

const insertEndpointRow = statement(
  'webhook-endpoints.insert',
  `insert into webhook_endpoints (id, organization_id, url, events, secret_encrypted, created_at) values ($1, $2, $3, $4, $5, $6)`,
)

export async function insertEndpoint(
  tx: Transaction,
  row: Omit<WebhookEndpointRow, 'endedAt'>,
): Promise<void> {
  const { id, organizationId, url, events, secretEncrypted, createdAt } = row
  await tx.run(insertEndpointRow, [id, organizationId, url, events, secretEncrypted, createdAt])
}

const endpointColumns = `id, organization_id as "organizationId", url, events, secret_encrypted as "secretEncrypted",
  created_at as "createdAt", ended_at as "endedAt"`

const endpointById = statement(
  'webhook-endpoints.by-id',
  `select ${endpointColumns} from webhook_endpoints where id = $1 and ended_at is null`,
)

export async function findEndpoint(read: Reader, id: string): Promise<WebhookEndpointRow | null> {
  return (await read.rows<WebhookEndpointRow>(endpointById, [id]))[0] ?? null
}

const endpointPage = statement(
  'webhook-endpoints.page',
  `select ${endpointColumns} from webhook_endpoints
   where ended_at is null and ($1::uuid is null or organization_id = $1) and ($2::uuid is null or id > $2) order by id limit $3`,
)

/** The endpoints of one organization, or all of them where `organizationId` is null. */
export function listEndpoints(
  read: Reader,
  query: { organizationId: string | null; after: string | null; limit: number },
): Promise<WebhookEndpointRow[]> {
  return read.rows(endpointPage, [query.organizationId, query.after, query.limit])
}

const endEndpointRow = statement(
  'webhook-endpoints.end',
  'update webhook_endpoints set ended_at = $2 where id = $1 and ended_at is null',
)

export async function endEndpoint(tx: Transaction, id: string, at: Date): Promise<void> {
  await tx.run(endEndpointRow, [id, at])
}

const insertAttemptRow = statement(
  'webhook-attempts.insert',
  `insert into webhook_attempts (id, endpoint_id, event_id, at, outcome, response_status, error) values ($1, $2, $3, $4, $5, $6, $7)`,
)

export async function insertAttempt(tx: Transaction, row: WebhookAttemptRow): Promise<void> {
  const { id, endpointId, eventId, at, outcome, responseStatus, error } = row
  await tx.run(insertAttemptRow, [id, endpointId, eventId, at, outcome, responseStatus, error])
}

export interface ShownAttempt extends WebhookAttemptRow {
  eventType: string
  /** When it will be tried again by itself; null where it is done or given up. */
  nextAttemptAt: Date | null
}

const attemptColumns = `a.id, a.endpoint_id as "endpointId", a.event_id as "eventId", a.at, a.outcome,
  a.response_status as "responseStatus", a.error`

const attemptPage = statement(
  'webhook-attempts.page',
  `select ${attemptColumns}, e.type as "eventType",
     (select min(o.next_at) from outbox o where o.state = 'queued' and o.endpoint_id = a.endpoint_id and o.event_id = a.event_id) as "nextAttemptAt"
   from webhook_attempts a join events e on e.id = a.event_id
   where a.endpoint_id = $1 and ($2::uuid is null or a.id < $2) order by a.id desc limit $3`,
)

/** Attempts at one endpoint, newest first. */
export function listAttempts(
  read: Reader,
  query: { endpointId: string; before: string | null; limit: number },
): Promise<ShownAttempt[]> {
  return read.rows(attemptPage, [query.endpointId, query.before, query.limit])
}

const attemptById = statement(
  'webhook-attempts.by-id',
  `select ${attemptColumns} from webhook_attempts a where a.id = $1 and a.endpoint_id = $2`,
)

export async function findAttempt(
  read: Reader,
  endpointId: string,
  attemptId: string,
): Promise<WebhookAttemptRow | null> {
  return (await read.rows<WebhookAttemptRow>(attemptById, [attemptId, endpointId]))[0] ?? null
}
