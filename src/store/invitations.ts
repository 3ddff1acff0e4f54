// Invitations as administrators see them: with their deliveries, and with the one reason why a pending one still is.
import { type Reader, statement } from './database.ts'

export interface InvitationRow {
  id: string
  organizationId: string
  email: string
  role: string
  projects: string[]
  /** As shown: expiry and a directory's no are derived from time and from its record, never written. */
  status: string
  statusReason: string | null
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
    when n.status = 'revoked' then 'directory'
    when exists (select 1 from blocks b where b.organization_id = i.organization_id and b.key = i.key) then 'blocked'
    when exists (select 1 from directory_users r where r.organization_id = i.organization_id and r.email_key = i.key and not r.active and r.frozen_at is null)
      and not exists (select 1 from directory_users r where r.organization_id = i.organization_id and r.email_key = i.key and r.active) then 'directory_inactive'
    when exists (select 1 from membership_keys k join memberships m on m.id = k.membership_id where k.organization_id = i.organization_id and k.key = i.key
      and m.status = 'suspended') then 'member_suspended'
    when (select d.status in ('bounced', 'complained') from deliveries d where d.invitation_id = i.id and d.channel <> 'link' order by d.id desc limit 1) then 'delivery_failed'
    else 'awaiting_person' end shown_reason
  from invitations i cross join lateral (select case
    when i.status <> 'pending' then i.status
    when i.invited_by_type <> 'directory' and i.expires_at <= $1 then 'expired'
    when i.invited_by_type = 'directory' and exists (select 1 from directory_users r where r.id = i.directory_user_id and not r.active) then 'revoked'
    else 'pending' end status) n`

const columns = `i.id, i.organization_id "organizationId", i.email, i.role,
  array(select p.slug from projects p where p.id = any(i.project_ids) order by p.slug) projects,
  i.shown_status status, i.shown_reason "statusReason", i.expires_at "expiresAt", i.message, i.language,
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
