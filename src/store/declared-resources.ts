// Resources of declared types as their directory sends them: one table for all types.
import type { Page } from '../domain/criteria.ts'
import type { DeclaredResource, ResourceDraft } from '../domain/declared-resource.ts'
import type { Layout } from './criteria-sql.ts'
import { type Reader, statement, type Transaction } from './database.ts'
import { findPage, type StoredPage } from './find-page.ts'
import type { PageSource } from './page-source.ts'

const columns = `r.id, r.external_id as "externalId", r.attributes, r.version, r.created_at as "createdAt", r.updated_at as "updatedAt"`
const ofType = 'from directory_resources r where r.directory_id = $1 and r.resource_type = $2 and r.id = $3'

const getStatement = statement('scim_resource_get', `select ${columns} ${ofType}`)
const lockStatement = statement('scim_resource_lock', `select ${columns} ${ofType} for no key update of r`)

/** One resource of this type in this directory, or null. */
export async function getResource(
  reader: Reader,
  directoryId: string,
  resourceType: string,
  id: string,
): Promise<DeclaredResource | null> {
  const [resource] = await reader.rows<DeclaredResource>(getStatement, [directoryId, resourceType, id])
  return resource ?? null
}

/** The same, locked until the transaction ends. */
export async function lockResource(
  tx: Transaction,
  directoryId: string,
  resourceType: string,
  id: string,
): Promise<DeclaredResource | null> {
  const [resource] = await tx.rows<DeclaredResource>(lockStatement, [directoryId, resourceType, id])
  return resource ?? null
}

const layout: Layout = {
  json: 'r.attributes',
  columns: {
    id: { sql: 'r.id', uuid: true },
    externalId: { sql: 'r.external_id' },
    'meta.created': { sql: 'r.created_at' },
    'meta.lastModified': { sql: 'r.updated_at' },
    'meta.version': { sql: 'r.version' },
  },
  lists: {},
}

const source: PageSource = {
  table: 'directory_resources r',
  owner: ['r.directory_id', 'r.resource_type'],
  id: 'r.id',
  layout,
  kind: '$2::text',
}

/** A page of a type's resources in the order of their making (or as asked), and how many there are in all. */
export async function findResources(
  reader: Reader,
  directoryId: string,
  resourceType: string,
  page: Page,
): Promise<StoredPage<DeclaredResource>> {
  return findPage<DeclaredResource>(reader, source, [directoryId, resourceType], columns, page)
}

const insertStatement = statement(
  'scim_resource_insert',
  `insert into directory_resources (id, directory_id, resource_type, external_id, attributes, version, created_at, updated_at)
   values ($1,$2,$3,$4,$5,1,$6,$6)`,
)

export async function insertResource(
  tx: Transaction,
  directoryId: string,
  resourceType: string,
  id: string,
  { externalId, attributes }: ResourceDraft,
  at: Date,
): Promise<DeclaredResource> {
  await tx.run(insertStatement, [id, directoryId, resourceType, externalId, JSON.stringify(attributes), at])
  return { id, externalId, attributes, version: 1, createdAt: at, updatedAt: at }
}

const updateStatement = statement(
  'scim_resource_update',
  'update directory_resources set external_id = $2, attributes = $3, version = version + 1, updated_at = $4 where id = $1',
)

/** Writes a draft over a locked resource and answers it as it then stands. */
export async function updateResource(
  tx: Transaction,
  before: DeclaredResource,
  { externalId, attributes }: ResourceDraft,
  at: Date,
): Promise<DeclaredResource> {
  await tx.run(updateStatement, [before.id, externalId, JSON.stringify(attributes), at])
  return { ...before, externalId, attributes, version: before.version + 1, updatedAt: at }
}

const deleteStatement = statement('scim_resource_delete', 'delete from directory_resources where id = $1')

/** Deletes a locked resource; its unique values are free again. */
export async function deleteResource(tx: Transaction, id: string): Promise<void> {
  await tx.run(deleteStatement, [id])
}
