// Pages of lists: opaque cursors over ids, so that a page stays right while rows come and go.
import { invalidField } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'

/** The id after which a page begins, or null for the first. AppError invalid for what is no cursor of ours. */
export function cursorId(cursor: string | undefined): string | null {
  if (cursor === undefined) return null
  const id = Buffer.from(cursor, 'base64url').toString('latin1')
  if (!isId(id)) throw invalidField('cursor', 'is not a cursor of this list')
  return id
}

/** A page of `limit` from the `limit + 1` rows that were read. */
export function toPage<R extends { id: string }, V>(
  rows: readonly R[],
  limit: number,
  view: (row: R) => V,
): { items: V[]; nextCursor: string | null } {
  const shown = rows.slice(0, limit)
  const last = shown.at(-1)
  const more = rows.length > limit && last !== undefined
  return {
    items: shown.map(view),
    nextCursor: more ? Buffer.from(last.id, 'latin1').toString('base64url') : null,
  }
}

/** What a paging query asks of an action: one row more than shown tells whether there is a next page. */
export function pageRequest(query: { cursor?: string | undefined; limit: number }): {
  after: string | null
  limit: number
} {
  return { after: cursorId(query.cursor), limit: query.limit + 1 }
}
