// The SCIM door's table of contents: which address and method does what.
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { authenticateDirectory } from '../actions/authenticate-directory.ts'
import { logDirectoryRequest } from '../actions/log-directory-request.ts'
import type { World } from '../actions/world.ts'
import { methodNotAllowed, retryAfterOf } from '../http/errors.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { readBody, redactedBody } from './body.ts'
import { runBulk } from './bulk.ts'
import { createBulkGate } from './bulk-gate.ts'
import * as discovery from './discovery.ts'
import { challengeOf, failureOf } from './errors.ts'
import { type Answer, type Exchange, readConditions, send } from './exchange.ts'
import { list } from './listing.ts'
import { allowedBy, requireAcceptable, requireSingle } from './manners.ts'
import { handlersOf, operate } from './operate.ts'
import { dialects, isObject } from './quirks.ts'
import { loadCatalogue, type ResourceType } from './schemas.ts'
import { createThrottle } from './throttle.ts'

type Handler = (exchange: Exchange, req: Request) => Promise<Answer> | Answer
type Methods = Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Handler>>

const idOf = (req: Request) => String(req.params.id)
const unsupported: Handler = () => {
  throw new AppError('unsupported', 'not_implemented', 'This service does not support that.')
}

/** The addresses of one resource type. */
function routesOf(type: ResourceType): [path: string, methods: Methods][] {
  const all: Handler = (exchange, req) => operate(exchange, req.method, { type, id: null })
  const one: Handler = (exchange, req) => operate(exchange, req.method, { type, id: idOf(req) })
  return [
    [type.endpoint, { get: all, post: all }],
    [`${type.endpoint}/.search`, { post: (exchange) => search(exchange, type) }],
    [`${type.endpoint}/:id`, { get: one, put: one, patch: one, delete: one }],
  ]
}

function search(exchange: Exchange, type: ResourceType): Promise<Answer> {
  if (!isObject(exchange.body))
    throw new AppError('invalid', 'invalidSyntax', 'The body must be a JSON object.')
  return list(exchange, handlersOf(type), type, exchange.body)
}

const otherRoutes: readonly [path: string, methods: Methods][] = [
  ['/ServiceProviderConfig', { get: discovery.serviceProviderConfig }],
  ['/ResourceTypes', { get: discovery.listResourceTypes }],
  ['/ResourceTypes/:id', { get: (x, req) => discovery.getResourceType(x, idOf(req)) }],
  ['/Schemas', { get: discovery.listSchemas }],
  ['/Schemas/:id', { get: (x, req) => discovery.getSchema(x, idOf(req)) }],
  // RFC 7644 §3.11: an alias of the caller's own resource, and the holder of a directory's token is no person.
  ['/Me', { get: unsupported, post: unsupported, put: unsupported, patch: unsupported, delete: unsupported }],
  ['/.search', { post: unsupported }],
]

/** The door as a router, mounted at `/scim`. */
export function scimRouter(world: World): Router {
  const catalogue = loadCatalogue(world.scimSchemasDir)
  const throttle = createThrottle()
  const gate = createBulkGate()
  const bulk: Handler = (exchange) =>
    world.rateLimits ? gate(exchange.directory.id, () => runBulk(exchange)) : runBulk(exchange)
  const routes = [...catalogue.types.flatMap(routesOf), ...otherRoutes, ['/Bulk', { post: bulk }] as const]
  const router = express.Router({ strict: false, caseSensitive: false })
  const directory = express.Router({ mergeParams: true, strict: false, caseSensitive: false })
  directory.use(async (req: Request, res: Response, next: NextFunction) => {
    const opened = await open(world, req, res)
    if (world.rateLimits) throttle(opened.directory.id)
    requireAcceptable(req.headers.accept)
    res.locals.scim = opened
    next()
  })
  directory.use(readBody)
  for (const [path, methods] of routes) {
    const route = directory.route(path)
    for (const [method, handler] of Object.entries(methods)) {
      route[method as keyof Methods](async (req: Request, res: Response) => {
        const opened = res.locals.scim as Opened
        const { query, body = null } = req
        requireSingle(query)
        const exchange = { ...opened, catalogue, query, body, conditions: readConditions(req) }
        send(res, await handler(exchange, req))
      })
    }
    const allow = allowedBy(methods)
    route.options((_req: Request, res: Response) =>
      send(res, { status: 204, body: null, headers: { Allow: allow.join(', ') } }),
    )
    route.all(() => {
      throw methodNotAllowed(allow)
    })
  }
  router.use('/v2/:directoryId', directory)
  router.use(refuseAddress)
  router.use((thrown: unknown, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) next(thrown)
    else sendError(world, res, thrown)
  })
  return router
}

type Opened = Pick<Exchange, 'world' | 'directory' | 'dialect' | 'base'>

/** Opens the exchange: the token's directory, its dialect, and the request log's line to be written afterwards. */
async function open(world: World, req: Request, res: Response): Promise<Opened> {
  const started = performance.now()
  const path = req.url
  const directoryId = String(req.params.directoryId)
  const token = /^Bearer +([\w.~+/=-]+) *$/i.exec(req.headers.authorization ?? '')?.[1]
  if (token === undefined) {
    throw new AppError('unauthenticated', 'token_missing', 'A bearer token of this directory is needed.')
  }
  const directory = await authenticateDirectory(world, directoryId.toLowerCase(), token)
  const at = world.clock.now()
  res.on('finish', () => {
    const answer = res.locals.scimAnswer
    logDirectoryRequest(world, {
      directoryId: directory.id,
      at,
      method: req.method,
      path,
      status: res.statusCode,
      requestBody: redactedBody(req),
      responseBody: Buffer.isBuffer(answer) ? answer.toString('utf8', 0, 16_384) : null,
      durationMs: Math.round(performance.now() - started),
    })
  })
  const base = `${world.publicUrl}/scim/v2/${directory.id}`
  return { world, directory, dialect: dialects[directory.preset], base }
}

/** Another version of the protocol (RFC 7644 §3.13), or an address that is none. */
function refuseAddress(req: Request): never {
  const version = /^\/v(\d[^/]*)/i.exec(req.path)?.[1]
  if (version === undefined || version === '2') throw notFound('This address')
  throw new AppError('invalid', 'invalidVers', `Version ${version} of SCIM is not spoken here: use v2.`)
}

function sendError(world: World, res: Response, thrown: unknown): void {
  const { error, status, body } = failureOf(world, thrown)
  const headers: Record<string, string> = {}
  if (status === 401) headers['WWW-Authenticate'] = challengeOf(error)
  const retryAfter = retryAfterOf(error)
  if (retryAfter !== null) headers['Retry-After'] = String(retryAfter)
  if (Array.isArray(error.details.allow)) headers.Allow = error.details.allow.join(', ')
  send(res, { status, body, headers })
}
