// The tables of event streams, security events, requests to be done later and signing keys, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const eventStreamSchema = new EntitySchema({
  name: 'event_streams',
  columns: {
    id: key('uuid', 'event_streams_pkey'),
    directory_id: must('uuid'),
    method: must('text'),
    url: may('text'),
    authorization_encrypted: may('text'),
    token_hash: may('bytea'),
    content: must('text'),
    events: must('text', { array: true }),
    group_id: may('uuid'),
    status: must('text'),
    status_reason: may('text'),
    attempts: must('integer', { default: 0 }),
    next_at: must('timestamptz'),
    last_error: may('text'),
    created_at: must('timestamptz'),
  },
  checks: [
    {
      name: 'event_streams_method_check',
      expression: "method = ANY (ARRAY['push'::text, 'poll'::text])",
    },
    {
      name: 'event_streams_content_check',
      expression: "content = ANY (ARRAY['notice'::text, 'full'::text])",
    },
    {
      name: 'event_streams_status_check',
      expression: "status = ANY (ARRAY['enabled'::text, 'paused'::text, 'disabled'::text])",
    },
    {
      name: 'event_streams_delivery_check',
      expression:
        "(((method = 'push'::text) = (url IS NOT NULL)) AND ((method = 'poll'::text) = (token_hash IS NOT NULL)))",
    },
  ],
  uniques: [{ name: 'event_streams_token_hash_key', columns: ['token_hash'] }],
  indices: [
    { name: 'event_streams_directory_idx', columns: ['directory_id', 'id'] },
    {
      name: 'event_streams_push_idx',
      columns: ['next_at'],
      where: "method = 'push'::text AND status = 'enabled'::text",
    },
  ],
  foreignKeys: [reference('event_streams_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})

export const securityEventSchema = new EntitySchema({
  name: 'security_events',
  columns: {
    id: key('uuid', 'security_events_pkey'),
    stream_id: must('uuid'),
    position: must('bigint', { generated: 'increment' }),
    txn: must('text'),
    subject: must('jsonb'),
    events: must('jsonb'),
    at: must('timestamptz'),
    failed_at: may('timestamptz'),
    error: may('text'),
  },
  indices: [
    {
      name: 'security_events_queue_idx',
      columns: ['stream_id', 'position'],
      where: 'failed_at IS NULL',
    },
    { name: 'security_events_age_idx', columns: ['at'] },
  ],
  foreignKeys: [reference('security_events_stream_fkey', 'stream_id', 'event_streams', 'CASCADE')],
})

export const asyncRequestSchema = new EntitySchema({
  name: 'async_requests',
  columns: {
    id: key('uuid', 'async_requests_pkey'),
    directory_id: must('uuid'),
    state: must('text'),
    request_encrypted: may('text'),
    progress: must('jsonb'),
    results: may('jsonb'),
    attempts: must('integer', { default: 0 }),
    next_at: must('timestamptz'),
    created_at: must('timestamptz'),
    done_at: may('timestamptz'),
  },
  checks: [
    {
      name: 'async_requests_state_check',
      expression: "state = ANY (ARRAY['queued'::text, 'done'::text])",
    },
  ],
  indices: [
    {
      name: 'async_requests_queue_idx',
      columns: ['directory_id', 'id'],
      where: "state = 'queued'::text",
    },
    { name: 'async_requests_done_idx', columns: ['done_at'] },
  ],
  foreignKeys: [reference('async_requests_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})

export const signingKeySchema = new EntitySchema({
  name: 'signing_keys',
  columns: {
    id: key('text', 'signing_keys_pkey'),
    use: must('text'),
    public_jwk: must('jsonb'),
    private_encrypted: must('text'),
    created_at: must('timestamptz'),
  },
  uniques: [{ name: 'signing_keys_use_key', columns: ['use'] }],
})
