// The single sign-on identity by which a session began.
import type { AddressKey } from '../domain/address.ts'
import type { Subject } from '../domain/profile.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export interface SessionLink {
  identityId: string
  accountId: string
  organizationId: string
  connectionId: string
  subject: Subject
  /** Whether it was made without the person's own act, to an account that was there before; since when. */
  automatic: boolean
  createdAt: Date
  membershipId: string | null
  email: string | null
  key: AddressKey | null
}

const LINK = statement(
  'session_link',
  `select i.id as "identityId", i.account_id as "accountId", i.organization_id as "organizationId",
     i.connection_id as "connectionId", json_build_object('nameId', i.name_id, 'format', i.format,
       'nameQualifier', i.name_qualifier, 'spNameQualifier', i.sp_name_qualifier) as subject,
     i.automatic and a.created_at < i.created_at as automatic, i.created_at as "createdAt", m.id as "membershipId", m.email,
     (select k.key from membership_keys k where k.membership_id = m.id and k.kind = 'joined' order by k.key limit 1) as key
   from sessions s join identities i on i.id = s.identity_id join accounts a on a.id = i.account_id
   left join memberships m on m.organization_id = i.organization_id and m.account_id = i.account_id
   where s.id = $1`,
)

/** Null for a session that no identity began. */
export async function findSessionLink(read: Reader, sessionId: string): Promise<SessionLink | null> {
  return (await read.rows<SessionLink>(LINK, [sessionId]))[0] ?? null
}

const END = statement(
  'sessions_end_of_identity',
  `update sessions set ended_at = $2, end_reason = 'identity_conflict' where identity_id = $1 and ended_at is null`,
)

/** Ends every session that the identity began. */
export async function endSessionsOfIdentity(tx: Transaction, identityId: string, now: Date): Promise<void> {
  await tx.run(END, [identityId, now])
}
