// What every HTTP door shares: errors to status, validation, cookies, client addresses and limits.
import { beforeAll, describe, expect, test } from '@jest/globals'
import express, { type Request, type Response } from 'express'
import supertest from 'supertest'
import { z } from 'zod'
import type { World } from '../../src/actions/world.ts'
import { clientAddress, clientNetwork } from '../../src/http/client-address.ts'
import { retryAfterOf, statusOf, toAppError } from '../../src/http/errors.ts'
import { refuseDeepJson } from '../../src/http/json-depth.ts'
import { takeFromLimit } from '../../src/http/rate-limit.ts'
import { readCookie, readSessionCookie, setSessionCookie } from '../../src/http/session-cookie.ts'
import { validate } from '../../src/http/validate.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { freshWorld } from '../support/world.ts'

function caught(work: () => unknown): AppError {
  try {
    work()
  } catch (error) {
    return toAppError(error)
  }
  throw new Error('nothing was thrown')
}

describe('an error', () => {
  const app = express()
  app.use(
    express.json({ limit: 100 }),
    express.urlencoded({ limit: 100, extended: false, parameterLimit: 3 }),
  )
  app.get('/items/:id', (_req: Request, res: Response) => {
    res.end()
  })
  app.post('/fails', () => {
    throw new Error('the database password is hunter2')
  })
  app.use((thrown: unknown, _req: Request, res: Response, _next: unknown) => {
    const error = toAppError(thrown)
    res.status(statusOf(error)).json({ code: error.code, message: error.message })
  })
  const post = (type: string, body: string) =>
    supertest(app).post('/fails').set('Content-Type', type).send(body)

  test.each([
    ['malformed JSON', 'application/json', '{"a":', 400, 'malformed_json'],
    ['a JSON scalar', 'application/json', '"a"', 400, 'malformed_json'],
    ['a body over the limit', 'application/json', JSON.stringify('a'.repeat(200)), 413, 'body_too_large'],
    ['an unknown charset', 'application/json; charset=klingon', '{}', 415, 'unsupported_charset'],
    [
      'too many form fields',
      'application/x-www-form-urlencoded',
      'a=1&b=2&c=3&d=4',
      413,
      'too_many_parameters',
    ],
  ])('of %s is the caller’s', async (_name, type, body, status, code) => {
    const answer = await post(type, body)
    expect([answer.status, answer.body.code]).toEqual([status, code])
  })

  test('of an unknown encoding is the caller’s', async () => {
    const answer = await post('application/json', '{}').set('Content-Encoding', 'klingon')
    expect([answer.status, answer.body.code]).toEqual([415, 'unsupported_encoding'])
  })

  test('of a broken percent-encoding is the caller’s', async () => {
    const answer = await supertest(app).get('/items/%E0%A4%A')
    expect([answer.status, answer.body.code]).toEqual([400, 'malformed_url'])
  })

  test('that nobody expected is internal, and nothing of it is shown', async () => {
    const answer = await post('application/json', '{}')
    expect([answer.status, answer.body]).toEqual([500, { code: 'internal', message: 'Internal error.' }])
  })

  test('of a value that PostgreSQL cannot store is the caller’s', () => {
    const error = toAppError(Object.assign(new Error('invalid byte sequence'), { code: '22021' }))
    expect(statusOf(error)).toBe(400)
  })

  test('of a duplicate that no deed expected is ours', () => {
    expect(statusOf(toAppError(Object.assign(new Error('duplicate'), { code: '23505' })))).toBe(500)
  })
})

describe('the gate before JSON', () => {
  const app = express()
    .post('/', express.json({ verify: refuseDeepJson }), (req: Request, res: Response) => {
      res.json(req.body)
    })
    .use((thrown: unknown, _req: Request, res: Response, _next: unknown) => {
      const error = toAppError(thrown)
      res.status(statusOf(error)).json({ code: error.code })
    })
  const send = (body: string, charset = 'utf-8') =>
    supertest(app).post('/').set('Content-Type', `application/json; charset=${charset}`).send(body)
  const nested = (depth: number) => `${'{"a":['.repeat(depth / 2)}${']}'.repeat(depth / 2)}`

  test('lets pass what is 32 deep, brackets in texts not counted', async () => {
    expect((await send(nested(32))).status).toBe(200)
    const text = { a: `"\\${'['.repeat(100)}`, b: '{'.repeat(100) }
    expect((await send(JSON.stringify(text))).body).toEqual(text)
    expect((await send(`[${'[],'.repeat(500)}[]]`)).status).toBe(200)
  })

  test('refuses what is deeper, and what is not in UTF-8', async () => {
    const deep = await send(nested(34))
    expect([deep.status, deep.body.code]).toEqual([400, 'too_deep'])
    expect((await send('[]', 'utf-16')).status).toBe(415)
  })
})

describe('validation', () => {
  const schema = z.strictObject({ name: z.string().min(1), projects: z.array(z.string()).optional() })

  test('names each field that is wrong, missing or unknown', () => {
    const error = caught(() => validate(schema, { projects: ['a', 3], colour: 'red' }))
    expect([error.kind, error.code]).toEqual(['invalid', 'invalid_request'])
    const errors = error.details.errors as { path: string; message: string }[]
    expect(new Map(errors.map(({ path, message }) => [path, message]))).toEqual(
      new Map<string, unknown>([
        ['name', 'is required'],
        ['projects.1', expect.stringContaining('expected string')],
        ['colour', 'is not known'],
      ]),
    )
  })

  test('of no body at all names the fields that are required', () => {
    const error = caught(() => validate(schema, undefined))
    expect(error.details.errors).toEqual([{ path: 'name', message: 'is required' }])
  })
})

describe('a cookie', () => {
  const app = (publicUrl: string) =>
    express().get('/', (req: Request, res: Response) => {
      setSessionCookie(res, 'tok en', { publicUrl, lifetimeSeconds: 60 })
      res.json({ session: readSessionCookie(req), other: readCookie(req, 'other') })
    })

  test('of a session is out of reach for scripts and other sites, and Secure under https', async () => {
    const plain = await supertest(app('http://localhost:3000')).get('/')
    expect(plain.headers['set-cookie']?.[0]).toMatch(
      /^gatehouse_session=tok%20en; Max-Age=60; Path=\/; Expires=.+; HttpOnly; SameSite=Lax$/,
    )
    const secure = await supertest(app('https://people.example.com')).get('/')
    expect(secure.headers['set-cookie']?.[0]).toMatch(/; HttpOnly; Secure; SameSite=Lax$/)
  })

  test('is read by its exact name, whatever stands beside it', async () => {
    const { body } = await supertest(app('http://x'))
      .get('/')
      .set('Cookie', 'xgatehouse_session=no; gatehouse_session=a%20b; other=%zz; =; x')
    expect(body).toEqual({ session: 'a b', other: '%zz' })
  })
})

describe("a client's address", () => {
  const app = (trust: number) =>
    express()
      .set('trust proxy', trust || false)
      .get('/', (req: Request, res: Response) => {
        res.json([clientAddress(req), clientNetwork(req)])
      })

  test('is the connection’s unless proxies are trusted', async () => {
    const { body } = await supertest(app(0)).get('/').set('X-Forwarded-For', '203.0.113.7')
    expect(body).toEqual(['127.0.0.1', '127.0.0.1'])
  })

  test('is what the trusted proxy saw, not what the client claims', async () => {
    const { body } = await supertest(app(1)).get('/').set('X-Forwarded-For', '10.0.0.1, 203.0.113.7')
    expect(body).toEqual(['203.0.113.7', '203.0.113.7'])
    const garbage = await supertest(app(1)).get('/').set('X-Forwarded-For', "'; drop table x")
    expect(garbage.body).toEqual(['127.0.0.1', '127.0.0.1'])
  })

  test('counts as its /64 under IPv6', async () => {
    const { body } = await supertest(app(1)).get('/').set('X-Forwarded-For', '2001:db8:0:00ab::1')
    expect(body[1]).toBe('2001:db8:0:ab::/64')
    const short = await supertest(app(1)).get('/').set('X-Forwarded-For', '2001:db8::9')
    expect(short.body[1]).toBe('2001:db8:0:0::/64')
  })
})

describe('a limit', () => {
  let world: World
  let node: World
  beforeAll(async () => {
    world = await freshWorld({ settings: { rateLimits: true } })
    node = await freshWorld({ dataSource: world.dataSource, settings: { rateLimits: false } })
  })

  test('lets its points pass and then says when to come again', async () => {
    const limit = { name: 'test-points', points: 3, seconds: 60 }
    for (let take = 0; take < 3; take += 1) await takeFromLimit(world, limit, 'ann')
    const over = await takeFromLimit(world, limit, 'ann').catch((error: unknown) => error)
    expect(over).toBeInstanceOf(AppError)
    expect([statusOf(over as AppError), (over as AppError).code]).toEqual([429, 'rate_limited'])
    expect(retryAfterOf(over as AppError)).toBeGreaterThan(0)
    await takeFromLimit(world, limit, 'bob')
  })

  test('is lifted by RATE_LIMITS=off', async () => {
    const limit = { name: 'test-lifted', points: 1, seconds: 60 }
    for (let take = 0; take < 5; take += 1) await takeFromLimit(node, limit, 'ann')
  })

  test('takes keys of any length and characters, and keeps none of them', async () => {
    const limit = { name: 'test-keys', points: 5, seconds: 60 }
    await takeFromLimit(world, limit, `x\0${'é'.repeat(5000)}`)
    const rows = await world.dataSource.query<{ key: string }[]>(
      `select key from rate_limits where key like 'test-keys:%'`,
    )
    expect(rows.map(({ key }) => key)).toEqual([expect.stringMatching(/^test-keys:[\w-]{43}$/)])
  })

  test('counts what several nodes take together', async () => {
    const limit = { name: 'test-nodes', points: 2, seconds: 60 }
    const key = 'ann'
    await takeFromLimit(world, limit, key)
    await world.dataSource.query(`update rate_limits set points = points + 1 where key like 'test-nodes:%'`)
    await expect(takeFromLimit(world, limit, key)).rejects.toThrow('Too many requests')
  })
})
