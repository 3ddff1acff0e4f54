// The OpenAPI 3.1 document, made from the schemas that validate the requests.
import { z } from 'zod'
import type { World } from '../actions/world.ts'
import { limitsText } from './handle.ts'
import type { Route } from './route.ts'

export interface Operation {
  operationId: string
  summary: string
  tags: string[]
  description: string
  parameters: Record<string, unknown>[]
  requestBody?: Record<string, unknown>
  responses: Record<string, unknown>
  security?: unknown[]
}

export interface Document {
  openapi: '3.1.0'
  info: { title: string; version: string; description: string }
  servers: { url: string }[]
  paths: Record<string, Record<string, Operation>>
  components: Record<string, unknown>
  security: unknown[]
}

const WHO: Record<Route['need'], string> = {
  root: "The host product's key.",
  owner: "An owner, or the host product's key.",
  admin: "An administrator or owner, an organization's key of that role, or the host product's key.",
  member: 'Any member for what is their own; administrators for the rest.',
  session: 'A signed-in person.',
  anybody: 'Anybody.',
}

/** One operation per route; errors of every operation are RFC 9457 problem details. */
export function openApiDocument(world: World, routes: readonly Route[]): Document {
  const paths: Document['paths'] = {}
  for (const route of routes) {
    const item = paths[route.path] ?? {}
    item[route.method] = operationOf(route)
    paths[route.path] = item
  }
  return {
    openapi: '3.1.0',
    info: {
      title: `${world.productName}: organizations, people, invitations and single sign-on`,
      version: '1',
      description: `Bearer token: the root key, a key of an organization, or the token of a person. By the session cookie a call that changes something needs X-CSRF-Token. ${limitsText}`,
    },
    servers: [{ url: `${world.publicUrl}/api/v1` }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        cookie: { type: 'apiKey', in: 'cookie', name: 'gatehouse_session' },
      },
      schemas: { Problem: jsonSchema(problem, 'output') },
    },
    security: [{ bearer: [] }, { cookie: [] }],
  }
}

/** A schema as the wire shows it: requests as they come in, answers as they go out. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _version, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return rest
}

const problem = z.looseObject({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string().describe('Stable; what a program may look at.'),
  detail: z.string().describe('A sentence for people.'),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  reason: z.string().optional(),
  nextActor: z.string().optional(),
})

function operationOf(route: Route): Operation {
  const body = route.body === null ? null : jsonSchema(route.body, 'input')
  return {
    operationId: route.operationId,
    summary: route.summary,
    tags: [route.tag],
    description: WHO[route.need],
    parameters: parametersOf(route),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: !route.bodyOptional,
            content: { 'application/json': { schema: body } },
          },
        }),
    responses: {
      [route.status]: {
        description: 'Done.',
        ...(route.answer === null
          ? {}
          : { content: { 'application/json': { schema: jsonSchema(route.answer, 'output') } } }),
      },
      default: {
        description: 'Refused.',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
    ...(route.need === 'anybody' ? { security: [] } : {}),
  }
}

function parametersOf(route: Route): Record<string, unknown>[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    description: name === 'org' ? 'An id or a slug.' : name === 'email' ? 'An e-mail address.' : 'An id.',
    schema: name === 'org' || name === 'email' ? { type: 'string' } : { type: 'string', format: 'uuid' },
  }))
  const query = route.query === null ? null : jsonSchema(route.query, 'input')
  const properties = Object.entries((query?.properties ?? {}) as Record<string, unknown>)
  const required = (query?.required ?? []) as string[]
  const inQuery = properties.map(([name, schema]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema,
  }))
  const headers: Record<string, unknown>[] = []
  if (route.requiresIfMatch)
    headers.push({ name: 'If-Match', in: 'header', required: true, schema: { type: 'string' } })
  if (route.method === 'post')
    headers.push({
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'A repetition within 24 hours gets the first answer.',
      schema: { type: 'string', maxLength: 255 },
    })
  return [...inPath, ...inQuery, ...headers]
}
