// Blocked addresses of organizations.
import type { Actor } from '../domain/reason.ts'
import { statement, type Transaction } from './database.ts'

const insert = statement(
  'block_insert',
  'insert into blocks (organization_id, key, address, actor, created_at) values ($1,$2,$3,$4,$5) on conflict do nothing',
)

export async function insertBlock(
  tx: Transaction,
  block: { organizationId: string; key: string; address: string; actor: Actor; at: Date },
): Promise<void> {
  await tx.run(insert, [
    block.organizationId,
    block.key,
    block.address,
    JSON.stringify(block.actor),
    block.at,
  ])
}

const remove = statement('block_delete', 'delete from blocks where organization_id = $1 and key = $2')

/** Whether there was one. */
export async function deleteBlock(tx: Transaction, organizationId: string, key: string): Promise<boolean> {
  return (await tx.run(remove, [organizationId, key])) === 1
}
