// The tables of memberships and of what waits for a person, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const membershipSchema = new EntitySchema({
  name: 'memberships',
  columns: {
    id: key('uuid', 'memberships_pkey'),
    organization_id: must('uuid'),
    account_id: must('uuid'),
    status: must('text'),
    status_reason: may('text'),
    role: may('text'),
    email: may('text'),
    email_key: may('text'),
    display_name: may('text'),
    consented_at: may('timestamptz'),
    owner_since: may('timestamptz'),
    suspended_by_admin_at: may('timestamptz'),
    directory_suspended_at: may('timestamptz'),
    removed_at: may('timestamptz'),
    removed_by: may('text'),
    allowed_at: may('timestamptz'),
    held_at: may('timestamptz'),
    guard_cause: may('text'),
    brake_hold_id: may('uuid'),
    created_at: must('timestamptz'),
    updated_at: must('timestamptz'),
  },
  uniques: [{ name: 'memberships_organization_account_key', columns: ['organization_id', 'account_id'] }],
  checks: [
    {
      name: 'memberships_removed_by_check',
      expression: "removed_by = ANY (ARRAY['admin'::text, 'person'::text, 'directory'::text])",
    },
    {
      name: 'memberships_status_check',
      expression: "status = ANY (ARRAY['active'::text, 'waiting'::text, 'suspended'::text, 'removed'::text])",
    },
  ],
  indices: [
    { name: 'memberships_account_idx', columns: ['account_id'] },
    {
      name: 'memberships_held_idx',
      columns: ['brake_hold_id'],
      where: 'brake_hold_id IS NOT NULL',
    },
    { name: 'memberships_owner_idx', columns: ['organization_id'], where: 'owner_since IS NOT NULL' },
    { name: 'memberships_page_idx', columns: ['organization_id', 'id'] },
  ],
  foreignKeys: [
    reference('memberships_account_fkey', 'account_id', 'accounts', 'CASCADE'),
    reference('memberships_organization_fkey', 'organization_id', 'organizations', 'CASCADE'),
  ],
})

export const membershipKeySchema = new EntitySchema({
  name: 'membership_keys',
  columns: {
    membership_id: key('uuid', 'membership_keys_pkey'),
    organization_id: must('uuid'),
    key: key('text', 'membership_keys_pkey'),
    kind: key('text', 'membership_keys_pkey'),
  },
  checks: [
    { name: 'membership_keys_kind_check', expression: "kind = ANY (ARRAY['joined'::text, 'record'::text])" },
  ],
  indices: [{ name: 'membership_keys_key_idx', columns: ['organization_id', 'key'] }],
  foreignKeys: [reference('membership_keys_membership_fkey', 'membership_id', 'memberships', 'CASCADE')],
})

export const manualGrantSchema = new EntitySchema({
  name: 'manual_grants',
  columns: {
    id: key('uuid', 'manual_grants_pkey'),
    membership_id: must('uuid'),
    role: may('text'),
    project_id: may('uuid'),
    given_at: must('timestamptz'),
    given_by: may('text'),
    ended_at: may('timestamptz'),
  },
  checks: [{ name: 'manual_grants_what_check', expression: '(role IS NULL) <> (project_id IS NULL)' }],
  indices: [{ name: 'manual_grants_membership_idx', columns: ['membership_id'], where: 'ended_at IS NULL' }],
  foreignKeys: [reference('manual_grants_membership_fkey', 'membership_id', 'memberships', 'CASCADE')],
})

export const grantSchema = new EntitySchema({
  name: 'grants',
  columns: {
    membership_id: key('uuid', 'grants_pkey'),
    position: key('integer', 'grants_pkey'),
    role: may('text'),
    project_id: may('uuid'),
    origin_type: must('text'),
    origin_ref: may('text'),
    because: must('text'),
  },
  checks: [{ name: 'grants_what_check', expression: '(role IS NULL) <> (project_id IS NULL)' }],
  foreignKeys: [
    reference('grants_membership_fkey', 'membership_id', 'memberships', 'CASCADE'),
    reference('grants_project_fkey', 'project_id', 'projects', 'CASCADE'),
  ],
})

export const conflictSchema = new EntitySchema({
  name: 'conflicts',
  columns: {
    id: key('uuid', 'conflicts_pkey'),
    organization_id: must('uuid'),
    kind: must('text'),
    state: must('text'),
    fingerprint: must('text'),
    key: may('text'),
    account_id: may('uuid'),
    connection_id: may('uuid'),
    subject: may('jsonb'),
    directory_user_id: may('uuid'),
    directory_id: may('uuid'),
    membership_id: may('uuid'),
    choices: must('text', { array: true }),
    detail: must('text'),
    resolution: may('jsonb'),
    created_at: must('timestamptz'),
    resolved_at: may('timestamptz'),
  },
  checks: [
    { name: 'conflicts_state_check', expression: "state = ANY (ARRAY['open'::text, 'resolved'::text])" },
  ],
  indices: [
    {
      name: 'conflicts_open_key',
      columns: ['organization_id', 'fingerprint'],
      unique: true,
      where: "state = 'open'::text",
    },
    { name: 'conflicts_account_idx', columns: ['account_id'], where: 'account_id IS NOT NULL' },
    {
      name: 'conflicts_directory_user_idx',
      columns: ['directory_user_id'],
      where: 'directory_user_id IS NOT NULL',
    },
    { name: 'conflicts_key_idx', columns: ['organization_id', 'key'], where: 'key IS NOT NULL' },
    { name: 'conflicts_page_idx', columns: ['organization_id', 'id'] },
  ],
  foreignKeys: [reference('conflicts_organization_fkey', 'organization_id', 'organizations', 'CASCADE')],
})

export const approvalSchema = new EntitySchema({
  name: 'approvals',
  columns: {
    id: key('uuid', 'approvals_pkey'),
    organization_id: must('uuid'),
    kind: must('text'),
    state: must('text'),
    invitation_id: may('uuid'),
    account_id: may('uuid'),
    decided_by: may('jsonb'),
    created_at: must('timestamptz'),
    decided_at: may('timestamptz'),
  },
  checks: [
    {
      name: 'approvals_kind_check',
      expression: "kind = ANY (ARRAY['role'::text, 'seat'::text, 'address'::text])",
    },
    {
      name: 'approvals_state_check',
      expression: "state = ANY (ARRAY['open'::text, 'approved'::text, 'declined'::text])",
    },
  ],
  indices: [
    { name: 'approvals_key', columns: ['invitation_id', 'kind', 'account_id'], unique: true },
    { name: 'approvals_page_idx', columns: ['organization_id', 'id'] },
  ],
  foreignKeys: [
    reference('approvals_invitation_fkey', 'invitation_id', 'invitations', 'CASCADE'),
    reference('approvals_organization_fkey', 'organization_id', 'organizations', 'CASCADE'),
  ],
})
