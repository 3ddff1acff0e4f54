// Links of identities that their account's owner undid: facts that keep the link from being made again without proof (B5).
import type { Identity } from '../domain/account.ts'
import { subjectText } from '../domain/profile.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { identityColumns } from './person-facts.ts'

const ofAccount = statement(
  'identities.of-account',
  `select ${identityColumns}, x.created_at "createdAt" from identities x where x.account_id = $1 and x.id = $2`,
)

export async function findOwnIdentity(
  read: Reader,
  accountId: string,
  id: string,
): Promise<(Identity & { createdAt: Date }) | null> {
  return (await read.rows<Identity & { createdAt: Date }>(ofAccount, [accountId, id]))[0] ?? null
}

const endSessions = statement(
  'sessions.end-of-identity',
  `update sessions set ended_at = $2, end_reason = 'link_undone' where identity_id = $1 and ended_at is null`,
)
const note = statement(
  'identity_undos.insert',
  `insert into identity_undos (account_id, connection_id, subject, at) values ($1, $2, $3, $4)
   on conflict (account_id, connection_id, subject) do update set at = excluded.at`,
)
const remove = statement('identities.delete', 'delete from identities where id = $1')

/** Ends the link with the sessions that it opened, and keeps that it was undone. */
export async function undoIdentityRow(tx: Transaction, identity: Identity, at: Date): Promise<void> {
  await tx.run(endSessions, [identity.id, at])
  await tx.run(note, [identity.accountId, identity.connectionId, subjectText(identity.subject), at])
  await tx.run(remove, [identity.id])
}
