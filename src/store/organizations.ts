// Organizations and their projects: tables and queries.
import { EntitySchema } from 'typeorm'
import type { Organization, Policies } from '../domain/organization.ts'
import { isId } from '../kernel/ids.ts'
import { type Reader, statement, type Transaction } from './database.ts'

export type OrganizationRow = Organization

export const organizationSchema = new EntitySchema<OrganizationRow>({
  name: 'organizations',
  tableName: 'organizations',
  columns: {
    id: { type: 'uuid', primary: true, primaryKeyConstraintName: 'organizations_pkey' },
    name: { type: 'text' },
    slug: { type: 'text' },
    policies: { type: 'jsonb' },
    hadOwner: { name: 'had_owner', type: 'boolean', default: false },
    createdAt: { name: 'created_at', type: 'timestamptz' },
  },
  uniques: [{ name: 'organizations_slug_key', columns: ['slug'] }],
})

const columns = `o.id, o.name, o.slug, o.policies, o.had_owner "hadOwner", o.created_at "createdAt"`

export interface StandingRow extends OrganizationRow {
  /** The role of the account's active membership here; null without one. */
  accountRole: string | null
  /** The role of the live key here; null without one. */
  keyRole: string | null
}

const standing = (condition: string) => `select ${columns},
    (select m.role from memberships m where m.organization_id = o.id and m.account_id = $2 and m.status = 'active') "accountRole",
    (select k.role from api_keys k where k.organization_id = o.id and k.id = $3 and k.ended_at is null and k.stopped_at is null) "keyRole"
  from organizations o where ${condition}`
const standingById = statement('organizations.standing-by-id', standing('o.id = $1'))
const standingBySlug = statement('organizations.standing-by-slug', standing('o.slug = $1'))

/** The organization with what an account and a key are in it now, in one statement. */
export async function findStanding(
  read: Reader,
  ref: string,
  accountId: string | null,
  keyId: string | null,
): Promise<StandingRow | null> {
  const rows = await read.rows<StandingRow>(isId(ref) ? standingById : standingBySlug, [
    ref,
    accountId,
    keyId,
  ])
  return rows[0] ?? null
}

const insert = statement(
  'organizations.insert',
  'insert into organizations (id, name, slug, policies, had_owner, created_at) values ($1, $2, $3, $4, false, $5)',
)

export async function insertOrganization(
  tx: Transaction,
  row: Omit<OrganizationRow, 'hadOwner'>,
): Promise<void> {
  await tx.run(insert, [row.id, row.name, row.slug, JSON.stringify(row.policies), row.createdAt])
}

const update = statement(
  'organizations.update',
  'update organizations set name = $2, slug = $3, policies = $4 where id = $1',
)

export async function updateOrganization(
  tx: Transaction,
  row: { id: string; name: string; slug: string; policies: Policies },
): Promise<void> {
  await tx.run(update, [row.id, row.name, row.slug, JSON.stringify(row.policies)])
}

const remove = statement('organizations.delete', 'delete from organizations where id = $1')

/** Deletes the organization with everything in it; its events stay. */
export async function deleteOrganizationRow(tx: Transaction, id: string): Promise<void> {
  await tx.run(remove, [id])
}

const page = statement(
  'organizations.page',
  `select ${columns} from organizations o where ($1::uuid is null or o.id > $1) order by o.id limit $2`,
)

export function listOrganizationRows(
  read: Reader,
  after: string | null,
  limit: number,
): Promise<OrganizationRow[]> {
  return read.rows(page, [after, limit])
}
