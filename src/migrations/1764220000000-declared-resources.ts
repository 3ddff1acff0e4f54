// Resources of the types that an operator declares, and the values that are unique among all resources of a directory.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
create table directory_resources (
  id uuid constraint directory_resources_pkey primary key,
  directory_id uuid not null constraint directory_resources_directory_fkey references directories on delete cascade,
  resource_type text not null,
  external_id text,
  attributes jsonb not null,
  version integer not null default 1,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index directory_resources_page_idx on directory_resources (directory_id, resource_type, id);
create index directory_resources_external_id_idx on directory_resources (directory_id, resource_type, external_id)
  where external_id is not null;
create trigger directory_resources_page_change after insert or delete on directory_resources for each row execute function note_page_change();
create table directory_unique_values (
  directory_id uuid constraint directory_unique_values_directory_fkey references directories on delete cascade,
  name text,
  value_hash bytea,
  directory_user_id uuid constraint directory_unique_values_user_fkey references directory_users on delete cascade,
  directory_group_id uuid constraint directory_unique_values_group_fkey references directory_groups on delete cascade,
  directory_resource_id uuid constraint directory_unique_values_resource_fkey references directory_resources on delete cascade,
  constraint directory_unique_values_pkey primary key (directory_id, name, value_hash),
  constraint directory_unique_values_holder_check check (num_nonnulls(directory_user_id, directory_group_id, directory_resource_id) = 1)
);
create index directory_unique_values_user_idx on directory_unique_values (directory_user_id) where directory_user_id is not null;
create index directory_unique_values_group_idx on directory_unique_values (directory_group_id) where directory_group_id is not null;
create index directory_unique_values_resource_idx on directory_unique_values (directory_resource_id)
  where directory_resource_id is not null;
`

const down = `
drop table directory_unique_values;
drop table directory_resources;
`

export class DeclaredResources1764220000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
