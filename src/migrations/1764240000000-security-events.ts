// Event streams of a directory, the security events that wait in them, requests to be done later, and the keys that sign.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
alter table directories add column announces boolean not null default false;

create table event_streams (
  id uuid constraint event_streams_pkey primary key,
  directory_id uuid not null constraint event_streams_directory_fkey references directories (id) on delete cascade,
  method text not null,
  url text,
  authorization_encrypted text,
  token_hash bytea constraint event_streams_token_hash_key unique,
  content text not null,
  events text[] not null,
  group_id uuid,
  status text not null,
  status_reason text,
  attempts integer not null default 0,
  next_at timestamptz not null,
  last_error text,
  created_at timestamptz not null,
  constraint event_streams_method_check check (method = any (array['push'::text, 'poll'::text])),
  constraint event_streams_content_check check (content = any (array['notice'::text, 'full'::text])),
  constraint event_streams_status_check check (status = any (array['enabled'::text, 'paused'::text, 'disabled'::text])),
  constraint event_streams_delivery_check check (((method = 'push'::text) = (url is not null)) and ((method = 'poll'::text) = (token_hash is not null)))
);
create index event_streams_directory_idx on event_streams (directory_id, id);
create index event_streams_push_idx on event_streams (next_at) where method = 'push' and status = 'enabled';

create table security_events (
  id uuid constraint security_events_pkey primary key,
  stream_id uuid not null constraint security_events_stream_fkey references event_streams (id) on delete cascade,
  position bigserial not null,
  txn text not null,
  subject jsonb not null,
  events jsonb not null,
  at timestamptz not null,
  failed_at timestamptz,
  error text
);
create index security_events_queue_idx on security_events (stream_id, position) where failed_at is null;
create index security_events_age_idx on security_events (at);

create table async_requests (
  id uuid constraint async_requests_pkey primary key,
  directory_id uuid not null constraint async_requests_directory_fkey references directories (id) on delete cascade,
  state text not null,
  request_encrypted text,
  progress jsonb not null,
  results jsonb,
  attempts integer not null default 0,
  next_at timestamptz not null,
  created_at timestamptz not null,
  done_at timestamptz,
  constraint async_requests_state_check check (state = any (array['queued'::text, 'done'::text]))
);
create index async_requests_queue_idx on async_requests (directory_id, id) where state = 'queued';
create index async_requests_done_idx on async_requests (done_at);

create table signing_keys (
  id text constraint signing_keys_pkey primary key,
  use text not null constraint signing_keys_use_key unique,
  public_jwk jsonb not null,
  private_encrypted text not null,
  created_at timestamptz not null
);
`

const down = `
drop table signing_keys;
drop table async_requests;
drop table security_events;
drop table event_streams;
alter table directories drop column announces;
`

export class SecurityEvents1764240000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
