// The SAML door's table of contents: what each address under `/saml/{connectionId}` answers.
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { type ConnectionForSignIn, findConnection } from '../actions/find-connection.ts'
import type { World } from '../actions/world.ts'
import { methodNotAllowed } from '../http/errors.ts'
import { isPrefetch } from '../http/form-guard.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { consume } from './acs.ts'
import { finish } from './continue.ts'
import { spMetadata } from './metadata.ts'
import { start } from './start.ts'

/** A request that has found its Connection. */
export type Handler = (
  world: World,
  connection: ConnectionForSignIn,
  req: Request,
  res: Response,
) => Promise<void>

/** The door, mounted at `/saml`. */
export function samlRouter(world: World): Router {
  const router = express.Router({ caseSensitive: true, strict: true })
  // A Response of 256 KiB in base64, percent-encoded, with a RelayState beside it; larger bodies answer 413.
  const form = express.urlencoded({ extended: false, limit: '1mb', parameterLimit: 20 })
  router.get('/:connectionId/metadata', at(world, metadata))
  router.all('/:connectionId/metadata', only('GET', 'HEAD'))
  router.get('/:connectionId/sign-in', quiet, at(world, start))
  router.all('/:connectionId/sign-in', only('GET', 'HEAD'))
  router.post('/:connectionId/acs', form, at(world, consume))
  router.all('/:connectionId/acs', only('POST'))
  router.get('/:connectionId/continue', quiet, at(world, finish))
  router.post('/:connectionId/continue', form, at(world, finish))
  router.all('/:connectionId/continue', only('GET', 'HEAD', 'POST'))
  return router
}

function at(world: World, handler: Handler) {
  return async (req: Request, res: Response): Promise<void> => {
    const { connectionId } = req.params
    const known = typeof connectionId === 'string' && isId(connectionId)
    const connection = known ? await findConnection(world, connectionId) : null
    if (connection === null) throw notFound('The single sign-on connection')
    await handler(world, connection, req, res)
  }
}

/** HEAD runs the handler of GET in Express; here GET starts and finishes sign-ins, and neither a scanner's HEAD nor a prefetch must. */
function quiet(req: Request, res: Response, next: NextFunction): void {
  if (req.method === 'HEAD') res.status(200).setHeader('Cache-Control', 'no-store').end()
  // No success, so that the browser asks again when the person comes.
  else if (isPrefetch(req)) res.status(503).setHeader('Cache-Control', 'no-store').end()
  else next()
}

function only(...methods: string[]) {
  return (): void => {
    throw methodNotAllowed(methods)
  }
}

async function metadata(
  world: World,
  connection: ConnectionForSignIn,
  _req: Request,
  res: Response,
): Promise<void> {
  const xml = spMetadata({ ...connection, productName: world.productName })
  res.setHeader('Content-Type', 'application/samlmetadata+xml')
  res.setHeader('Content-Disposition', 'inline; filename="gatehouse-metadata.xml"')
  res.setHeader('Cache-Control', 'public, max-age=300')
  res.end(Buffer.from(xml, 'utf8'))
}
