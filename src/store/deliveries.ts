// Deliveries: each carrying of an invitation with a token and a typed code of its own.
import { type Reader, statement, type Transaction } from './database.ts'

export interface NewDelivery {
  id: string
  invitationId: string
  channel: 'email' | 'link' | 'slack'
  /** The address key that it is mailed to, whatever the invitation's becomes later; null for a link. */
  toKey: string | null
  tokenHash: Buffer
  codeHash: string
  status: 'queued' | 'sent'
  at: Date
}

const create = statement(
  'delivery_create',
  'insert into deliveries (id, invitation_id, channel, to_key, token_hash, code_hash, status, created_at) values ($1,$2,$3,$4,$5,$6,$7,$8)',
)

export async function createDelivery(tx: Transaction, d: NewDelivery): Promise<void> {
  await tx.run(create, [d.id, d.invitationId, d.channel, d.toKey, d.tokenHash, d.codeHash, d.status, d.at])
}

const replaceAll = statement(
  'deliveries_replace',
  'update deliveries set replaced_at = $2 where invitation_id = $1 and replaced_at is null',
)

/** Ends every earlier link and code of the invitation. */
export async function replaceDeliveries(tx: Transaction, invitationId: string, at: Date): Promise<void> {
  await tx.run(replaceAll, [invitationId, at])
}

const countMails = statement(
  'deliveries_count_mails',
  `select count(*)::int as n from deliveries d join invitations i on i.id = d.invitation_id
   where i.organization_id = $1 and d.to_key = $2 and d.channel = 'email' and d.created_at > $3`,
)

/** How many invitation mails the organization sent to the address since the moment. */
export async function countInvitationMails(
  reader: Reader,
  organizationId: string,
  key: string,
  since: Date,
): Promise<number> {
  const [row] = await reader.rows<{ n: number }>(countMails, [organizationId, key, since])
  return row?.n ?? 0
}
