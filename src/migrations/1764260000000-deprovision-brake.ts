// The brake on mass deprovisioning (H7): holds, whom they keep, and the question that an owner answers.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
alter table conflicts add column directory_id uuid;
alter table directory_tombstones add column group_ids uuid[] not null default '{}';
create table deprovision_holds (
  id uuid constraint deprovision_holds_pkey primary key constraint deprovision_holds_conflict_fkey references conflicts on delete cascade,
  organization_id uuid not null,
  directory_id uuid not null constraint deprovision_holds_directory_fkey references directories on delete cascade,
  from_at timestamptz not null,
  until_at timestamptz not null,
  state text not null constraint deprovision_holds_state_check check (state in ('open','confirmed','restored'))
);
create unique index deprovision_holds_open_key on deprovision_holds (directory_id) where state = 'open';
create index deprovision_holds_organization_idx on deprovision_holds (organization_id);
alter table memberships add column brake_hold_id uuid;
create index memberships_held_idx on memberships (brake_hold_id) where brake_hold_id is not null;
create index events_suspended_idx on events (organization_id, at) where type = 'member.suspended';
`

const down = `
drop index events_suspended_idx;
drop index memberships_held_idx;
alter table memberships drop column brake_hold_id;
drop table deprovision_holds;
alter table directory_tombstones drop column group_ids;
alter table conflicts drop column directory_id;
`

export class DeprovisionBrake1764260000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
