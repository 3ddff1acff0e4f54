// Every thousandth person and group of a directory is marked with its number: totals are exact and far pages near without counting all.
import type { MigrationInterface, QueryRunner } from 'typeorm'

const up = `
create table page_marks (
  directory_id uuid not null constraint page_marks_directory_fkey references directories on delete cascade,
  kind text not null,
  id uuid not null,
  position bigint not null,
  constraint page_marks_pkey primary key (directory_id, kind, id)
);
create index page_marks_position_idx on page_marks (directory_id, kind, position);
create table page_mark_notes (
  note uuid constraint page_mark_notes_pkey primary key,
  directory_id uuid not null constraint page_mark_notes_directory_fkey references directories on delete cascade,
  kind text not null,
  id uuid not null,
  delta integer not null constraint page_mark_notes_delta_check check (delta in (1, -1))
);
create index page_mark_notes_place_idx on page_mark_notes (directory_id, kind, id);

-- The kind is the trigger's argument or, without one, the row's own resource_type. What stands in store/page-marks.ts says why: a shared lock until the commit, then a look for marks in a snapshot taken after it.
create function note_page_change() returns trigger language plpgsql as $$
declare
  named text := tg_argv[0];
begin
  if tg_op = 'INSERT' then
    if named is null then named := new.resource_type; end if;
    perform pg_advisory_xact_lock_shared(uuid_hash_extended(new.directory_id, 4283112908));
    if exists (select 1 from page_marks m where m.directory_id = new.directory_id and m.kind = named and m.id >= new.id) then
      insert into page_mark_notes (note, directory_id, kind, id, delta) values (gen_random_uuid(), new.directory_id, named, new.id, 1);
    end if;
  else
    if named is null then named := old.resource_type; end if;
    perform pg_advisory_xact_lock_shared(uuid_hash_extended(old.directory_id, 4283112908));
    if exists (select 1 from page_marks m where m.directory_id = old.directory_id and m.kind = named and m.id >= old.id) then
      -- A directory that is being deleted takes its marks with it.
      insert into page_mark_notes (note, directory_id, kind, id, delta)
        select gen_random_uuid(), d.id, named, old.id, -1 from directories d where d.id = old.directory_id;
    end if;
  end if;
  return null;
end $$;
create trigger directory_users_page_change after insert or delete on directory_users for each row execute function note_page_change('User');
create trigger directory_groups_page_change after insert or delete on directory_groups for each row execute function note_page_change('Group');

-- People without an externalId stand in the index too, so that it holds the whole order by externalId.
drop index directory_users_external_id_key;
create unique index directory_users_external_id_key on directory_users (directory_id, external_id);
-- The order by meta.created; an index that grows at its end costs a create next to nothing.
create index directory_users_created_idx on directory_users (directory_id, created_at, id);
`

const down = `
drop index directory_users_created_idx;
drop index directory_users_external_id_key;
create unique index directory_users_external_id_key on directory_users (directory_id, external_id) where external_id is not null;
drop trigger directory_groups_page_change on directory_groups;
drop trigger directory_users_page_change on directory_users;
drop function note_page_change();
drop table page_mark_notes;
drop table page_marks;
`

export class PageMarks1764210000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(up)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(down)
  }
}
