// Connections: the single sign-on identity providers of an organization, and the sign-ins by them.
import { z } from 'zod'
import { createConnection } from '../actions/create-connection.ts'
import { deleteConnection } from '../actions/delete-connection.ts'
import { getConnection, listConnections, listSignIns } from '../actions/list-connections.ts'
import { serviceProvider } from '../actions/service-provider.ts'
import { updateConnection } from '../actions/update-connection.ts'
import type { World } from '../actions/world.ts'
import { id, iso, line, time, webAddress } from './fields.ts'
import { pageRequest, toPage } from './paging.ts'
import { paged, pageOf, type Route, route } from './route.ts'

const attributeName = line(512).optional()
/** A host product may name further attributes of its own; they are taken and mean nothing here. */
const attributes = z
  .object({
    email: attributeName,
    firstName: attributeName,
    lastName: attributeName,
    groups: attributeName,
    directoryKey: attributeName,
  })
  .catchall(attributeName)

const settings = {
  metadataXml: z.string().min(1).max(200_000).optional(),
  metadataUrl: webAddress.optional(),
  entityId: line(1024).optional(),
  ssoUrl: webAddress.optional(),
  certificates: z.array(z.string().min(1).max(20_000)).min(1).max(10).optional(),
  idpInitiated: z.enum(['accept', 'restart', 'off']).optional(),
  directoryId: id.nullable().optional(),
  directoryMatch: z.enum(['userName', 'externalId', 'email']).optional(),
  attributes: attributes.optional(),
  preset: z.enum(['okta', 'entra', 'google', 'adfs', 'keycloak', 'generic']).optional(),
  legacy: z.strictObject({ sha1: z.boolean().optional(), encryption: z.boolean().optional() }).optional(),
  maxAssertionMinutes: z.number().int().min(1).max(1440).optional(),
}

const connection = z.object({
  id,
  organizationId: id,
  name: z.string(),
  status: z.enum(['test', 'active', 'off']),
  spEntityId: z.string(),
  acsUrl: z.string(),
  signInUrl: z.string(),
  sloUrl: z.string(),
  spMetadataUrl: z.string(),
  idp: z.object({
    entityId: z.string(),
    ssoUrl: z.string(),
    certificates: z.array(z.object({ fingerprint: z.string(), notAfter: z.string() })),
  }),
  metadataUrl: z.string().nullable(),
  idpInitiated: z.enum(['accept', 'restart', 'off']),
  directoryId: id.nullable(),
  directoryMatch: z.enum(['userName', 'externalId', 'email']),
  attributes: attributes,
  preset: z.string(),
  legacy: z.object({ sha1: z.boolean(), encryption: z.boolean() }),
  maxAssertionMinutes: z.number(),
  createdAt: time,
})

const signIn = z.object({
  id,
  at: time,
  outcome: z.enum(['accepted', 'refused', 'proof_required', 'test']),
  rule: z.string().nullable(),
  reason: z.string().nullable(),
  nameId: z.string().nullable(),
  attributes: z.record(z.string(), z.array(z.string())),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), detail: z.string().nullable() })),
  responseXml: z.string().nullable(),
  idpInitiated: z.boolean(),
})

type Row = Awaited<ReturnType<typeof getConnection>>

function view(world: World, row: Row): z.input<typeof connection> {
  return {
    id: row.id,
    organizationId: row.organizationId,
    name: row.name,
    status: row.status,
    ...serviceProvider(world, row.id),
    idp: {
      entityId: row.idpEntityId,
      ssoUrl: row.ssoUrl,
      certificates: row.certificates.map(({ fingerprint, notAfter }) => ({ fingerprint, notAfter })),
    },
    metadataUrl: row.metadataUrl,
    idpInitiated: row.idpInitiated,
    directoryId: row.directoryId,
    directoryMatch: row.directoryMatch,
    attributes: row.attributes,
    preset: row.preset,
    legacy: row.legacy,
    maxAssertionMinutes: row.maxAssertionMinutes,
    createdAt: iso(row.createdAt),
  }
}

const tag = 'Connections'

export const connectionRoutes: Route[] = [
  route(tag, 'post', '/organizations/{org}/connections', {
    need: 'admin',
    operationId: 'createConnection',
    summary: 'Make a connection from metadata, or from entityId, ssoUrl and certificates',
    status: 201,
    body: z.strictObject({ ...settings, name: line(200), status: z.enum(['active', 'test']).optional() }),
    answer: connection,
    run: async ({ world, caller, params, body }) =>
      view(world, await createConnection(world, caller, params.org, body)),
  }),
  route(tag, 'get', '/organizations/{org}/connections', {
    need: 'admin',
    operationId: 'listConnections',
    summary: 'List connections',
    query: paged({}),
    answer: pageOf(connection),
    run: async ({ world, caller, params, query }) =>
      toPage(await listConnections(world, caller, params.org, pageRequest(query)), query.limit, (row) =>
        view(world, row),
      ),
  }),
  route(tag, 'get', '/connections/{connectionId}', {
    need: 'admin',
    operationId: 'getConnection',
    summary: 'Read a connection',
    answer: connection,
    run: async ({ world, caller, params }) =>
      view(world, await getConnection(world, caller, params.connectionId)),
  }),
  route(tag, 'patch', '/connections/{connectionId}', {
    need: 'admin',
    operationId: 'updateConnection',
    summary: 'Change a connection; what makes trust needs an owner with a fresh own proof',
    body: z.strictObject({
      ...settings,
      name: line(200).optional(),
      status: z.enum(['active', 'test', 'off']).optional(),
    }),
    answer: connection,
    run: async ({ world, caller, params, body }) =>
      view(world, await updateConnection(world, caller, params.connectionId, body)),
  }),
  route(tag, 'delete', '/connections/{connectionId}', {
    need: 'admin',
    operationId: 'deleteConnection',
    summary: 'Delete a connection; members keep their role',
    run: ({ world, caller, params }) => deleteConnection(world, caller, params.connectionId),
  }),
  route(tag, 'get', '/connections/{connectionId}/sign-ins', {
    need: 'admin',
    operationId: 'listSignIns',
    summary: 'The last attempts to sign in, newest first',
    query: paged({}),
    answer: pageOf(signIn),
    run: async ({ world, caller, params, query }) =>
      toPage(
        await listSignIns(world, caller, params.connectionId, pageRequest(query)),
        query.limit,
        (row) => ({ ...row, at: iso(row.at) }),
      ),
  }),
]
