// The Express application: the manners of the whole house, then the doors, then the answers of last resort.
import express, { type Express, type NextFunction, type Request, type Response } from 'express'
import helmet from 'helmet'
import type { World } from '../actions/world.ts'
import type { AppDeeds } from './deeds.ts'
import { doors } from './doors.ts'
import { lastError, unknownAddress } from './last-answers.ts'
import { createMetrics } from './metrics.ts'
import { operationsRouter } from './operations.ts'
import { requestLog } from './request-log.ts'

/** The whole product as one Express application. `processMetrics` is set once in a process. */
export function createApp(
  world: World,
  deeds: AppDeeds,
  options: { processMetrics?: boolean } = {},
): Express {
  const app = express()
  const metrics = createMetrics(options.processMetrics ?? false)
  app.disable('x-powered-by')
  // Entity tags are the doors' own business: Express would answer 304 to whatever it hashed.
  app.set('etag', false)
  app.set('query parser', 'simple')
  app.set('trust proxy', world.trustProxy || false)
  app.set('case sensitive routing', true)

  app.use(metrics.measure)
  app.use(requestLog(world.log))
  app.use(securityHeaders(world))
  app.use(operationsRouter(world, deeds, metrics))
  if (world.devClock) {
    app.use(async (_req: Request, _res: Response, next: NextFunction) => {
      await deeds.followClock()
      next()
    })
  }
  for (const door of doors) app.use(door.path, door.router(world, metrics.registry))
  app.use(unknownAddress(world))
  app.use(lastError(world))
  return app
}

/** What every answer says to browsers; a page narrows its own Content-Security-Policy further. */
function securityHeaders(world: World) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"], 'base-uri': ["'none'"] },
    },
    strictTransportSecurity: world.publicUrl.startsWith('https:') ? { maxAge: 31_536_000 } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
}
