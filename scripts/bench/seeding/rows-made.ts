// The rows that one deed left, in whatever tables they lie: found by following the new ids from table to table.
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'

export interface MadeRow {
  table: string
  columns: string
  /** The row as COPY writes it, without the line's end. */
  line: string
}

export interface Made {
  /** The rows in an order in which foreign keys let them in. */
  rows: MadeRow[]
  /** The ids that the deed made, in the order of their making. */
  ids: string[]
}

interface Table {
  name: string
  uuids: string[]
  columns: string
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g

/**
 * Every row that holds `id` or an id that stands in such a row and was made at `since` (milliseconds) or later.
 * Tables named in `without` are passed over.
 */
export async function rowsMadeBy(
  client: pg.Client,
  id: string,
  since: number,
  without: readonly string[],
): Promise<Made> {
  const tables = (await tablesOf(client)).filter((table) => !without.includes(table.name))
  const ids = new Set([id])
  let rows: MadeRow[] = []
  for (let known = 0; known < ids.size; ) {
    known = ids.size
    rows = []
    for (const table of tables) {
      for (const line of await linesOf(client, table, [...ids])) {
        rows.push({ table: table.name, columns: table.columns, line })
        for (const found of line.match(UUID) ?? []) if (madeAt(found) >= since) ids.add(found)
      }
    }
  }
  return { rows, ids: [...ids].sort() }
}

/** The milliseconds since 1970 that a UUIDv7 carries. */
function madeAt(id: string): number {
  return Number.parseInt(id.replace('-', '').slice(0, 12), 16)
}

/** The tables with their uuid columns, those that others refer to first; columns that number themselves are left to do so. */
async function tablesOf(client: pg.Client): Promise<Table[]> {
  const { rows } = await client.query<Table & { refersTo: string[] }>(`
    select c.relname as name,
      coalesce(array_agg(quote_ident(a.attname)) filter (where a.atttypid = 'uuid'::regtype), '{}') as uuids,
      string_agg(quote_ident(a.attname), ', ' order by a.attnum) as columns,
      array(select f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
        where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as "refersTo"
    from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attgenerated = '' and a.attidentity = ''
      and (d.oid is null or pg_get_expr(d.adbin, d.adrelid) not like 'nextval(%')
    group by c.oid, c.relname order by c.relname`)
  const ordered: Table[] = []
  const waiting = new Map(rows.map((row) => [row.name, row]))
  while (waiting.size > 0) {
    const ready = [...waiting.values()].filter((row) => !row.refersTo.some((name) => waiting.has(name)))
    for (const row of ready.length > 0 ? ready : waiting.values()) {
      waiting.delete(row.name)
      if (row.uuids.length > 0) ordered.push(row)
    }
  }
  return ordered
}

async function linesOf(client: pg.Client, table: Table, ids: readonly string[]): Promise<string[]> {
  // COPY takes no parameters; the ids are UUIDs of our own making.
  const among = `any(array[${ids.map((id) => pg.escapeLiteral(id)).join(',')}]::uuid[])`
  const where = table.uuids.map((column) => `${column} = ${among}`).join(' or ')
  const stream = client.query(
    copyTo(`copy (select ${table.columns} from ${table.name} where ${where}) to stdout`),
  )
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8').split('\n').filter(Boolean)
}
