// The tables of the whole product, in plain SQL with every constraint named.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const people = `
create table organizations (
  id uuid constraint organizations_pkey primary key,
  name text not null,
  slug text not null constraint organizations_slug_key unique,
  policies jsonb not null,
  had_owner boolean not null default false,
  created_at timestamptz not null
);
create table projects (
  id uuid constraint projects_pkey primary key,
  organization_id uuid not null constraint projects_organization_fkey references organizations on delete cascade,
  slug text not null,
  name text not null,
  created_at timestamptz not null,
  constraint projects_slug_key unique (organization_id, slug)
);
create table domains (
  id uuid constraint domains_pkey primary key,
  organization_id uuid not null constraint domains_organization_fkey references organizations on delete cascade,
  domain text not null,
  include_subdomains boolean not null,
  status text not null constraint domains_status_check check (status in ('pending','verified','lapsed','contested')),
  proof_value text not null,
  attested boolean not null default false,
  verified_at timestamptz,
  checked_at timestamptz,
  created_at timestamptz not null,
  constraint domains_domain_key unique (organization_id, domain)
);
create index domains_domain_idx on domains (domain);
create table accounts (
  id uuid constraint accounts_pkey primary key,
  name text,
  external_id text constraint accounts_external_id_key unique,
  created_at timestamptz not null
);
create table account_addresses (
  id uuid constraint account_addresses_pkey primary key,
  account_id uuid not null constraint account_addresses_account_fkey references accounts on delete cascade,
  address text not null,
  key text not null,
  verified_at timestamptz,
  proof text,
  is_primary boolean not null,
  given_by text not null constraint account_addresses_given_by_check check (given_by in ('host','person','directory','connection')),
  resting_since timestamptz,
  created_at timestamptz not null,
  constraint account_addresses_account_key_key unique (account_id, key)
);
create unique index account_addresses_verified_key_key on account_addresses (key) where verified_at is not null;
create unique index account_addresses_primary_key on account_addresses (account_id) where is_primary;
create index account_addresses_key_idx on account_addresses (key);
create table blocks (
  organization_id uuid not null constraint blocks_organization_fkey references organizations on delete cascade,
  key text not null,
  address text not null,
  actor jsonb not null,
  created_at timestamptz not null,
  constraint blocks_pkey primary key (organization_id, key)
);
`

const directories = `
create table directories (
  id uuid constraint directories_pkey primary key,
  organization_id uuid not null constraint directories_organization_fkey references organizations on delete cascade,
  name text not null,
  preset text not null,
  notify boolean not null,
  status text not null constraint directories_status_check check (status in ('active','test','disconnected')),
  created_at timestamptz not null
);
create index directories_organization_idx on directories (organization_id);
create table directory_tokens (
  id uuid constraint directory_tokens_pkey primary key,
  directory_id uuid not null constraint directory_tokens_directory_fkey references directories on delete cascade,
  label text not null,
  token_hash bytea not null constraint directory_tokens_hash_key unique,
  hint text not null,
  expires_at timestamptz,
  last_used_at timestamptz,
  created_at timestamptz not null
);
create index directory_tokens_directory_idx on directory_tokens (directory_id);
create table directory_users (
  id uuid constraint directory_users_pkey primary key,
  directory_id uuid not null constraint directory_users_directory_fkey references directories on delete cascade,
  organization_id uuid not null,
  user_name text not null,
  user_name_key text not null,
  external_id text,
  email text,
  email_key text,
  display_name text,
  display_name_key text,
  active boolean not null,
  attributes jsonb not null,
  account_id uuid constraint directory_users_account_fkey references accounts,
  bound_rule text,
  bound_at timestamptz,
  inactive_since timestamptz,
  role_fell_at timestamptz,
  frozen_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint directory_users_user_name_key unique (directory_id, user_name_key)
);
create unique index directory_users_external_id_key on directory_users (directory_id, external_id) where external_id is not null;
create index directory_users_account_idx on directory_users (account_id) where account_id is not null;
create index directory_users_email_idx on directory_users (organization_id, email_key) where email_key is not null;
create index directory_users_page_idx on directory_users (directory_id, id);
create table directory_user_emails (
  directory_user_id uuid not null constraint directory_user_emails_user_fkey references directory_users on delete cascade,
  position integer not null,
  directory_id uuid not null,
  value text not null,
  key text not null,
  type text,
  is_primary boolean not null,
  constraint directory_user_emails_pkey primary key (directory_user_id, position)
);
create index directory_user_emails_key_idx on directory_user_emails (directory_id, key);
create table directory_groups (
  id uuid constraint directory_groups_pkey primary key,
  directory_id uuid not null constraint directory_groups_directory_fkey references directories on delete cascade,
  organization_id uuid not null,
  display_name text not null,
  display_name_key text not null,
  external_id text,
  attributes jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index directory_groups_external_id_key on directory_groups (directory_id, external_id) where external_id is not null;
create index directory_groups_display_name_idx on directory_groups (directory_id, display_name_key);
create index directory_groups_page_idx on directory_groups (directory_id, id);
create table directory_group_members (
  group_id uuid not null constraint directory_group_members_group_fkey references directory_groups on delete cascade,
  directory_user_id uuid not null constraint directory_group_members_user_fkey references directory_users on delete cascade,
  added_at timestamptz not null,
  constraint directory_group_members_pkey primary key (group_id, directory_user_id)
);
create index directory_group_members_user_idx on directory_group_members (directory_user_id);
create table directory_tombstones (
  id uuid constraint directory_tombstones_pkey primary key,
  directory_id uuid not null constraint directory_tombstones_directory_fkey references directories on delete cascade,
  organization_id uuid not null,
  record_id uuid not null,
  external_id text,
  user_name_key text not null,
  keys text[] not null,
  account_id uuid,
  was_active boolean not null,
  cause text not null constraint directory_tombstones_cause_check check (cause in ('deleted','replaced')),
  deleted_at timestamptz not null,
  ended_at timestamptz
);
create index directory_tombstones_external_idx on directory_tombstones (directory_id, external_id) where ended_at is null;
create index directory_tombstones_account_idx on directory_tombstones (organization_id, account_id) where ended_at is null;
create index directory_tombstones_keys_idx on directory_tombstones using gin (keys) where ended_at is null;
create table directory_requests (
  id uuid constraint directory_requests_pkey primary key,
  directory_id uuid not null constraint directory_requests_directory_fkey references directories on delete cascade,
  at timestamptz not null,
  method text not null,
  path text not null,
  status integer not null,
  request_body text,
  response_body text,
  duration_ms integer not null
);
create index directory_requests_page_idx on directory_requests (directory_id, id);
`

const connections = `
create table connections (
  id uuid constraint connections_pkey primary key,
  organization_id uuid not null constraint connections_organization_fkey references organizations on delete cascade,
  name text not null,
  status text not null constraint connections_status_check check (status in ('test','active','off')),
  idp_entity_id text not null,
  sso_url text not null,
  sso_binding text not null constraint connections_binding_check check (sso_binding in ('redirect','post')),
  certificates jsonb not null,
  metadata_url text,
  idp_initiated text not null constraint connections_idp_initiated_check check (idp_initiated in ('accept','restart','off')),
  directory_id uuid constraint connections_directory_fkey references directories on delete set null,
  directory_match text not null constraint connections_match_check check (directory_match in ('userName','externalId','email')),
  attributes jsonb not null,
  preset text not null,
  legacy jsonb not null,
  max_assertion_minutes integer not null,
  comparable boolean not null default false,
  sp_key_encrypted text not null,
  sp_certificate text not null,
  created_at timestamptz not null,
  deleted_at timestamptz
);
create index connections_organization_idx on connections (organization_id);
create table identities (
  id uuid constraint identities_pkey primary key,
  account_id uuid not null constraint identities_account_fkey references accounts on delete cascade,
  organization_id uuid not null,
  connection_id uuid not null constraint identities_connection_fkey references connections on delete cascade,
  name_id text not null,
  format text not null,
  name_qualifier text not null,
  sp_name_qualifier text not null,
  rule text not null,
  proof text not null,
  automatic boolean not null,
  directory_key text,
  groups text[],
  jit_at timestamptz,
  inactive_since timestamptz,
  created_at timestamptz not null,
  last_used_at timestamptz
);
create unique index identities_subject_key on identities (connection_id, name_id, format, name_qualifier, sp_name_qualifier) where inactive_since is null;
create index identities_account_idx on identities (account_id, organization_id);
create index identities_directory_key_idx on identities (connection_id, directory_key);
create table identity_undos (
  account_id uuid not null constraint identity_undos_account_fkey references accounts on delete cascade,
  connection_id uuid not null constraint identity_undos_connection_fkey references connections on delete cascade,
  subject text not null,
  at timestamptz not null,
  constraint identity_undos_pkey primary key (account_id, connection_id, subject)
);
create table saml_requests (
  id text constraint saml_requests_pkey primary key,
  connection_id uuid not null constraint saml_requests_connection_fkey references connections on delete cascade,
  browser_hash bytea not null,
  relay_state_hash bytea not null,
  return_to text,
  intent jsonb not null,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create index saml_requests_expires_idx on saml_requests (expires_at);
create table saml_assertions (
  connection_id uuid not null constraint saml_assertions_connection_fkey references connections on delete cascade,
  assertion_id text not null,
  expires_at timestamptz not null,
  constraint saml_assertions_pkey primary key (connection_id, assertion_id)
);
create index saml_assertions_expires_idx on saml_assertions (expires_at);
create table pending_sign_ins (
  id uuid constraint pending_sign_ins_pkey primary key,
  handle_hash bytea not null constraint pending_sign_ins_handle_key unique,
  connection_id uuid not null constraint pending_sign_ins_connection_fkey references connections on delete cascade,
  payload jsonb not null,
  proven_key text,
  proven_account_id uuid,
  expires_at timestamptz not null,
  created_at timestamptz not null
);
create index pending_sign_ins_expires_idx on pending_sign_ins (expires_at);
create table sign_ins (
  id uuid constraint sign_ins_pkey primary key,
  organization_id uuid not null,
  connection_id uuid not null constraint sign_ins_connection_fkey references connections on delete cascade,
  at timestamptz not null,
  outcome text not null constraint sign_ins_outcome_check check (outcome in ('accepted','refused','proof_required','test')),
  rule text,
  reason text,
  name_id text,
  attributes jsonb not null,
  checks jsonb not null,
  response_xml text,
  idp_initiated boolean not null
);
create index sign_ins_page_idx on sign_ins (connection_id, id);
create table role_mappings (
  id uuid constraint role_mappings_pkey primary key,
  organization_id uuid not null constraint role_mappings_organization_fkey references organizations on delete cascade,
  position integer not null,
  directory_id uuid constraint role_mappings_directory_fkey references directories on delete cascade,
  group_id uuid,
  display_name text,
  connection_id uuid constraint role_mappings_connection_fkey references connections on delete cascade,
  value text,
  role text not null,
  project_ids uuid[] not null,
  overridable boolean not null,
  constraint role_mappings_group_check check ((directory_id is not null and (group_id is not null or display_name is not null) and connection_id is null) or (directory_id is null and connection_id is not null and value is not null))
);
create index role_mappings_organization_idx on role_mappings (organization_id, position);
`

const memberships = `
create table memberships (
  id uuid constraint memberships_pkey primary key,
  organization_id uuid not null constraint memberships_organization_fkey references organizations on delete cascade,
  account_id uuid not null constraint memberships_account_fkey references accounts on delete cascade,
  status text not null constraint memberships_status_check check (status in ('active','waiting','suspended','removed')),
  status_reason text,
  role text,
  email text,
  email_key text,
  display_name text,
  consented_at timestamptz,
  owner_since timestamptz,
  suspended_by_admin_at timestamptz,
  directory_suspended_at timestamptz,
  removed_at timestamptz,
  removed_by text constraint memberships_removed_by_check check (removed_by in ('admin','person','directory')),
  allowed_at timestamptz,
  held_at timestamptz,
  guard_cause text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint memberships_organization_account_key unique (organization_id, account_id)
);
create index memberships_account_idx on memberships (account_id);
create index memberships_page_idx on memberships (organization_id, id);
create index memberships_owner_idx on memberships (organization_id) where owner_since is not null;
create table membership_keys (
  membership_id uuid not null constraint membership_keys_membership_fkey references memberships on delete cascade,
  organization_id uuid not null,
  key text not null,
  kind text not null constraint membership_keys_kind_check check (kind in ('joined','record')),
  constraint membership_keys_pkey primary key (membership_id, key, kind)
);
create index membership_keys_key_idx on membership_keys (organization_id, key);
create table manual_grants (
  id uuid constraint manual_grants_pkey primary key,
  membership_id uuid not null constraint manual_grants_membership_fkey references memberships on delete cascade,
  role text,
  project_id uuid,
  given_at timestamptz not null,
  given_by text,
  ended_at timestamptz,
  constraint manual_grants_what_check check ((role is null) <> (project_id is null))
);
create index manual_grants_membership_idx on manual_grants (membership_id) where ended_at is null;
create table grants (
  membership_id uuid not null constraint grants_membership_fkey references memberships on delete cascade,
  position integer not null,
  role text,
  project_id uuid constraint grants_project_fkey references projects on delete cascade,
  origin_type text not null,
  origin_ref text,
  because text not null,
  constraint grants_pkey primary key (membership_id, position),
  constraint grants_what_check check ((role is null) <> (project_id is null))
);
create table invitations (
  id uuid constraint invitations_pkey primary key,
  organization_id uuid not null constraint invitations_organization_fkey references organizations on delete cascade,
  email text not null,
  key text not null,
  role text not null,
  project_ids uuid[] not null,
  expires_at timestamptz not null,
  message text,
  language text,
  invited_by_type text not null constraint invitations_invited_by_check check (invited_by_type in ('member','key','directory','host')),
  invited_by_id uuid,
  inviter_account_id uuid,
  granting boolean not null,
  directory_user_id uuid,
  status text not null constraint invitations_status_check check (status in ('pending','accepted','accepted_waiting','declined','revoked','superseded','satisfied')),
  status_reason text,
  settled_at timestamptz,
  account_id uuid,
  superseded_by uuid,
  role_ended_at timestamptz,
  ended_at timestamptz,
  asked_at timestamptz,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index invitations_open_key on invitations (organization_id, key) where status in ('pending','accepted_waiting');
create index invitations_key_idx on invitations (organization_id, key);
create index invitations_account_idx on invitations (account_id) where account_id is not null;
create index invitations_page_idx on invitations (organization_id, id);
create index invitations_directory_user_idx on invitations (directory_user_id) where directory_user_id is not null;
create table deliveries (
  id uuid constraint deliveries_pkey primary key,
  invitation_id uuid not null constraint deliveries_invitation_fkey references invitations on delete cascade,
  channel text not null constraint deliveries_channel_check check (channel in ('email','link','slack')),
  token_hash bytea not null constraint deliveries_token_key unique,
  code_hash text not null,
  code_tries integer not null default 0,
  status text not null constraint deliveries_status_check check (status in ('queued','sent','bounced','complained','deferred')),
  status_detail text,
  replaced_at timestamptz,
  created_at timestamptz not null
);
create index deliveries_invitation_idx on deliveries (invitation_id);
create table delivery_openings (
  id uuid constraint delivery_openings_pkey primary key,
  delivery_id uuid not null constraint delivery_openings_delivery_fkey references deliveries on delete cascade,
  at timestamptz not null,
  method text not null,
  class text not null constraint delivery_openings_class_check check (class in ('likely-scanner','likely-person','unknown')),
  agent text,
  account_id uuid
);
create index delivery_openings_delivery_idx on delivery_openings (delivery_id, at);
create table consents (
  id uuid constraint consents_pkey primary key,
  invitation_id uuid not null constraint consents_invitation_fkey references invitations on delete cascade,
  account_id uuid not null constraint consents_account_fkey references accounts on delete cascade,
  proof text not null,
  at timestamptz not null,
  ended_at timestamptz
);
create unique index consents_live_key on consents (invitation_id) where ended_at is null;
create index consents_account_idx on consents (account_id);
create table conflicts (
  id uuid constraint conflicts_pkey primary key,
  organization_id uuid not null constraint conflicts_organization_fkey references organizations on delete cascade,
  kind text not null,
  state text not null constraint conflicts_state_check check (state in ('open','resolved')),
  fingerprint text not null,
  key text,
  account_id uuid,
  connection_id uuid,
  subject jsonb,
  directory_user_id uuid,
  membership_id uuid,
  choices text[] not null,
  detail text not null,
  resolution jsonb,
  created_at timestamptz not null,
  resolved_at timestamptz
);
create unique index conflicts_open_key on conflicts (organization_id, fingerprint) where state = 'open';
create index conflicts_page_idx on conflicts (organization_id, id);
create table approvals (
  id uuid constraint approvals_pkey primary key,
  organization_id uuid not null constraint approvals_organization_fkey references organizations on delete cascade,
  kind text not null constraint approvals_kind_check check (kind in ('role','seat','address')),
  state text not null constraint approvals_state_check check (state in ('open','approved','declined')),
  invitation_id uuid constraint approvals_invitation_fkey references invitations on delete cascade,
  account_id uuid,
  decided_by jsonb,
  created_at timestamptz not null,
  decided_at timestamptz
);
create unique index approvals_key on approvals (invitation_id, kind, account_id);
create index approvals_page_idx on approvals (organization_id, id);
`

const access = `
create table sessions (
  id uuid constraint sessions_pkey primary key,
  token_hash bytea not null constraint sessions_token_key unique,
  account_id uuid not null constraint sessions_account_fkey references accounts on delete cascade,
  organization_id uuid constraint sessions_organization_fkey references organizations on delete cascade,
  proof_type text not null constraint sessions_proof_check check (proof_type in ('saml','code','host')),
  connection_id uuid,
  identity_id uuid,
  proof_key text,
  own_proof_at timestamptz,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz,
  end_reason text
);
create index sessions_account_idx on sessions (account_id) where ended_at is null;
create table session_handoffs (
  token_hash bytea constraint session_handoffs_pkey primary key,
  session_id uuid not null constraint session_handoffs_session_fkey references sessions on delete cascade,
  expires_at timestamptz not null
);
create table proof_codes (
  id uuid constraint proof_codes_pkey primary key,
  purpose text not null,
  key text not null,
  browser_hash bytea not null,
  invitation_id uuid,
  account_id uuid,
  reference text,
  code_hash text not null,
  tries integer not null default 0,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  ended_at timestamptz
);
create index proof_codes_key_idx on proof_codes (key);
create index proof_codes_expires_idx on proof_codes (expires_at);
create table api_keys (
  id uuid constraint api_keys_pkey primary key,
  organization_id uuid not null constraint api_keys_organization_fkey references organizations on delete cascade,
  name text not null,
  role text not null,
  key_hash bytea not null constraint api_keys_hash_key unique,
  hint text not null,
  maker_account_id uuid,
  created_at timestamptz not null,
  last_used_at timestamptz,
  ended_at timestamptz
);
create index api_keys_organization_idx on api_keys (organization_id);
create table idempotency_keys (
  scope_hash bytea constraint idempotency_keys_pkey primary key,
  request_hash bytea not null,
  status integer,
  answer_encrypted text,
  created_at timestamptz not null,
  expires_at timestamptz not null
);
create table events (
  id uuid constraint events_pkey primary key,
  organization_id uuid,
  type text not null,
  at timestamptz not null,
  actor jsonb not null,
  subject_type text,
  subject_id uuid,
  subject_email text,
  subject_key text,
  account_id uuid,
  rule text,
  outcome text,
  reason text,
  next_actor text,
  inputs jsonb,
  before jsonb,
  after jsonb,
  data jsonb
);
create index events_page_idx on events (organization_id, id);
create index events_key_idx on events (organization_id, subject_key, id) where subject_key is not null;
create index events_account_idx on events (account_id, id) where account_id is not null;
create function events_append_only() returns trigger language plpgsql as $$ begin raise exception 'events are append-only'; end $$;
create trigger events_append_only before update or delete on events for each row execute function events_append_only();
create table outbox (
  id uuid constraint outbox_pkey primary key,
  kind text not null constraint outbox_kind_check check (kind in ('mail','webhook')),
  organization_id uuid,
  event_id uuid,
  endpoint_id uuid,
  delivery_id uuid,
  payload_encrypted text,
  state text not null constraint outbox_state_check check (state in ('queued','done','failed')),
  attempts integer not null default 0,
  next_at timestamptz not null,
  last_error text,
  created_at timestamptz not null,
  done_at timestamptz,
  constraint outbox_what_check check ((kind = 'mail' and endpoint_id is null and event_id is null) or (kind = 'webhook' and endpoint_id is not null and event_id is not null))
);
create index outbox_queue_idx on outbox (next_at) where state = 'queued';
create table webhook_endpoints (
  id uuid constraint webhook_endpoints_pkey primary key,
  organization_id uuid constraint webhook_endpoints_organization_fkey references organizations on delete cascade,
  url text not null,
  events text[] not null,
  secret_encrypted text not null,
  created_at timestamptz not null,
  ended_at timestamptz
);
create table webhook_attempts (
  id uuid constraint webhook_attempts_pkey primary key,
  endpoint_id uuid not null constraint webhook_attempts_endpoint_fkey references webhook_endpoints on delete cascade,
  event_id uuid not null,
  at timestamptz not null,
  outcome text not null constraint webhook_attempts_outcome_check check (outcome in ('delivered','failed')),
  response_status integer,
  error text
);
create index webhook_attempts_page_idx on webhook_attempts (endpoint_id, id);
create table mailbox (
  id uuid constraint mailbox_pkey primary key,
  to_address text not null,
  message jsonb not null,
  sent_at timestamptz not null
);
create index mailbox_to_idx on mailbox (to_address, id);
create unlogged table rate_limits (
  key varchar(255) constraint rate_limits_pkey primary key,
  points integer not null default 0,
  expire bigint
);
create table dev_clock (
  one boolean constraint dev_clock_pkey primary key default true constraint dev_clock_one_check check (one),
  offset_seconds bigint not null
);
`

export class Spine1764000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const part of [people, directories, connections, memberships, access]) await runner.query(part)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop schema public cascade; create schema public')
  }
}
