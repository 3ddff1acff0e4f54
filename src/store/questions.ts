// What waits for a person's decision: conflicts of identity and approvals.
import { type Reader, statement } from './database.ts'

export interface ConflictRow {
  id: string
  organizationId: string
  kind: string
  state: 'open' | 'resolved'
  /** The address key that is in question. */
  key: string | null
  accountId: string | null
  connectionId: string | null
  directoryUserId: string | null
  membershipId: string | null
  /** Of a hold (H7): the directory, and how many members it keeps. */
  directoryId: string | null
  heldMembers: number | null
  choices: string[]
  detail: string
  resolution: unknown
  createdAt: Date
  resolvedAt: Date | null
}

const conflicts = statement(
  'conflicts.page',
  `select f.id, f.organization_id "organizationId", f.kind, f.state, f.key, f.account_id "accountId", f.connection_id "connectionId",
     f.directory_user_id "directoryUserId", f.membership_id "membershipId", f.directory_id "directoryId",
     case when f.kind = 'H7' then (select count(*)::int from memberships m where m.brake_hold_id = f.id) end "heldMembers",
     f.choices, f.detail, f.resolution, f.created_at "createdAt",
     f.resolved_at "resolvedAt" from conflicts f
   where f.organization_id = $1 and ($2::text is null or f.state = $2) and ($3::uuid is null or f.id > $3) order by f.id limit $4`,
)

export function listConflictRows(
  read: Reader,
  query: { organizationId: string; state: string | null; after: string | null; limit: number },
): Promise<ConflictRow[]> {
  return read.rows(conflicts, [query.organizationId, query.state, query.after, query.limit])
}

export interface ApprovalRow {
  id: string
  organizationId: string
  kind: 'role' | 'seat' | 'address'
  state: 'open' | 'approved' | 'declined'
  invitationId: string | null
  accountId: string | null
  email: string | null
  role: string | null
  createdAt: Date
  decidedAt: Date | null
}

const approvals = statement(
  'approvals.page',
  `select p.id, p.organization_id "organizationId", p.kind, p.state, p.invitation_id "invitationId", p.account_id "accountId", i.email, i.role,
     p.created_at "createdAt", p.decided_at "decidedAt" from approvals p left join invitations i on i.id = p.invitation_id
   where p.organization_id = $1 and ($2::text is null or p.state = $2) and ($3::uuid is null or p.id > $3) order by p.id limit $4`,
)

export function listApprovalRows(
  read: Reader,
  query: { organizationId: string; state: string | null; after: string | null; limit: number },
): Promise<ApprovalRow[]> {
  return read.rows(approvals, [query.organizationId, query.state, query.after, query.limit])
}
