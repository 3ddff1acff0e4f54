// Indexes by which the hot calls of the SCIM door ask whether anything is open about a person.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
create index conflicts_key_idx on conflicts (organization_id, key) where key is not null;
create index conflicts_account_idx on conflicts (account_id) where account_id is not null;
create index conflicts_directory_user_idx on conflicts (directory_user_id) where directory_user_id is not null;
create index connections_directory_idx on connections (directory_id) where directory_id is not null;
create index directory_tombstones_key_idx on directory_tombstones (organization_id, (keys[1])) where ended_at is null;
create index role_mappings_directory_idx on role_mappings (directory_id) where directory_id is not null;
`

const down = `
drop index role_mappings_directory_idx;
drop index directory_tombstones_key_idx;
drop index connections_directory_idx;
drop index conflicts_directory_user_idx;
drop index conflicts_account_idx;
drop index conflicts_key_idx;
`

export class HotPaths1764200000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
