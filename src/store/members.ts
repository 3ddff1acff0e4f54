// Members as their organization sees them: the addresses it knows them by, never the account's other ones.
import { type Reader, statement } from './database.ts'

export interface MemberRow {
  id: string
  organizationId: string
  accountId: string
  email: string | null
  name: string | null
  role: string | null
  projects: string[]
  status: 'active' | 'suspended' | 'waiting'
  statusReason: string | null
  grants: {
    role: string | null
    project: string | null
    origin: { type: string; ref: string | null }
    because: string
  }[]
  createdAt: Date
}

const columns = `m.id, m.organization_id "organizationId", m.account_id "accountId", m.email, coalesce(m.display_name, a.name) "name", m.role,
  array(select distinct p.slug from grants g join projects p on p.id = g.project_id where g.membership_id = m.id order by p.slug) projects,
  m.status, case when m.brake_hold_id is not null then 'deprovision_held' else m.status_reason end "statusReason",
  (select coalesce(json_agg(json_build_object('role', g.role, 'project', p.slug, 'origin', json_build_object('type', g.origin_type, 'ref', g.origin_ref),
     'because', g.because) order by g.position), '[]') from grants g left join projects p on p.id = g.project_id where g.membership_id = m.id) grants,
  m.created_at "createdAt"`

const byId = statement(
  'members.by-id',
  `select ${columns} from memberships m join accounts a on a.id = m.account_id where m.id = $1 and m.status <> 'removed'`,
)

/** A member by the membership's id; one that was removed is not there. */
export async function findMember(read: Reader, id: string): Promise<MemberRow | null> {
  return (await read.rows<MemberRow>(byId, [id]))[0] ?? null
}

const page = statement(
  'members.page',
  `select ${columns} from memberships m join accounts a on a.id = m.account_id
   where m.organization_id = $1 and m.status <> 'removed' and ($2::text is null or m.role = $2) and ($3::text is null or m.status = $3)
     and ($4::text is null or m.email ilike $4 or coalesce(m.display_name, a.name) ilike $4) and ($5::uuid is null or m.id > $5)
   order by m.id limit $6`,
)

export interface MemberQuery {
  organizationId: string
  role: string | null
  status: string | null
  /** A part of the address or name. */
  q: string | null
  after: string | null
  limit: number
}

export function listMemberRows(read: Reader, query: MemberQuery): Promise<MemberRow[]> {
  const { organizationId, role, status, q, after, limit } = query
  const like = q === null ? null : `%${q.replace(/[\\%_]/g, '\\$&')}%`
  return read.rows(page, [organizationId, role, status, like, after, limit])
}
