// The door of the JSON API: finds the route, the caller and the body, lets the route run and writes its answer.
import express, { type Request, type Response, Router } from 'express'
import type { World } from '../actions/world.ts'
import { answerErrors } from '../http/answer-errors.ts'
import { methodNotAllowed } from '../http/errors.ts'
import { refuseDeepJson } from '../http/json-depth.ts'
import { AppError } from '../kernel/errors.ts'
import { docsPage } from './docs.ts'
import { handle } from './handle.ts'
import { openApiDocument } from './openapi.ts'
import { sendProblem } from './problem.ts'
import type { Route } from './route.ts'
import { routes } from './routes.ts'

/** `/api/v1/…`, the document at `/api/openapi.json` and the page made from it at `/api/docs`. */
export function adminRouter(world: World): Router {
  const router = Router({ caseSensitive: true, strict: true })
  const document = openApiDocument(world, routes)
  const documentText = JSON.stringify(document)
  router.get('/openapi.json', (_req: Request, res: Response) => {
    res.setHeader('Content-Type', 'application/json')
    res.end(documentText)
  })
  router.get('/docs', (_req: Request, res: Response) => docsPage(res, world, document))
  for (const path of ['/openapi.json', '/docs']) refuseOthers(router, path, ['get'])

  const json = express.json({
    limit: '1mb',
    strict: false,
    type: ['application/json', 'application/*+json'],
    verify: refuseDeepJson,
  })
  for (const [path, entries] of byPath(routes)) {
    const address = `/v1${path.replace(/\{(\w+)\}/g, ':$1')}`
    for (const entry of entries) router[entry.method](address, ...handle(world, entry, json))
    refuseOthers(
      router,
      address,
      entries.map((entry) => entry.method),
    )
  }

  router.use(() => {
    throw new AppError('not_found', 'not_found', 'There is nothing at this address.')
  })
  router.use(answerErrors((req, res, thrown) => sendProblem(world.log, req, res, thrown)))
  return router
}

function byPath(entries: readonly Route[]): Map<string, Route[]> {
  const grouped = new Map<string, Route[]>()
  for (const entry of entries) grouped.set(entry.path, [...(grouped.get(entry.path) ?? []), entry])
  return grouped
}

/** The other methods of a path: OPTIONS tells what there is, the rest is 405 with Allow. */
function refuseOthers(router: Router, path: string, methods: readonly string[]): void {
  const allowed = methods.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
  router.all(path, (req: Request, res: Response) => {
    if (req.method !== 'OPTIONS') throw methodNotAllowed(allowed)
    res.setHeader('Allow', allowed.join(', '))
    res.status(204).end()
  })
}
