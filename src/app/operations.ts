// What operators and tests ask of the server itself: health, readiness, metrics and, in development, the clock.
import express, { type Request, type Response, Router } from 'express'
import { z } from 'zod'
import type { World } from '../actions/world.ts'
import { validate } from '../http/validate.ts'
import type { AppDeeds } from './deeds.ts'
import type { Metrics } from './metrics.ts'

const YEAR_SECONDS = 366 * 24 * 3600

const clockMove = z.strictObject({ advanceSeconds: z.number().int().min(0).max(YEAR_SECONDS) })

/** `/healthz`, `/readyz`, `/metrics`, and `/dev/clock` with `DEV_CLOCK`. */
export function operationsRouter(world: World, deeds: AppDeeds, metrics: Metrics): Router {
  const router = Router({ caseSensitive: true, strict: true })
  router.get('/healthz', (_req: Request, res: Response) => {
    res.setHeader('Cache-Control', 'no-store')
    res.json({ status: 'ok' })
  })
  router.get('/readyz', async (_req: Request, res: Response) => {
    const ready = await deeds.isReady()
    res.setHeader('Cache-Control', 'no-store')
    res.status(ready ? 200 : 503).json({ status: ready ? 'ready' : 'not_ready' })
  })
  router.get('/metrics', async (_req: Request, res: Response) => {
    res.setHeader('Content-Type', metrics.registry.contentType)
    res.end(await metrics.registry.metrics())
  })
  if (world.devClock) {
    router.post('/dev/clock', express.json(), async (req: Request, res: Response) => {
      const { advanceSeconds } = validate(clockMove, req.body)
      await deeds.moveClock(advanceSeconds)
      res.json({ now: world.clock.now().toISOString() })
    })
  }
  return router
}
