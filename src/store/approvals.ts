// Single approvals as they are decided; the list is read elsewhere, with what it shows beside them.
import type { Actor } from '../domain/reason.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface Approval {
  id: string
  organizationId: string
  kind: 'role' | 'seat' | 'address'
  state: 'open' | 'approved' | 'declined'
  invitationId: string | null
  accountId: string | null
}

const columns =
  'p.id, p.organization_id "organizationId", p.kind, p.state, p.invitation_id "invitationId", p.account_id "accountId"'
const byId = statement('approval_by_id', `select ${columns} from approvals p where p.id = $1`)
const locked = statement('approval_lock', `select ${columns} from approvals p where p.id = $1 for update`)

export async function readApproval(read: Reader, id: string): Promise<Approval | null> {
  return (await read.rows<Approval>(byId, [id]))[0] ?? null
}

/** The approval, held to the transaction's end. */
export async function lockApproval(tx: Transaction, id: string): Promise<Approval | null> {
  return (await tx.rows<Approval>(locked, [id]))[0] ?? null
}

const close = statement(
  'approval_close',
  'update approvals set state = $2, decided_by = $3, decided_at = $4 where id = $1',
)

export async function closeApproval(
  tx: Transaction,
  id: string,
  decision: { state: 'approved' | 'declined'; by: Actor },
  at: Date,
): Promise<void> {
  await tx.run(close, [id, decision.state, JSON.stringify(decision.by), at])
}
