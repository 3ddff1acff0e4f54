// The tables of OAuth clients, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const oauthClientSchema = new EntitySchema({
  name: 'oauth_clients',
  columns: {
    id: key('uuid', 'oauth_clients_pkey'),
    directory_id: must('uuid'),
    label: must('text'),
    assertion: may('jsonb'),
    expires_at: may('timestamptz'),
    last_used_at: may('timestamptz'),
    created_at: must('timestamptz'),
  },
  indices: [{ name: 'oauth_clients_directory_idx', columns: ['directory_id', 'id'] }],
  foreignKeys: [reference('oauth_clients_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})

export const oauthSecretSchema = new EntitySchema({
  name: 'oauth_secrets',
  columns: {
    id: key('uuid', 'oauth_secrets_pkey'),
    client_id: must('uuid'),
    secret_hash: must('bytea'),
    hint: must('text'),
    expires_at: may('timestamptz'),
    last_used_at: may('timestamptz'),
    created_at: must('timestamptz'),
  },
  indices: [{ name: 'oauth_secrets_client_idx', columns: ['client_id', 'id'] }],
  foreignKeys: [reference('oauth_secrets_client_fkey', 'client_id', 'oauth_clients', 'CASCADE')],
})

export const oauthAssertionSchema = new EntitySchema({
  name: 'oauth_assertions',
  columns: {
    client_id: key('uuid', 'oauth_assertions_pkey'),
    key: key('bytea', 'oauth_assertions_pkey'),
    expires_at: must('timestamptz'),
  },
  indices: [{ name: 'oauth_assertions_expires_idx', columns: ['expires_at'] }],
  foreignKeys: [reference('oauth_assertions_client_fkey', 'client_id', 'oauth_clients', 'CASCADE')],
})
