// Keys that stopped with their maker stay stopped until somebody adopts them; deliveries know the address that they went to.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
alter table api_keys add column stopped_at timestamptz;
alter table deliveries add column to_key text;
update deliveries d set to_key = i.key from invitations i where i.id = d.invitation_id and d.channel = 'email';
create index deliveries_to_idx on deliveries (to_key, created_at);
`

const down = `
alter table deliveries drop column to_key;
alter table api_keys drop column stopped_at;
`

export class Limits1764100000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
