// Invitations as administrators see them: with their deliveries, and with what decides why a pending one still is.
import { type Reader, statement } from './database.ts'
import { pendingFacts } from './pending-facts.ts'

export interface InvitationRow {
  id: string
  organizationId: string
  email: string
  role: string
  projects: string[]
  /** As shown: expiry and a directory's no are derived from time and from its record, never written. */
  status: string
  statusReason: string | null
  /** What decides why a pending one still is (`PendingFacts`); null for every other. */
  pending: unknown
  expiresAt: Date
  message: string | null
  language: string | null
  invitedBy: { type: 'member' | 'key' | 'directory' | 'host'; id: string | null }
  /** Moments inside the list are ISO 8601 texts. */
  deliveries: { id: string; channel: 'email' | 'link' | 'slack'; status: string; at: string }[]
  createdAt: Date
}

// $1 is now. A directory's own invitation lives and rests with its record; a person's stays pending under a directory's no (E5).
const shown = `select i.*, n.status shown_status, case
    when i.status <> 'pending' then i.status_reason
    when n.status = 'expired' then 'expired'
    when n.status = 'revoked' then 'directory' end shown_reason,
    case when n.status = 'pending' then ${pendingFacts} end pending
  from invitations i cross join lateral (select case
    when i.status <> 'pending' then i.status
    when i.invited_by_type <> 'directory' and i.expires_at <= $1 then 'expired'
    when i.invited_by_type = 'directory' and exists (select 1 from directory_users r where r.id = i.directory_user_id and not r.active) then 'revoked'
    else 'pending' end status) n`

const columns = `i.id, i.organization_id "organizationId", i.email, i.role,
  array(select p.slug from projects p where p.id = any(i.project_ids) order by p.slug) projects,
  i.shown_status status, i.shown_reason "statusReason", i.pending, i.expires_at "expiresAt", i.message, i.language,
  json_build_object('type', i.invited_by_type, 'id', i.invited_by_id) "invitedBy",
  (select coalesce(json_agg(json_build_object('id', d.id, 'channel', d.channel, 'status', d.status, 'at', d.created_at) order by d.id), '[]')
     from deliveries d where d.invitation_id = i.id) deliveries, i.created_at "createdAt"`

const byId = statement('invitations.shown-by-id', `select ${columns} from (${shown} where i.id = $2) i`)

export async function findInvitation(read: Reader, id: string, now: Date): Promise<InvitationRow | null> {
  return (await read.rows<InvitationRow>(byId, [now, id]))[0] ?? null
}

const page = statement(
  'invitations.shown-page',
  `select ${columns} from (${shown} where i.organization_id = $2) i
   where ($3::text is null or i.shown_status = $3) and ($4::uuid is null or i.id > $4) order by i.id limit $5`,
)

export function listInvitationRows(
  read: Reader,
  query: {
    organizationId: string
    status: string | null
    after: string | null
    limit: number
    now: Date
  },
): Promise<InvitationRow[]> {
  return read.rows(page, [query.now, query.organizationId, query.status, query.after, query.limit])
}
