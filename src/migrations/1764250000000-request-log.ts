// The log of a directory's requests: by whom, with what to know of them, and where lines were lost; what is notable is kept apart.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
alter table directory_requests
  add column user_agent text,
  add column credential text,
  add column findings jsonb not null default '[]',
  add column notable boolean not null default false,
  add column lost_before integer not null default 0;
update directory_requests set notable = true where status >= 400;
create index directory_requests_notable_idx on directory_requests (directory_id, notable, id);
`

const down = `
alter table directory_requests
  drop column user_agent,
  drop column credential,
  drop column findings,
  drop column notable,
  drop column lost_before;
`

export class RequestLog1764250000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
