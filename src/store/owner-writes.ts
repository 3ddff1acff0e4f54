// The mark that an organization has had an owner: from then on it always keeps one (invariant 6).
import { statement, type Transaction } from './database.ts'

const mark = statement(
  'organization_had_owner',
  'update organizations set had_owner = true where id = $1 and not had_owner',
)

export async function markOwned(tx: Transaction, organizationId: string): Promise<void> {
  await tx.run(mark, [organizationId])
}
