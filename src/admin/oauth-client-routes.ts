// OAuth clients of a directory: by a secret, several of which may live, or by another issuer's assertions.
import { z } from 'zod'
import { createOauthClient } from '../actions/create-oauth-client.ts'
import { createOauthSecret } from '../actions/create-oauth-secret.ts'
import { deleteOauthClient, deleteOauthSecret } from '../actions/delete-oauth-client.ts'
import { listOauthClients } from '../actions/list-oauth-clients.ts'
import type { World } from '../actions/world.ts'
import { id, iso, isoOrNull, line, moment, time, webAddress } from './fields.ts'
import { pageOf, type Route, route } from './route.ts'

const secretFields = {
  id,
  hint: z.string().describe('The last characters of the secret.'),
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable(),
  createdAt: time,
}

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())) })

const clientFields = {
  id,
  clientId: id.describe('The client_id of the protocol.'),
  label: z.string(),
  tokenUrl: z.string().describe('Where the client asks for access tokens.'),
  assertion: z
    .object({
      issuer: z.string(),
      subject: z.string(),
      audience: z.string().nullable(),
      jwksUrl: z.string().nullable(),
      jwks: keySet.nullable(),
      repeatable: z.boolean(),
    })
    .nullable(),
  secrets: z.array(z.object(secretFields)),
  expiresAt: time.nullable(),
  lastUsedAt: time.nullable().describe('When it was last given an access token.'),
  createdAt: time,
}

const wantedAssertion = z.strictObject({
  issuer: line(500).optional().describe('What iss must be; the clientId unless said otherwise.'),
  subject: line(500).optional().describe('What sub must be; the clientId unless said otherwise.'),
  audience: line(500).optional().describe('What aud must be; tokenUrl or scimBaseUrl unless said otherwise.'),
  jwksUrl: webAddress.optional().describe('Where the issuer publishes its keys; or jwks.'),
  jwks: z
    .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(100) })
    .optional()
    .describe('The public keys themselves (RFC 7517).'),
  repeatable: z
    .boolean()
    .default(false)
    .describe('Whether one assertion may be shown again until it expires; otherwise it opens the door once.'),
})

type ClientRow = Awaited<ReturnType<typeof listOauthClients>>[number]
type SecretRow = ClientRow['secrets'][number]

function secretView({ id, hint, expiresAt, lastUsedAt, createdAt }: SecretRow) {
  return {
    id,
    hint,
    expiresAt: isoOrNull(expiresAt),
    lastUsedAt: isoOrNull(lastUsedAt),
    createdAt: iso(createdAt),
  }
}

function clientView(world: World, row: ClientRow) {
  const { id, directoryId, label, assertion, secrets, expiresAt, lastUsedAt, createdAt } = row
  return {
    id,
    clientId: id,
    label,
    tokenUrl: `${world.publicUrl}/scim/v2/${directoryId}/oauth/token`,
    assertion,
    secrets: secrets.map(secretView),
    expiresAt: isoOrNull(expiresAt),
    lastUsedAt: isoOrNull(lastUsedAt),
    createdAt: iso(createdAt),
  }
}

const tag = 'Directories'

export const oauthClientRoutes: Route[] = [
  route(tag, 'post', '/directories/{directoryId}/oauth-clients', {
    need: 'admin',
    operationId: 'createOauthClient',
    summary: 'Make an OAuth client; its secret is shown once',
    status: 201,
    body: z.strictObject({
      label: line(200),
      expiresAt: moment.optional(),
      assertion: wantedAssertion
        .optional()
        .describe('For a client without a secret (RFC 7523 §2.2), as Entra’s workload identity is.'),
    }),
    answer: z.object({ ...clientFields, clientSecret: z.string().nullable() }),
    run: async ({ world, caller, params, body }) => {
      const made = await createOauthClient(world, caller, params.directoryId, body)
      return { ...clientView(world, made), clientSecret: made.clientSecret }
    },
  }),
  route(tag, 'get', '/directories/{directoryId}/oauth-clients', {
    need: 'admin',
    operationId: 'listOauthClients',
    summary: 'List OAuth clients, without their secrets',
    answer: pageOf(z.object(clientFields)),
    run: async ({ world, caller, params }) => {
      const rows = await listOauthClients(world, caller, params.directoryId)
      return { items: rows.map((row) => clientView(world, row)), nextCursor: null }
    },
  }),
  route(tag, 'delete', '/directories/{directoryId}/oauth-clients/{clientId}', {
    need: 'admin',
    operationId: 'deleteOauthClient',
    summary: 'End an OAuth client, its secrets and the access tokens that it was given',
    run: ({ world, caller, params }) => deleteOauthClient(world, caller, params.directoryId, params.clientId),
  }),
  route(tag, 'post', '/directories/{directoryId}/oauth-clients/{clientId}/secrets', {
    need: 'admin',
    operationId: 'createOauthSecret',
    summary: 'Make a further secret, for rotation; it is shown once, and five may live',
    status: 201,
    body: z.strictObject({ expiresAt: moment.optional() }),
    bodyOptional: true,
    answer: z.object({ ...secretFields, clientSecret: z.string() }),
    run: async ({ world, caller, params, body }) => {
      const made = await createOauthSecret(world, caller, params.directoryId, params.clientId, body)
      return { ...secretView(made), clientSecret: made.clientSecret }
    },
  }),
  route(tag, 'delete', '/directories/{directoryId}/oauth-clients/{clientId}/secrets/{secretId}', {
    need: 'admin',
    operationId: 'deleteOauthSecret',
    summary: 'End a secret and the access tokens that were given for it',
    run: ({ world, caller, params }) =>
      deleteOauthSecret(world, caller, params.directoryId, params.clientId, params.secretId),
  }),
]
