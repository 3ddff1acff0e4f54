// The tables of invitations, their deliveries and consents, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const invitationSchema = new EntitySchema({
  name: 'invitations',
  columns: {
    id: key('uuid', 'invitations_pkey'),
    organization_id: must('uuid'),
    email: must('text'),
    key: must('text'),
    role: must('text'),
    project_ids: must('uuid', { array: true }),
    expires_at: must('timestamptz'),
    message: may('text'),
    language: may('text'),
    invited_by_type: must('text'),
    invited_by_id: may('uuid'),
    inviter_account_id: may('uuid'),
    granting: must('boolean'),
    directory_user_id: may('uuid'),
    status: must('text'),
    status_reason: may('text'),
    settled_at: may('timestamptz'),
    account_id: may('uuid'),
    superseded_by: may('uuid'),
    role_ended_at: may('timestamptz'),
    ended_at: may('timestamptz'),
    asked_at: may('timestamptz'),
    created_at: must('timestamptz'),
    updated_at: must('timestamptz'),
  },
  checks: [
    {
      name: 'invitations_invited_by_check',
      expression:
        "invited_by_type = ANY (ARRAY['member'::text, 'key'::text, 'directory'::text, 'host'::text])",
    },
    {
      name: 'invitations_status_check',
      expression:
        "status = ANY (ARRAY['pending'::text, 'accepted'::text, 'accepted_waiting'::text, 'declined'::text, 'revoked'::text, 'superseded'::text, 'satisfied'::text])",
    },
  ],
  indices: [
    { name: 'invitations_account_idx', columns: ['account_id'], where: 'account_id IS NOT NULL' },
    {
      name: 'invitations_directory_user_idx',
      columns: ['directory_user_id'],
      where: 'directory_user_id IS NOT NULL',
    },
    { name: 'invitations_key_idx', columns: ['organization_id', 'key'] },
    {
      name: 'invitations_open_key',
      columns: ['organization_id', 'key'],
      unique: true,
      where: "status = ANY (ARRAY['pending'::text, 'accepted_waiting'::text])",
    },
    { name: 'invitations_page_idx', columns: ['organization_id', 'id'] },
  ],
  foreignKeys: [reference('invitations_organization_fkey', 'organization_id', 'organizations', 'CASCADE')],
})

export const deliverySchema = new EntitySchema({
  name: 'deliveries',
  columns: {
    id: key('uuid', 'deliveries_pkey'),
    invitation_id: must('uuid'),
    channel: must('text'),
    to_key: may('text'),
    token_hash: must('bytea'),
    code_hash: must('text'),
    code_tries: must('integer', { default: 0 }),
    status: must('text'),
    status_detail: may('text'),
    replaced_at: may('timestamptz'),
    created_at: must('timestamptz'),
  },
  uniques: [{ name: 'deliveries_token_key', columns: ['token_hash'] }],
  checks: [
    {
      name: 'deliveries_channel_check',
      expression: "channel = ANY (ARRAY['email'::text, 'link'::text, 'slack'::text])",
    },
    {
      name: 'deliveries_status_check',
      expression:
        "status = ANY (ARRAY['queued'::text, 'sent'::text, 'bounced'::text, 'complained'::text, 'deferred'::text])",
    },
  ],
  indices: [
    { name: 'deliveries_invitation_idx', columns: ['invitation_id'] },
    { name: 'deliveries_to_idx', columns: ['to_key', 'created_at'] },
  ],
  foreignKeys: [reference('deliveries_invitation_fkey', 'invitation_id', 'invitations', 'CASCADE')],
})

export const deliveryOpeningSchema = new EntitySchema({
  name: 'delivery_openings',
  columns: {
    id: key('uuid', 'delivery_openings_pkey'),
    delivery_id: must('uuid'),
    at: must('timestamptz'),
    method: must('text'),
    class: must('text'),
    agent: may('text'),
    account_id: may('uuid'),
  },
  checks: [
    {
      name: 'delivery_openings_class_check',
      expression: "class = ANY (ARRAY['likely-scanner'::text, 'likely-person'::text, 'unknown'::text])",
    },
  ],
  indices: [{ name: 'delivery_openings_delivery_idx', columns: ['delivery_id', 'at'] }],
  foreignKeys: [reference('delivery_openings_delivery_fkey', 'delivery_id', 'deliveries', 'CASCADE')],
})

export const consentSchema = new EntitySchema({
  name: 'consents',
  columns: {
    id: key('uuid', 'consents_pkey'),
    invitation_id: must('uuid'),
    account_id: must('uuid'),
    proof: must('text'),
    at: must('timestamptz'),
    ended_at: may('timestamptz'),
  },
  indices: [
    { name: 'consents_account_idx', columns: ['account_id'] },
    { name: 'consents_live_key', columns: ['invitation_id'], unique: true, where: 'ended_at IS NULL' },
  ],
  foreignKeys: [
    reference('consents_account_fkey', 'account_id', 'accounts', 'CASCADE'),
    reference('consents_invitation_fkey', 'invitation_id', 'invitations', 'CASCADE'),
  ],
})
