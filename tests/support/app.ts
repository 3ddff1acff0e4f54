// The whole application on a database of its own, spoken to by supertest.
import type { Express } from 'express'
import supertest from 'supertest'
import { checkReadiness } from '../../src/actions/check-readiness.ts'
import { followDevClock, moveDevClock } from '../../src/actions/dev-clock.ts'
import type { World } from '../../src/actions/world.ts'
import { createApp } from '../../src/app/app.ts'
import { freshWorld, ROOT_KEY, type WorldOptions } from './world.ts'

export interface FreshApp {
  app: Express
  world: World
  /** `api.get('/api/v1/…').set(root)`; each call is a request of its own, without cookies. */
  api: ReturnType<typeof supertest>
  /** A client that keeps its cookies, as a browser does. */
  browser: () => ReturnType<typeof supertest.agent>
  rootKey: string
  /** The Authorization header of the root key. */
  root: { Authorization: string }
}

/** The application over a fresh world (or the given one). */
export async function freshApp(options: WorldOptions & { world?: World } = {}): Promise<FreshApp> {
  const world = options.world ?? (await freshWorld(options))
  const app = createApp(world, {
    isReady: () => checkReadiness(world),
    followClock: () => followDevClock(world),
    moveClock: (seconds) => moveDevClock(world, seconds),
  })
  return {
    app,
    world,
    api: supertest(app),
    browser: () => supertest.agent(app),
    rootKey: ROOT_KEY,
    root: { Authorization: `Bearer ${ROOT_KEY}` },
  }
}
