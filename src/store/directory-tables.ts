// The tables of directories and their records, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const directorySchema = new EntitySchema({
  name: 'directories',
  columns: {
    id: key('uuid', 'directories_pkey'),
    organization_id: must('uuid'),
    name: must('text'),
    preset: must('text'),
    notify: must('boolean'),
    status: must('text'),
    created_at: must('timestamptz'),
    announces: must('boolean', { default: false }),
  },
  checks: [
    {
      name: 'directories_status_check',
      expression: "status = ANY (ARRAY['active'::text, 'test'::text, 'disconnected'::text])",
    },
  ],
  indices: [{ name: 'directories_organization_idx', columns: ['organization_id'] }],
  foreignKeys: [reference('directories_organization_fkey', 'organization_id', 'organizations', 'CASCADE')],
})

export const directoryTokenSchema = new EntitySchema({
  name: 'directory_tokens',
  columns: {
    id: key('uuid', 'directory_tokens_pkey'),
    directory_id: must('uuid'),
    label: must('text'),
    token_hash: must('bytea'),
    hint: must('text'),
    expires_at: may('timestamptz'),
    last_used_at: may('timestamptz'),
    created_at: must('timestamptz'),
    oauth_client_id: may('uuid'),
    oauth_secret_id: may('uuid'),
  },
  uniques: [{ name: 'directory_tokens_hash_key', columns: ['token_hash'] }],
  indices: [
    { name: 'directory_tokens_directory_idx', columns: ['directory_id'] },
    {
      name: 'directory_tokens_expires_idx',
      columns: ['expires_at'],
      where: 'oauth_client_id IS NOT NULL',
    },
    {
      name: 'directory_tokens_oauth_client_idx',
      columns: ['oauth_client_id'],
      where: 'oauth_client_id IS NOT NULL',
    },
    {
      name: 'directory_tokens_oauth_secret_idx',
      columns: ['oauth_secret_id'],
      where: 'oauth_secret_id IS NOT NULL',
    },
  ],
  foreignKeys: [
    reference('directory_tokens_directory_fkey', 'directory_id', 'directories', 'CASCADE'),
    reference('directory_tokens_oauth_client_fkey', 'oauth_client_id', 'oauth_clients', 'CASCADE'),
    reference('directory_tokens_oauth_secret_fkey', 'oauth_secret_id', 'oauth_secrets', 'CASCADE'),
  ],
})

export const directoryUserSchema = new EntitySchema({
  name: 'directory_users',
  columns: {
    id: key('uuid', 'directory_users_pkey'),
    directory_id: must('uuid'),
    organization_id: must('uuid'),
    user_name: must('text'),
    user_name_key: must('text'),
    external_id: may('text'),
    email: may('text'),
    email_key: may('text'),
    display_name: may('text'),
    display_name_key: may('text'),
    active: must('boolean'),
    attributes: must('jsonb'),
    account_id: may('uuid'),
    bound_rule: may('text'),
    bound_at: may('timestamptz'),
    inactive_since: may('timestamptz'),
    role_fell_at: may('timestamptz'),
    frozen_at: may('timestamptz'),
    version: must('integer', { default: 1 }),
    created_at: must('timestamptz'),
    updated_at: must('timestamptz'),
  },
  uniques: [{ name: 'directory_users_user_name_key', columns: ['directory_id', 'user_name_key'] }],
  indices: [
    { name: 'directory_users_account_idx', columns: ['account_id'], where: 'account_id IS NOT NULL' },
    { name: 'directory_users_created_idx', columns: ['directory_id', 'created_at', 'id'] },
    {
      name: 'directory_users_email_idx',
      columns: ['organization_id', 'email_key'],
      where: 'email_key IS NOT NULL',
    },
    {
      name: 'directory_users_external_id_key',
      columns: ['directory_id', 'external_id'],
      unique: true,
    },
    { name: 'directory_users_page_idx', columns: ['directory_id', 'id'] },
  ],
  foreignKeys: [
    reference('directory_users_account_fkey', 'account_id', 'accounts'),
    reference('directory_users_directory_fkey', 'directory_id', 'directories', 'CASCADE'),
  ],
})

export const directoryUserEmailSchema = new EntitySchema({
  name: 'directory_user_emails',
  columns: {
    directory_user_id: key('uuid', 'directory_user_emails_pkey'),
    position: key('integer', 'directory_user_emails_pkey'),
    directory_id: must('uuid'),
    value: must('text'),
    key: must('text'),
    type: may('text'),
    is_primary: must('boolean'),
  },
  indices: [{ name: 'directory_user_emails_key_idx', columns: ['directory_id', 'key'] }],
  foreignKeys: [
    reference('directory_user_emails_user_fkey', 'directory_user_id', 'directory_users', 'CASCADE'),
  ],
})

export const directoryGroupSchema = new EntitySchema({
  name: 'directory_groups',
  columns: {
    id: key('uuid', 'directory_groups_pkey'),
    directory_id: must('uuid'),
    organization_id: must('uuid'),
    display_name: must('text'),
    display_name_key: must('text'),
    external_id: may('text'),
    attributes: must('jsonb'),
    version: must('integer', { default: 1 }),
    created_at: must('timestamptz'),
    updated_at: must('timestamptz'),
  },
  indices: [
    { name: 'directory_groups_display_name_idx', columns: ['directory_id', 'display_name_key'] },
    {
      name: 'directory_groups_external_id_key',
      columns: ['directory_id', 'external_id'],
      unique: true,
      where: 'external_id IS NOT NULL',
    },
    { name: 'directory_groups_page_idx', columns: ['directory_id', 'id'] },
  ],
  foreignKeys: [reference('directory_groups_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})

export const directoryGroupMemberSchema = new EntitySchema({
  name: 'directory_group_members',
  columns: {
    group_id: key('uuid', 'directory_group_members_pkey'),
    directory_user_id: key('uuid', 'directory_group_members_pkey'),
    added_at: must('timestamptz'),
  },
  indices: [{ name: 'directory_group_members_user_idx', columns: ['directory_user_id'] }],
  foreignKeys: [
    reference('directory_group_members_group_fkey', 'group_id', 'directory_groups', 'CASCADE'),
    reference('directory_group_members_user_fkey', 'directory_user_id', 'directory_users', 'CASCADE'),
  ],
})

export const directoryTombstoneSchema = new EntitySchema({
  name: 'directory_tombstones',
  columns: {
    id: key('uuid', 'directory_tombstones_pkey'),
    directory_id: must('uuid'),
    organization_id: must('uuid'),
    record_id: must('uuid'),
    external_id: may('text'),
    user_name_key: must('text'),
    keys: must('text', { array: true }),
    account_id: may('uuid'),
    was_active: must('boolean'),
    group_ids: must('uuid', { array: true, default: '{}' }),
    cause: must('text'),
    deleted_at: must('timestamptz'),
    ended_at: may('timestamptz'),
  },
  checks: [
    {
      name: 'directory_tombstones_cause_check',
      expression: "cause = ANY (ARRAY['deleted'::text, 'replaced'::text])",
    },
  ],
  indices: [
    {
      name: 'directory_tombstones_account_idx',
      columns: ['organization_id', 'account_id'],
      where: 'ended_at IS NULL',
    },
    {
      name: 'directory_tombstones_external_idx',
      columns: ['directory_id', 'external_id'],
      where: 'ended_at IS NULL',
    },
    // A GIN index, which an EntitySchema cannot describe.
    { name: 'directory_tombstones_keys_idx', synchronize: false },
    // On an expression, which it cannot either.
    { name: 'directory_tombstones_key_idx', synchronize: false },
  ],
  foreignKeys: [reference('directory_tombstones_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})

export const directoryRequestSchema = new EntitySchema({
  name: 'directory_requests',
  columns: {
    id: key('uuid', 'directory_requests_pkey'),
    directory_id: must('uuid'),
    at: must('timestamptz'),
    method: must('text'),
    path: must('text'),
    status: must('integer'),
    request_body: may('text'),
    response_body: may('text'),
    duration_ms: must('integer'),
    user_agent: may('text'),
    credential: may('text'),
    findings: must('jsonb', { default: [] }),
    notable: must('boolean', { default: false }),
    lost_before: must('integer', { default: 0 }),
  },
  indices: [
    { name: 'directory_requests_notable_idx', columns: ['directory_id', 'notable', 'id'] },
    { name: 'directory_requests_page_idx', columns: ['directory_id', 'id'] },
  ],
  foreignKeys: [reference('directory_requests_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})
