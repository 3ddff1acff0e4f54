// The SCIM door's table of contents: which address and method does what.
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { Registry } from 'prom-client'
import type { World } from '../actions/world.ts'
import { answerErrors } from '../http/answer-errors.ts'
import { methodNotAllowed, retryAfterOf } from '../http/errors.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { performerOf, promiseAnswer, showAsyncRequest } from './async-requests.ts'
import { readBody } from './body.ts'
import { runBulk } from './bulk.ts'
import { createBulkGate } from './bulk-gate.ts'
import * as discovery from './discovery.ts'
import { challengeOf, failureOf } from './errors.ts'
import { eventPollRouter } from './event-poll.ts'
import { type Answer, type Exchange, readConditions, send } from './exchange.ts'
import { allowedBy, requireAcceptable, requireSingle } from './manners.ts'
import { createMeter } from './meter.ts'
import { createOpening, noteAnswer, type Opened } from './opening.ts'
import { operate } from './operate.ts'
import { loadCatalogue, type ResourceType } from './schemas.ts'
import { listAll, searchAll, searchType } from './search.ts'
import { tokenRouter } from './token-endpoint.ts'

type Handler = (exchange: Exchange, req: Request) => Promise<Answer> | Answer
type Methods = Partial<Record<'get' | 'post' | 'put' | 'patch' | 'delete', Handler>>

const idOf = (req: Request) => String(req.params.id)
/** HEAD is a GET of which nothing but the head is sent. */
const methodOf = ({ method }: Request) => (method === 'HEAD' ? 'GET' : method)
const unsupported: Handler = () => {
  throw new AppError('unsupported', 'not_implemented', 'This service does not support that.')
}

/** The addresses of one resource type. */
function routesOf(type: ResourceType): [path: string, methods: Methods][] {
  const all: Handler = (exchange, req) => operate(exchange, methodOf(req), { type, id: null })
  const one: Handler = (exchange, req) => operate(exchange, methodOf(req), { type, id: idOf(req) })
  return [
    [type.endpoint, { get: all, post: all }],
    [`${type.endpoint}/.search`, { post: (exchange) => searchType(exchange, type) }],
    [`${type.endpoint}/:id`, { get: one, put: one, patch: one, delete: one }],
  ]
}

const otherRoutes: readonly [path: string, methods: Methods][] = [
  ['/ServiceProviderConfig', { get: discovery.serviceProviderConfig }],
  ['/ResourceTypes', { get: discovery.listResourceTypes }],
  ['/ResourceTypes/:id', { get: (x, req) => discovery.getResourceType(x, idOf(req)) }],
  ['/Schemas', { get: discovery.listSchemas }],
  ['/Schemas/:id', { get: (x, req) => discovery.getSchema(x, idOf(req)) }],
  // RFC 7644 §3.11: an alias of the caller's own resource, and the holder of a directory's token is no person.
  ['/Me', { get: unsupported, post: unsupported, put: unsupported, patch: unsupported, delete: unsupported }],
  ['/.search', { post: searchAll }],
  ['/', { get: listAll }],
]

/** The door as a router, mounted at `/scim`. */
export function scimRouter(world: World, registry = new Registry()): Router {
  const catalogue = loadCatalogue(world.scimSchemasDir)
  const meter = createMeter(world, catalogue, registry)
  const open = createOpening(world, catalogue, meter)
  const gate = createBulkGate()
  world.performRequest = performerOf(world, catalogue)
  const bulk: Handler = (exchange) =>
    world.rateLimits ? gate(exchange.directory.id, () => runBulk(exchange)) : runBulk(exchange)
  const routes = [...catalogue.types.flatMap(routesOf), ...otherRoutes, ['/Bulk', { post: bulk }] as const]
  const router = express.Router({ strict: false, caseSensitive: false })
  const directory = express.Router({ mergeParams: true, strict: false, caseSensitive: false })
  directory.use(async (req: Request, res: Response, next: NextFunction) => {
    res.locals.scim = await open(req, res)
    requireAcceptable(req.headers.accept)
    next()
  })
  directory.use(readBody)
  directory
    .route('/async-requests/:id')
    .get((req: Request, res: Response) => showAsyncRequest(world, req, res))
    .all(() => {
      throw methodNotAllowed(['GET', 'HEAD'])
    })
  for (const [path, methods] of routes) {
    const route = directory.route(path)
    for (const [method, handler] of Object.entries(methods)) {
      route[method as keyof Methods](async (req: Request, res: Response) => {
        const opened = res.locals.scim as Opened
        const { query, body = null } = req
        requireSingle(query)
        const exchange = { ...opened, catalogue, query, body, conditions: readConditions(req) }
        send(res, (await promiseAnswer(exchange, req)) ?? (await handler(exchange, req)))
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
  router.use(meter.measure)
  // A client that asks for a token has none to show yet.
  router.use('/v2/:directoryId/oauth', tokenRouter(world))
  // A receiver's token opens its stream and nothing of the directory.
  router.use('/v2/:directoryId/event-streams', eventPollRouter(world))
  router.use('/v2/:directoryId', directory)
  router.use(refuseAddress)
  router.use(answerErrors((_req, res, thrown) => sendError(world, res, thrown)))
  return router
}

/** Another version of the protocol (RFC 7644 §3.13), or an address that is none. */
function refuseAddress(req: Request): never {
  const version = /^\/v(\d[^/]*)/i.exec(req.path)?.[1]
  if (version === undefined || version === '2') throw notFound('This address')
  throw new AppError('invalid', 'invalidVers', `Version ${version} of SCIM is not spoken here: use v2.`)
}

function sendError(world: World, res: Response, thrown: unknown): void {
  const { error, status, body } = failureOf(world, thrown)
  noteAnswer(res, error, body.scimType)
  const headers: Record<string, string> = {}
  if (status === 401) headers['WWW-Authenticate'] = challengeOf(error)
  const retryAfter = retryAfterOf(error)
  if (retryAfter !== null) headers['Retry-After'] = String(retryAfter)
  if (Array.isArray(error.details.allow)) headers.Allow = error.details.allow.join(', ')
  send(res, { status, body, headers })
}
