// Discovery: what this service supports, its resource types and its schemas (RFC 7644 §4).
import { eventUris } from '../domain/security-event.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { announcedSchema } from './announced-schema.ts'
import { MAX_PAYLOAD_BYTES } from './body.ts'
import { MOST_OPERATIONS } from './bulk-request.ts'
import { CURSOR_SECONDS } from './cursor.ts'
import type { Answer, Exchange } from './exchange.ts'
import { DEFAULT_PAGE, MAX_PAGE } from './list-query.ts'
import { listResponse } from './listing.ts'
import type { Resource } from './projection.ts'

/** GET /ServiceProviderConfig. */
export function serviceProviderConfig(exchange: Exchange): Answer {
  refuseFilter(exchange)
  const { base, directory, world } = exchange
  return {
    status: 200,
    body: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      documentationUri: `${world.publicUrl}/api/docs`,
      patch: { supported: true },
      bulk: { supported: true, maxOperations: MOST_OPERATIONS, maxPayloadSize: MAX_PAYLOAD_BYTES },
      filter: { supported: true, maxResults: MAX_PAGE },
      changePassword: { supported: false },
      sort: { supported: true },
      // RFC 9865 §4: pages are numbered unless a cursor is asked for.
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: DEFAULT_PAGE,
        maxPageSize: MAX_PAGE,
        cursorTimeout: CURSOR_SECONDS,
      },
      etag: { supported: true },
      // RFC 9967 §4: a request is answered by event only where somebody listens.
      securityEvents: { asyncRequest: directory.announces ? 'request' : 'none', eventUris },
      authenticationSchemes: [
        {
          type: 'oauthbearertoken',
          name: 'Bearer token',
          description: 'A token of the directory, sent in the Authorization header.',
          specUri: 'https://www.rfc-editor.org/rfc/rfc6750',
          primary: true,
        },
        {
          type: 'oauth2',
          name: 'OAuth client credentials',
          description:
            'A token for an hour, from the directory’s token endpoint, for a client secret or a client assertion (RFC 7523).',
          specUri: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.4',
          documentationUri: `${world.publicUrl}/.well-known/oauth-authorization-server${new URL(base).pathname}`,
        },
      ],
      meta: { resourceType: 'ServiceProviderConfig', location: `${base}/ServiceProviderConfig` },
    },
  }
}

/** GET /ResourceTypes. */
export function listResourceTypes(exchange: Exchange): Answer {
  refuseFilter(exchange)
  return whole(
    exchange.catalogue.types.map(({ json, name }) => located(exchange, json, `ResourceTypes/${name}`)),
  )
}

/** GET /ResourceTypes/{name}. */
export function getResourceType(exchange: Exchange, name: string): Answer {
  refuseFilter(exchange)
  const type = exchange.catalogue.types.find((candidate) => candidate.name === name)
  if (!type) throw notFound('The resource type')
  return { status: 200, body: located(exchange, type.json, `ResourceTypes/${type.name}`) }
}

/** GET /Schemas. */
export function listSchemas(exchange: Exchange): Answer {
  refuseFilter(exchange)
  const { catalogue, dialect } = exchange
  return whole(
    catalogue.schemas.map(({ json, id }) =>
      located(exchange, announcedSchema(json, dialect), `Schemas/${id}`),
    ),
  )
}

/** GET /Schemas/{urn}. */
export function getSchema(exchange: Exchange, id: string): Answer {
  refuseFilter(exchange)
  const schema = exchange.catalogue.schemas.find(
    (candidate) => candidate.id.toLowerCase() === id.toLowerCase(),
  )
  if (!schema) throw notFound('The schema')
  const json = announcedSchema(schema.json, exchange.dialect)
  return { status: 200, body: located(exchange, json, `Schemas/${schema.id}`) }
}

/** RFC 7644 §4: a filter is forbidden here, so that nobody takes a part for the whole; what else a query says is passed over. */
function refuseFilter({ query }: Exchange): void {
  if (query.filter !== undefined) {
    throw new AppError('forbidden', 'forbidden', 'Discovery answers cannot be filtered.')
  }
}

function whole(resources: Resource[]): Answer {
  return { status: 200, body: listResponse(resources, resources.length, 1) }
}

function located({ base }: Exchange, json: Readonly<Record<string, unknown>>, path: string): Resource {
  const meta = json.meta as Record<string, unknown> | undefined
  return { ...json, meta: { ...meta, location: `${base}/${path}` } }
}
