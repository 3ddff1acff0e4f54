// The active Connections by which people of an organization sign in.
import { type Reader, statement } from './database.ts'

export interface ActiveConnectionRow {
  connectionId: string
  name: string
  organizationId: string
  organizationName: string
  ssoUrl: string
}

const ACTIVE = statement(
  'sign_in_ways_active',
  `select c.id as "connectionId", c.name, o.id as "organizationId", o.name as "organizationName",
     c.sso_url as "ssoUrl"
   from connections c join organizations o on o.id = c.organization_id
   where c.organization_id = any($1) and c.status = 'active' and c.deleted_at is null
   order by o.name, c.created_at, c.id`,
)

export async function findActiveConnections(
  read: Reader,
  organizationIds: readonly string[],
): Promise<ActiveConnectionRow[]> {
  return read.rows<ActiveConnectionRow>(ACTIVE, [organizationIds])
}
