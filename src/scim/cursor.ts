// Cursors of RFC 9865: where the next page begins, signed over the directory, the address and the query that it belongs to.
import type { World } from '../actions/world.ts'
import type { Place } from '../domain/criteria.ts'
import { AppError } from '../kernel/errors.ts'
import { constantTimeEqual } from '../kernel/secrets.ts'

/** Seconds for which a cursor is good; each page brings new ones. */
export const CURSOR_SECONDS = 3600

/** Where a page begins among the types that are listed one after another. */
export interface CursorPlace {
  /** The number of the resource type, from 0. */
  readonly type: number
  readonly place: Place
  /** How many resources there are on all pages, as the first page told; null where each page counts them. */
  readonly total: number | null
}

const KINDS = ['offset', 'after', 'before'] as const

/** Only characters that need no encoding in an address (RFC 9865 §2). `query` is all that the pages of one list have in common. */
export function writeCursor({ clock, secrets }: World, query: string, at: CursorPlace): string {
  const { type, place, total } = at
  const expires = Math.floor(clock.now().getTime() / 1000) + CURSOR_SECONDS
  const where = place.kind === 'offset' ? [place.offset] : [place.position.id, place.position.key]
  const content = JSON.stringify([expires, type, total, KINDS.indexOf(place.kind), ...where])
  const signature = secrets.hmac('scim-cursor', `${query}\n${content}`).toString('base64url')
  return `${signature}.${Buffer.from(content, 'utf8').toString('base64url')}`
}

/** The inverse. AppError 400 `invalidCursor` for what is altered, invented or another query's, `expiredCursor` for what is too old. */
export function readCursor({ clock, secrets }: World, query: string, cursor: string): CursorPlace {
  const [signature = '', sealed = ''] = cursor.split('.')
  const content = Buffer.from(sealed, 'base64url').toString('utf8')
  const right = secrets.hmac('scim-cursor', `${query}\n${content}`).toString('base64url')
  // The text itself is compared as well, for base64url can be written in more than one way.
  const whole = `${right}.${Buffer.from(content, 'utf8').toString('base64url')}`
  if (!constantTimeEqual(signature, right) || cursor !== whole) {
    throw new AppError(
      'invalid',
      'invalidCursor',
      'cursor must be empty for the first page, then the nextCursor or previousCursor of the same query, whose filter, sortBy and sortOrder stay as they were.',
    )
  }
  const [expires, type, total, kind, first, key] = JSON.parse(content) as [
    number,
    number,
    number | null,
    number,
    string | number,
    string | null,
  ]
  if (expires * 1000 < clock.now().getTime()) {
    throw new AppError(
      'invalid',
      'expiredCursor',
      `The cursor is older than ${CURSOR_SECONDS} seconds: begin again with an empty one.`,
    )
  }
  const name = KINDS[kind] ?? 'offset'
  const place: Place =
    name === 'offset'
      ? { kind: name, offset: Number(first) }
      : { kind: name, position: { id: String(first), key } }
  return { type, place, total }
}
