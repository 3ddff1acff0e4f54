// Reads a page of a directory's things, and leaves the next one cheaper.
import type { Page, Paged } from '../domain/criteria.ts'
import { isIndexed } from '../domain/page-cost.ts'
import { AppError } from '../kernel/errors.ts'
import { databaseFailure, type Reader, reader } from '../store/database.ts'
import type { StoredPage } from '../store/find-page.ts'
import { type MarksDue, placeMarks } from '../store/page-marks.ts'
import { inTransaction } from './transaction.ts'
import { waitTurn } from './wait-turn.ts'
import type { World } from './world.ts'

/** A page of a directory, and the fields through which an index leads to its things. */
export interface Wanted {
  readonly directoryId: string
  readonly page: Page
  readonly indexed: readonly string[]
}

/** PostgreSQL's word for a statement that ran longer than it may. */
const CANCELLED = '57014'

/**
 * The page that `find` reads. AppError 400 `tooMany` where it would take longer than a statement may: a condition or an order without
 * an index over more things than can be looked through (RFC 7644 Table 9); such pages take turns, and 429 where too many wait.
 */
export async function readPage<T>(
  world: World,
  { directoryId, page, indexed }: Wanted,
  find: (reader: Reader) => Promise<StoredPage<T>>,
): Promise<Paged<T>> {
  try {
    const read = () => find(reader(world.dataSource))
    const { due, ...found } = isIndexed(page, indexed)
      ? await read()
      : await waitTurn(world, directoryId, read)
    if (due !== null) await markAnew(world, due)
    return found
  } catch (error) {
    if (databaseFailure(error)?.code !== CANCELLED) throw error
    throw new AppError(
      'invalid',
      'tooMany',
      'The filter or the order asks for more than can be looked through: compare userName, externalId, emails.value or id by eq, and sort by userName, externalId or meta.created.',
      { cause: error },
    )
  }
}

/** The page has been read; that the next one will not be cheaper is no reason to withhold it. */
async function markAnew(world: World, due: MarksDue): Promise<void> {
  try {
    await inTransaction(world, (tx) => placeMarks(tx, due))
  } catch (error) {
    world.log.warn({ error }, 'page marks could not be set')
  }
}
