// Counts over an organization's invitations, joins and refusals.
import { type Reader, statement } from './database.ts'

export interface FunnelRow {
  invited: number
  opened: number
  accepted: number
  satisfied: number
  declined: number
  revoked: number
  expired: number
  pending: number
  medianHoursToJoin: number | null
}

// $2 is the beginning, $3 is now.
const funnel = statement(
  'insights.funnel',
  `with i as (select i.*, i.status = 'pending' and i.invited_by_type <> 'directory' and i.expires_at <= $3 as expired from invitations i
     where i.organization_id = $1 and i.created_at >= $2)
   select count(*)::int invited,
     (count(*) filter (where exists (select 1 from deliveries d join delivery_openings p on p.delivery_id = d.id
        where d.invitation_id = i.id and p.class <> 'likely-scanner')))::int opened,
     (count(*) filter (where status in ('accepted', 'accepted_waiting')))::int accepted,
     (count(*) filter (where status = 'satisfied'))::int satisfied,
     (count(*) filter (where status = 'declined'))::int declined,
     (count(*) filter (where status in ('revoked', 'superseded')))::int revoked,
     (count(*) filter (where expired))::int expired,
     (count(*) filter (where status = 'pending' and not expired))::int pending,
     (extract(epoch from percentile_cont(0.5) within group (order by settled_at - created_at)
        filter (where status in ('accepted', 'satisfied'))) / 3600)::float8 "medianHoursToJoin"
   from i`,
)

export async function readFunnel(
  read: Reader,
  organizationId: string,
  since: Date,
  now: Date,
): Promise<FunnelRow> {
  const [row] = await read.rows<FunnelRow>(funnel, [organizationId, since, now])
  if (row === undefined) throw new Error('a count answered no row')
  return row
}

const refusals = statement(
  'insights.refusals',
  `select e.reason, count(*)::int as count from events e
   where e.organization_id = $1 and e.at >= $2 and e.outcome = 'refuse' and e.reason is not null group by e.reason order by 2 desc, 1`,
)

export function listRefusalCounts(
  read: Reader,
  organizationId: string,
  since: Date,
): Promise<{ reason: string; count: number }[]> {
  return read.rows(refusals, [organizationId, since])
}

const days = statement(
  'insights.days',
  `select to_char(d.day, 'YYYY-MM-DD') as day,
     (select count(*)::int from invitations i where i.organization_id = $1 and i.created_at >= d.day and i.created_at < d.day + interval '1 day') invited,
     (select count(*)::int from memberships m where m.organization_id = $1 and m.created_at >= d.day and m.created_at < d.day + interval '1 day') joined,
     (select count(*)::int from events e where e.organization_id = $1 and e.outcome = 'refuse' and e.at >= d.day and e.at < d.day + interval '1 day') refused
   from generate_series(date_trunc('day', $2::timestamptz), $3::timestamptz, interval '1 day') d(day) order by d.day`,
)

/** One row a day (UTC), empty days included. */
export function listDayCounts(
  read: Reader,
  organizationId: string,
  since: Date,
  now: Date,
): Promise<{ day: string; invited: number; joined: number; refused: number }[]> {
  return read.rows(days, [organizationId, since, now])
}

const annotations = statement(
  'insights.annotations',
  `select e.id, e.at, e.type from events e where e.organization_id = $1 and e.at >= $2
   and e.type in ('organization.changed', 'connection.created', 'connection.changed', 'connection.deleted', 'directory.created', 'directory.disconnected',
     'domain.verified', 'domain.contested', 'role_mappings.changed') order by e.id limit 500`,
)

/** Changes of configuration after which numbers may move. */
export function listAnnotations(
  read: Reader,
  organizationId: string,
  since: Date,
): Promise<{ id: string; at: Date; type: string }[]> {
  return read.rows(annotations, [organizationId, since])
}
