// The tables of declared resources and of unique values, as TypeORM knows them.
import { EntitySchema } from 'typeorm'
import { key, may, must, reference } from './table.ts'

export const directoryResourceSchema = new EntitySchema({
  name: 'directory_resources',
  columns: {
    id: key('uuid', 'directory_resources_pkey'),
    directory_id: must('uuid'),
    resource_type: must('text'),
    external_id: may('text'),
    attributes: must('jsonb'),
    version: must('integer', { default: 1 }),
    created_at: must('timestamptz'),
    updated_at: must('timestamptz'),
  },
  indices: [
    { name: 'directory_resources_page_idx', columns: ['directory_id', 'resource_type', 'id'] },
    {
      name: 'directory_resources_external_id_idx',
      columns: ['directory_id', 'resource_type', 'external_id'],
      where: 'external_id IS NOT NULL',
    },
  ],
  foreignKeys: [reference('directory_resources_directory_fkey', 'directory_id', 'directories', 'CASCADE')],
})

export const directoryUniqueValueSchema = new EntitySchema({
  name: 'directory_unique_values',
  columns: {
    directory_id: key('uuid', 'directory_unique_values_pkey'),
    name: key('text', 'directory_unique_values_pkey'),
    value_hash: key('bytea', 'directory_unique_values_pkey'),
    directory_user_id: may('uuid'),
    directory_group_id: may('uuid'),
    directory_resource_id: may('uuid'),
  },
  checks: [
    {
      name: 'directory_unique_values_holder_check',
      expression: 'num_nonnulls(directory_user_id, directory_group_id, directory_resource_id) = 1',
    },
  ],
  indices: ['user', 'group', 'resource'].map((holder) => ({
    name: `directory_unique_values_${holder}_idx`,
    columns: [`directory_${holder}_id`],
    where: `directory_${holder}_id IS NOT NULL`,
  })),
  foreignKeys: [
    reference('directory_unique_values_directory_fkey', 'directory_id', 'directories', 'CASCADE'),
    reference('directory_unique_values_user_fkey', 'directory_user_id', 'directory_users', 'CASCADE'),
    reference('directory_unique_values_group_fkey', 'directory_group_id', 'directory_groups', 'CASCADE'),
    reference(
      'directory_unique_values_resource_fkey',
      'directory_resource_id',
      'directory_resources',
      'CASCADE',
    ),
  ],
})
