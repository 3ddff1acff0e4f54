// Projects of an organization: queries.
import { type Reader, statement, type Transaction } from './database.ts'

export interface ProjectRow {
  id: string
  organizationId: string
  slug: string
  name: string
  createdAt: Date
}

const insert = statement(
  'projects.insert',
  'insert into projects (id, organization_id, slug, name, created_at) values ($1, $2, $3, $4, $5)',
)

export async function insertProject(tx: Transaction, row: ProjectRow): Promise<void> {
  await tx.run(insert, [row.id, row.organizationId, row.slug, row.name, row.createdAt])
}

const page = statement(
  'projects.page',
  `select p.id, p.organization_id "organizationId", p.slug, p.name, p.created_at "createdAt" from projects p
   where p.organization_id = $1 and ($2::uuid is null or p.id > $2) order by p.id limit $3`,
)

export function listProjectRows(
  read: Reader,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<ProjectRow[]> {
  return read.rows(page, [organizationId, after, limit])
}
