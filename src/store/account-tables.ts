// The tables of accounts, their addresses, and what an organization knows beside them, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const projectSchema = new EntitySchema({
  name: 'projects',
  columns: {
    id: key('uuid', 'projects_pkey'),
    organization_id: must('uuid'),
    slug: must('text'),
    name: must('text'),
    created_at: must('timestamptz'),
  },
  uniques: [{ name: 'projects_slug_key', columns: ['organization_id', 'slug'] }],
  foreignKeys: [reference('projects_organization_fkey', 'organization_id', 'organizations', 'CASCADE')],
})

export const domainSchema = new EntitySchema({
  name: 'domains',
  columns: {
    id: key('uuid', 'domains_pkey'),
    organization_id: must('uuid'),
    domain: must('text'),
    include_subdomains: must('boolean'),
    status: must('text'),
    proof_value: must('text'),
    attested: must('boolean', { default: false }),
    verified_at: may('timestamptz'),
    checked_at: may('timestamptz'),
    created_at: must('timestamptz'),
  },
  uniques: [{ name: 'domains_domain_key', columns: ['organization_id', 'domain'] }],
  checks: [
    {
      name: 'domains_status_check',
      expression:
        "status = ANY (ARRAY['pending'::text, 'verified'::text, 'lapsed'::text, 'contested'::text])",
    },
  ],
  indices: [{ name: 'domains_domain_idx', columns: ['domain'] }],
  foreignKeys: [reference('domains_organization_fkey', 'organization_id', 'organizations', 'CASCADE')],
})

export const accountSchema = new EntitySchema({
  name: 'accounts',
  columns: {
    id: key('uuid', 'accounts_pkey'),
    name: may('text'),
    external_id: may('text'),
    created_at: must('timestamptz'),
  },
  uniques: [{ name: 'accounts_external_id_key', columns: ['external_id'] }],
})

export const accountAddressSchema = new EntitySchema({
  name: 'account_addresses',
  columns: {
    id: key('uuid', 'account_addresses_pkey'),
    account_id: must('uuid'),
    address: must('text'),
    key: must('text'),
    verified_at: may('timestamptz'),
    proof: may('text'),
    is_primary: must('boolean'),
    given_by: must('text'),
    resting_since: may('timestamptz'),
    created_at: must('timestamptz'),
  },
  uniques: [{ name: 'account_addresses_account_key_key', columns: ['account_id', 'key'] }],
  checks: [
    {
      name: 'account_addresses_given_by_check',
      expression:
        "given_by = ANY (ARRAY['host'::text, 'person'::text, 'directory'::text, 'connection'::text])",
    },
  ],
  indices: [
    { name: 'account_addresses_key_idx', columns: ['key'] },
    { name: 'account_addresses_primary_key', columns: ['account_id'], unique: true, where: 'is_primary' },
    {
      name: 'account_addresses_verified_key_key',
      columns: ['key'],
      unique: true,
      where: 'verified_at IS NOT NULL',
    },
  ],
  foreignKeys: [reference('account_addresses_account_fkey', 'account_id', 'accounts', 'CASCADE')],
})

export const blockSchema = new EntitySchema({
  name: 'blocks',
  columns: {
    organization_id: key('uuid', 'blocks_pkey'),
    key: key('text', 'blocks_pkey'),
    address: must('text'),
    actor: must('jsonb'),
    created_at: must('timestamptz'),
  },
  foreignKeys: [reference('blocks_organization_fkey', 'organization_id', 'organizations', 'CASCADE')],
})
