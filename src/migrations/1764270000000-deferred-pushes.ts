// People whose groups changed among many: they are settled one by one after the push, and until then stand here.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
create table deferred_pushes (
  record_id uuid constraint deferred_pushes_pkey primary key constraint deferred_pushes_record_fkey references directory_users on delete cascade,
  directory_id uuid not null,
  at timestamptz not null
);
create index deferred_pushes_order_idx on deferred_pushes (at, record_id);
`

const down = `
drop table deferred_pushes;
`

export class DeferredPushes1764270000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
