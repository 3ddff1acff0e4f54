// The email domains that organizations claim and prove: queries.
import type { DomainStatus } from '../domain/organization.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { speaks } from './person-facts.ts'

export interface DomainRow {
  id: string
  organizationId: string
  domain: string
  includeSubdomains: boolean
  status: DomainStatus
  proofValue: string
  attested: boolean
  verifiedAt: Date | null
  checkedAt: Date | null
  createdAt: Date
}

const columns = `d.id, d.organization_id "organizationId", d.domain, d.include_subdomains "includeSubdomains", d.status,
  d.proof_value "proofValue", d.attested, d.verified_at "verifiedAt", d.checked_at "checkedAt", d.created_at "createdAt"`

const insert = statement(
  'domains.insert',
  `insert into domains (id, organization_id, domain, include_subdomains, status, proof_value, created_at)
   values ($1, $2, $3, $4, 'pending', $5, $6)`,
)

export async function insertDomain(
  tx: Transaction,
  row: Pick<DomainRow, 'id' | 'organizationId' | 'domain' | 'includeSubdomains' | 'proofValue' | 'createdAt'>,
): Promise<void> {
  await tx.run(insert, [
    row.id,
    row.organizationId,
    row.domain,
    row.includeSubdomains,
    row.proofValue,
    row.createdAt,
  ])
}

const byId = statement(
  'domains.by-id',
  `select ${columns} from domains d where d.organization_id = $1 and d.id = $2`,
)

export async function findDomain(
  read: Reader,
  organizationId: string,
  id: string,
): Promise<DomainRow | null> {
  return (await read.rows<DomainRow>(byId, [organizationId, id]))[0] ?? null
}

const page = statement(
  'domains.page',
  `select ${columns} from domains d where d.organization_id = $1 and ($2::uuid is null or d.id > $2) order by d.id limit $3`,
)

export function listDomainRows(
  read: Reader,
  organizationId: string,
  after: string | null,
  limit: number,
): Promise<DomainRow[]> {
  return read.rows(page, [organizationId, after, limit])
}

const everywhere = statement(
  'domains.everywhere',
  `select ${columns} from domains d where d.domain = $1 order by d.id for update`,
)

/** Every organization's row of one domain name, held to the transaction's end. */
export function lockDomainEverywhere(tx: Transaction, domain: string): Promise<DomainRow[]> {
  return tx.rows(everywhere, [domain])
}

const setStatus = statement(
  'domains.set-status',
  `update domains set status = $2, attested = attested or $3, checked_at = $4,
     verified_at = case when $2 in ('verified', 'contested') then coalesce(verified_at, $4::timestamptz) else verified_at end where id = $1`,
)

export async function setDomainStatus(
  tx: Transaction,
  change: { id: string; status: DomainStatus; attested: boolean; at: Date },
): Promise<void> {
  await tx.run(setStatus, [change.id, change.status, change.attested, change.at])
}

const remove = statement('domains.delete', 'delete from domains where id = $1')

export async function deleteDomainRow(tx: Transaction, id: string): Promise<void> {
  await tx.run(remove, [id])
}

export interface DomainPerson {
  kind: 'member' | 'invitation' | 'record'
  id: string
  email: string
}

const inDomain = (key: string) =>
  `(split_part(${key}, '@', 2) = $2 or ($3 and split_part(${key}, '@', 2) like '%.' || $2))`

const people = statement(
  'domains.people',
  `select 'member' as kind, m.id, m.email from memberships m where m.organization_id = $1 and m.status <> 'removed' and ${inDomain('m.email_key')}
   union all select 'invitation', i.id, i.email from invitations i where i.organization_id = $1 and i.status = 'pending' and ${inDomain('i.key')}
   union all select 'record', r.id, r.email from directory_users r where r.organization_id = $1 and r.active and r.account_id is null and ${speaks('r')} and ${inDomain('r.email_key')}
   order by kind, id limit 5000`,
)

/** Who of the organization has an address in the domain: members, open invitations and unbound records, at most 5 000. */
export function listDomainPeople(
  read: Reader,
  row: Pick<DomainRow, 'organizationId' | 'domain' | 'includeSubdomains'>,
): Promise<DomainPerson[]> {
  return read.rows(people, [row.organizationId, row.domain, row.includeSubdomains])
}

const applied = statement(
  'domains.applied',
  `select 1 as found from events e where e.organization_id = $1 and e.type = 'domain.applied' and e.subject_id = $2 and e.data->>'planHash' = $3 limit 1`,
)

/** Whether this very plan was applied before, and everybody in it told. */
export async function wasApplied(
  read: Reader,
  organizationId: string,
  id: string,
  planHash: string,
): Promise<boolean> {
  return (await read.rows(applied, [organizationId, id, planHash])).length > 0
}
