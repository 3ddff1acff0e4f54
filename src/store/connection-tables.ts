// The tables of connections, identities, sign-ins and role mappings, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const connectionSchema = new EntitySchema({
  name: 'connections',
  columns: {
    id: key('uuid', 'connections_pkey'),
    organization_id: must('uuid'),
    name: must('text'),
    status: must('text'),
    idp_entity_id: must('text'),
    sso_url: must('text'),
    sso_binding: must('text'),
    certificates: must('jsonb'),
    metadata_url: may('text'),
    idp_initiated: must('text'),
    directory_id: may('uuid'),
    directory_match: must('text'),
    attributes: must('jsonb'),
    preset: must('text'),
    legacy: must('jsonb'),
    max_assertion_minutes: must('integer'),
    comparable: must('boolean', { default: false }),
    sp_key_encrypted: must('text'),
    sp_certificate: must('text'),
    created_at: must('timestamptz'),
    deleted_at: may('timestamptz'),
  },
  checks: [
    {
      name: 'connections_binding_check',
      expression: "sso_binding = ANY (ARRAY['redirect'::text, 'post'::text])",
    },
    {
      name: 'connections_idp_initiated_check',
      expression: "idp_initiated = ANY (ARRAY['accept'::text, 'restart'::text, 'off'::text])",
    },
    {
      name: 'connections_match_check',
      expression: "directory_match = ANY (ARRAY['userName'::text, 'externalId'::text, 'email'::text])",
    },
    {
      name: 'connections_status_check',
      expression: "status = ANY (ARRAY['test'::text, 'active'::text, 'off'::text])",
    },
  ],
  indices: [
    {
      name: 'connections_directory_idx',
      columns: ['directory_id'],
      where: 'directory_id IS NOT NULL',
    },
    { name: 'connections_organization_idx', columns: ['organization_id'] },
  ],
  foreignKeys: [
    reference('connections_directory_fkey', 'directory_id', 'directories', 'SET NULL'),
    reference('connections_organization_fkey', 'organization_id', 'organizations', 'CASCADE'),
  ],
})

export const identitySchema = new EntitySchema({
  name: 'identities',
  columns: {
    id: key('uuid', 'identities_pkey'),
    account_id: must('uuid'),
    organization_id: must('uuid'),
    connection_id: must('uuid'),
    name_id: must('text'),
    format: must('text'),
    name_qualifier: must('text'),
    sp_name_qualifier: must('text'),
    rule: must('text'),
    proof: must('text'),
    automatic: must('boolean'),
    directory_key: may('text'),
    groups: may('text', { array: true }),
    jit_at: may('timestamptz'),
    inactive_since: may('timestamptz'),
    created_at: must('timestamptz'),
    last_used_at: may('timestamptz'),
  },
  indices: [
    {
      name: 'identities_subject_key',
      columns: ['connection_id', 'name_id', 'format', 'name_qualifier', 'sp_name_qualifier'],
      unique: true,
      where: 'inactive_since IS NULL',
    },
    { name: 'identities_account_idx', columns: ['account_id', 'organization_id'] },
    { name: 'identities_directory_key_idx', columns: ['connection_id', 'directory_key'] },
  ],
  foreignKeys: [
    reference('identities_account_fkey', 'account_id', 'accounts', 'CASCADE'),
    reference('identities_connection_fkey', 'connection_id', 'connections', 'CASCADE'),
  ],
})

export const identityUndoSchema = new EntitySchema({
  name: 'identity_undos',
  columns: {
    account_id: key('uuid', 'identity_undos_pkey'),
    connection_id: key('uuid', 'identity_undos_pkey'),
    subject: key('text', 'identity_undos_pkey'),
    at: must('timestamptz'),
  },
  foreignKeys: [
    reference('identity_undos_account_fkey', 'account_id', 'accounts', 'CASCADE'),
    reference('identity_undos_connection_fkey', 'connection_id', 'connections', 'CASCADE'),
  ],
})

export const samlRequestSchema = new EntitySchema({
  name: 'saml_requests',
  columns: {
    id: key('text', 'saml_requests_pkey'),
    connection_id: must('uuid'),
    browser_hash: must('bytea'),
    relay_state_hash: must('bytea'),
    return_to: may('text'),
    intent: must('jsonb'),
    created_at: must('timestamptz'),
    expires_at: must('timestamptz'),
  },
  indices: [{ name: 'saml_requests_expires_idx', columns: ['expires_at'] }],
  foreignKeys: [reference('saml_requests_connection_fkey', 'connection_id', 'connections', 'CASCADE')],
})

export const samlAssertionSchema = new EntitySchema({
  name: 'saml_assertions',
  columns: {
    connection_id: key('uuid', 'saml_assertions_pkey'),
    assertion_id: key('text', 'saml_assertions_pkey'),
    expires_at: must('timestamptz'),
  },
  indices: [{ name: 'saml_assertions_expires_idx', columns: ['expires_at'] }],
  foreignKeys: [reference('saml_assertions_connection_fkey', 'connection_id', 'connections', 'CASCADE')],
})

export const pendingSignInSchema = new EntitySchema({
  name: 'pending_sign_ins',
  columns: {
    id: key('uuid', 'pending_sign_ins_pkey'),
    handle_hash: must('bytea'),
    connection_id: must('uuid'),
    payload: must('jsonb'),
    proven_key: may('text'),
    proven_account_id: may('uuid'),
    expires_at: must('timestamptz'),
    created_at: must('timestamptz'),
  },
  uniques: [{ name: 'pending_sign_ins_handle_key', columns: ['handle_hash'] }],
  indices: [{ name: 'pending_sign_ins_expires_idx', columns: ['expires_at'] }],
  foreignKeys: [reference('pending_sign_ins_connection_fkey', 'connection_id', 'connections', 'CASCADE')],
})

export const signInSchema = new EntitySchema({
  name: 'sign_ins',
  columns: {
    id: key('uuid', 'sign_ins_pkey'),
    organization_id: must('uuid'),
    connection_id: must('uuid'),
    at: must('timestamptz'),
    outcome: must('text'),
    rule: may('text'),
    reason: may('text'),
    name_id: may('text'),
    attributes: must('jsonb'),
    checks: must('jsonb'),
    response_xml: may('text'),
    idp_initiated: must('boolean'),
  },
  checks: [
    {
      name: 'sign_ins_outcome_check',
      expression:
        "outcome = ANY (ARRAY['accepted'::text, 'refused'::text, 'proof_required'::text, 'test'::text])",
    },
  ],
  indices: [{ name: 'sign_ins_page_idx', columns: ['connection_id', 'id'] }],
  foreignKeys: [reference('sign_ins_connection_fkey', 'connection_id', 'connections', 'CASCADE')],
})

export const roleMappingSchema = new EntitySchema({
  name: 'role_mappings',
  columns: {
    id: key('uuid', 'role_mappings_pkey'),
    organization_id: must('uuid'),
    position: must('integer'),
    directory_id: may('uuid'),
    group_id: may('uuid'),
    display_name: may('text'),
    connection_id: may('uuid'),
    value: may('text'),
    role: must('text'),
    project_ids: must('uuid', { array: true }),
    overridable: must('boolean'),
  },
  checks: [
    {
      name: 'role_mappings_group_check',
      expression:
        '((directory_id IS NOT NULL) AND ((group_id IS NOT NULL) OR (display_name IS NOT NULL)) AND (connection_id IS NULL)) OR ((directory_id IS NULL) AND (connection_id IS NOT NULL) AND (value IS NOT NULL))',
    },
  ],
  indices: [
    {
      name: 'role_mappings_directory_idx',
      columns: ['directory_id'],
      where: 'directory_id IS NOT NULL',
    },
    { name: 'role_mappings_organization_idx', columns: ['organization_id', 'position'] },
  ],
  foreignKeys: [
    reference('role_mappings_connection_fkey', 'connection_id', 'connections', 'CASCADE'),
    reference('role_mappings_directory_fkey', 'directory_id', 'directories', 'CASCADE'),
    reference('role_mappings_organization_fkey', 'organization_id', 'organizations', 'CASCADE'),
  ],
})
