// When and by what a link was opened: evidence, which decides nothing.
import { statement, type Transaction } from './database.ts'

export type OpeningClass = 'likely-scanner' | 'likely-person' | 'unknown'

export interface OpeningRow {
  id: string
  deliveryId: string
  at: Date
  method: string
  class: OpeningClass
  agent: string | null
  accountId: string | null
}

const INSERT = statement(
  'delivery_opening_insert',
  `insert into delivery_openings (id, delivery_id, at, method, class, agent, account_id)
   select $1, $2, $3, $4, $5, $6, $7
   where (select count(*) from delivery_openings o where o.delivery_id = $2) < 200`,
)

/** Keeps an opening; a link that is opened more than 200 times adds nothing more to know. */
export async function insertOpening(tx: Transaction, row: OpeningRow): Promise<void> {
  const { id, deliveryId, at, method, agent, accountId } = row
  await tx.run(INSERT, [id, deliveryId, at, method, row.class, agent, accountId])
}
