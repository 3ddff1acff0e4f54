// Requests for a new invitation: the one a day that counts, and the people who are told of it.
import { type Reader, statement, type Transaction } from './database.ts'

const CLAIM = statement(
  'invitation_asking_claim',
  `update invitations set asked_at = $2 where id = $1 and (asked_at is null or asked_at <= $3)`,
)

/** Notes that somebody asks; false where somebody did since `before`. */
export async function claimAsking(
  tx: Transaction,
  invitationId: string,
  now: Date,
  before: Date,
): Promise<boolean> {
  return (await tx.run(CLAIM, [invitationId, now, before])) === 1
}

const ASKED = statement(
  'invitation_asked_people',
  `select distinct on (email) email from (
     select m.email, case when m.id = i.invited_by_id then 0 else 1 end as place
     from invitations i join memberships m on m.organization_id = i.organization_id
     where i.id = $1 and m.status = 'active' and m.email is not null
       and (m.id = i.invited_by_id or m.role in ('owner', 'admin'))
     order by place, m.created_at limit 10) people`,
)

/** The addresses of the inviter, where still a member, and of the administrators; ten at most. */
export async function findAskedPeople(read: Reader, invitationId: string): Promise<string[]> {
  return (await read.rows<{ email: string }>(ASKED, [invitationId])).map((row) => row.email)
}
