// OAuth clients of a directory: their secrets, the assertions that they have spent, and the short-lived tokens beside the lasting ones.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
create table oauth_clients (
  id uuid constraint oauth_clients_pkey primary key,
  directory_id uuid not null constraint oauth_clients_directory_fkey references directories on delete cascade,
  label text not null,
  assertion jsonb,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null
);
create index oauth_clients_directory_idx on oauth_clients (directory_id, id);
create table oauth_secrets (
  id uuid constraint oauth_secrets_pkey primary key,
  client_id uuid not null constraint oauth_secrets_client_fkey references oauth_clients on delete cascade,
  secret_hash bytea not null,
  hint text not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null
);
create index oauth_secrets_client_idx on oauth_secrets (client_id, id);
create table oauth_assertions (
  client_id uuid constraint oauth_assertions_client_fkey references oauth_clients on delete cascade,
  key bytea,
  expires_at timestamptz not null,
  constraint oauth_assertions_pkey primary key (client_id, key)
);
create index oauth_assertions_expires_idx on oauth_assertions (expires_at);
alter table directory_tokens
  add column oauth_client_id uuid constraint directory_tokens_oauth_client_fkey references oauth_clients on delete cascade,
  add column oauth_secret_id uuid constraint directory_tokens_oauth_secret_fkey references oauth_secrets on delete cascade;
create index directory_tokens_oauth_client_idx on directory_tokens (oauth_client_id) where oauth_client_id is not null;
create index directory_tokens_oauth_secret_idx on directory_tokens (oauth_secret_id) where oauth_secret_id is not null;
create index directory_tokens_expires_idx on directory_tokens (expires_at) where oauth_client_id is not null;
`

const down = `
delete from directory_tokens where oauth_client_id is not null;
alter table directory_tokens drop column oauth_secret_id, drop column oauth_client_id;
drop table oauth_assertions;
drop table oauth_secrets;
drop table oauth_clients;
`

export class OauthClients1764230000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
