// Where pages are read from: a table, whose its rows are, and how a page's ids become rows.
import type { Layout } from './criteria-sql.ts'

/** Where pages are read from. */
export interface PageSource {
  /** A table and its short name, for instance `directory_users u`. */
  readonly table: string
  /** The columns that tell whose the things are: the directory first, and what else the owner's values name. */
  readonly owner: readonly string[]
  readonly id: string
  readonly layout: Layout
  /** The kind under which the page marks stand, as SQL. */
  readonly kind: string
}

/** The whole rows of a cut of ids: so that the rows before it are never read, only their index entries. */
export function rowsOf(source: PageSource, select: string, cut: string, order: string): string {
  // The fence makes it a loop over the page's ids: a plan kept for any limit would read the table instead.
  const [table, short] = source.table.split(' ') as [string, string]
  return `with cut as materialized (${cut})
    select ${select} from cut cross join lateral (select * from ${table} where id = cut.id offset 0) ${short} order by ${order}`
}

/** The condition that binds a source to its owner's values, which are the first parameters. */
export function ownerSql(source: PageSource): string {
  return source.owner.map((column, index) => `${column} = $${index + 1}`).join(' and ')
}
