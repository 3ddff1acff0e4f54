// Page marks: every thousandth thing of an owner with its number, so that totals are exact and far pages near without counting all.
//
// A mark says how many things stand up to and with its id. Triggers on the marked tables note each thing that comes or goes below the
// last mark as +1 or -1 (ids rise with time, so hardly any comes there), and a number is the mark's own plus the notes up to it. Whoever
// writes holds a shared lock on the directory's marks until it commits and looks for them only then; whoever sets marks needs the lock
// for itself. So no change is under way unseen while marks are set, and none overlooks them afterwards: the sums hold in every snapshot.
import { type Reader, type Statement, statement, type Transaction } from './database.ts'
import { ownerSql, type PageSource, rowsOf } from './page-source.ts'

/** Marks to set or to bring up to date. */
export interface MarksDue {
  readonly source: PageSource
  readonly owner: readonly unknown[]
  /** Whether so much stands unmarked that writers may be asked to wait a moment. */
  readonly isUrgent: boolean
}

const EVERY = 1000
/** Things behind the last mark, and notes, beyond which a reader sets marks anew. */
const MOST_BEHIND = 2500
const MOST_NOTES = 500
const URGENT = 20_000
/** How many things are marked at once, so that no writer waits long. */
const MOST_AT_ONCE = 200_000
/** Younger things are left unmarked: another node's ids may still come below theirs. */
const SETTLED_SECONDS = 5
const FIRST = `'00000000-0000-0000-0000-000000000000'::uuid`

/** The last mark, and what the notes amount to. The directory is the first parameter. */
const marksOf = (kind: string) =>
  `last as materialized (select id, position from page_marks where directory_id = $1::uuid and kind = ${kind} order by id desc limit 1),
  noted as materialized (select coalesce(sum(delta), 0) as delta, count(*) as notes, count(*) filter (where delta < 0) as gone
    from page_mark_notes where directory_id = $1::uuid and kind = ${kind})`

const statements = new Map<string, Statement>()

function ofSource(what: string, source: PageSource, text: () => string): Statement {
  const name = `scim_${what}_${source.table.split(' ')[0]}`
  let known = statements.get(name)
  if (known === undefined) {
    known = statement(name, text())
    statements.set(name, known)
  }
  return known
}

/** How many things the owner has, exactly, and whether marks are due. */
export async function countMarked(
  reader: Reader,
  source: PageSource,
  owner: readonly unknown[],
): Promise<{ total: number; due: MarksDue | null }> {
  const count = ofSource(
    'count',
    source,
    () => `with ${marksOf(source.kind)},
    behind as (select count(*) as n from ${source.table} where ${ownerSql(source)} and ${source.id} > coalesce((select id from last), ${FIRST}))
    select (coalesce((select position from last), 0) + noted.delta + behind.n)::float8 as total, behind.n::float8 as behind, noted.notes::float8 as notes
    from noted, behind`,
  )
  const [row] = await reader.rows<{ total: number; behind: number; notes: number }>(count, owner)
  if (!row) return { total: 0, due: null }
  const isDue = row.behind > MOST_BEHIND || row.notes > MOST_NOTES
  const isUrgent = Math.max(row.behind, row.notes) > URGENT
  return { total: row.total, due: isDue ? { source, owner, isUrgent } : null }
}

/** The statement that reads rows from a number on: from the nearest mark before it, and no further than to the next. */
export function markedCut(
  source: PageSource,
  owner: readonly unknown[],
  select: string,
  offset: number,
  limit: number,
): { text: string; values: unknown[] } {
  const [from, size] = [`$${owner.length + 1}::bigint`, `$${owner.length + 2}::bigint`]
  // A mark's number is at most by the notes of departures less than its own; so the search begins there and goes down.
  const text = `with ${marksOf(source.kind)},
    mark as materialized (select m.id, n.position from page_marks m
      cross join lateral (select m.position + coalesce(sum(c.delta), 0) as position from page_mark_notes c
        where c.directory_id = $1::uuid and c.kind = ${source.kind} and c.id <= m.id) n
      where m.directory_id = $1::uuid and m.kind = ${source.kind} and m.position <= ${from} + (select gone from noted) and n.position <= ${from}
      order by m.position desc limit 1)
    ${rowsOf(
      source,
      select,
      `select ${source.id} as id from ${source.table} where ${ownerSql(source)} and ${source.id} > coalesce((select id from mark), ${FIRST})
      order by ${source.id} limit ${size} offset ${from} - coalesce((select position from mark), 0)`,
      'cut.id',
    ).replace(/^with /, ', ')}`
  return { text, values: [...owner, offset, limit] }
}

const lock = statement(
  'page_marks_lock',
  'select pg_try_advisory_xact_lock(uuid_hash_extended($1, 4283112908)) as mine',
)
const hurry = statement('page_marks_hurry', "set local lock_timeout = '200ms'")
const wait = statement(
  'page_marks_wait',
  'select true as mine from (select pg_advisory_xact_lock(uuid_hash_extended($1, 4283112908))) l',
)

/**
 * Sets the marks that are due, unless somebody writes to the directory at this moment. Urgent ones wait for those who write, and let no
 * other begin meanwhile; after a fifth of a second they give up with 55P03.
 */
export async function placeMarks(
  tx: Transaction,
  { source, owner, isUrgent }: MarksDue,
  every = EVERY,
  settledSeconds = SETTLED_SECONDS,
): Promise<void> {
  const [directoryId] = owner
  if (isUrgent) await tx.run(hurry)
  const [{ mine } = { mine: false }] = await tx.rows<{ mine: boolean }>(isUrgent ? wait : lock, [directoryId])
  if (!mine) return
  await tx.run(
    ofSource('fold', source, () => foldText(source.kind)),
    owner,
  )
  await tx.run(
    ofSource('mark', source, () => placeText(source)),
    [...owner, every, settledSeconds],
  )
}

/** Takes the notes into the marks' own numbers. */
const foldText = (kind: string) => `with notes as (
    delete from page_mark_notes where directory_id = $1::uuid and kind = ${kind} returning id, delta),
  steps as (
    select id, delta, false as is_mark from notes union all
    select id, 0, true from page_marks where directory_id = $1::uuid and kind = ${kind} and exists (select 1 from notes)),
  sums as (select id, is_mark, sum(delta) over (order by id, is_mark rows unbounded preceding) as delta from steps)
  update page_marks m set position = m.position + s.delta from sums s
  where s.is_mark and s.delta <> 0 and m.directory_id = $1::uuid and m.kind = ${kind} and m.id = s.id`

/** Marks what stands behind the last mark; the notes, if there are any, are all below it and so in every further number alike. */
const placeText = (source: PageSource) => {
  const [every, settled] = [`$${source.owner.length + 1}::bigint`, `$${source.owner.length + 2}::float8`]
  const milliseconds = `((extract(epoch from clock_timestamp()) - ${settled}) * 1000)::bigint`
  return `with ${marksOf(source.kind)},
  settled as materialized (select (lpad(to_hex(${milliseconds}), 12, '0') || repeat('0', 20))::uuid as id),
  behind as (select ${source.id} as id from ${source.table} where ${ownerSql(source)}
    and ${source.id} > coalesce((select id from last), ${FIRST}) and ${source.id} < (select id from settled)
    order by ${source.id} limit ${MOST_AT_ONCE}),
  numbered as (select id, row_number() over (order by id) as n from behind)
  insert into page_marks (directory_id, kind, id, position)
    select $1::uuid, ${source.kind}, id, coalesce((select position from last), 0) + n from numbered, noted
    where n % ${every} = 0`
}
