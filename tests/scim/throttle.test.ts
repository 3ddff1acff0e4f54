// What holds up a directory that storms a node and a network that guesses tokens, and what the metrics say of the door.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals'
import fc from 'fast-check'
import { AppError } from '../../src/kernel/errors.ts'
import { createBuckets } from '../../src/scim/buckets.ts'
import { createGuessGuard, guessKey } from '../../src/scim/guessing.ts'
import { statementsOf } from '../support/world.ts'
import { bodyOf, type TestDirectory, testDirectory } from './directory.ts'

describe('a bucket', () => {
  test('lets through its burst, then its rate, and no key costs another one anything', () => {
    let now = 0
    const take = createBuckets({ perSecond: 10, burst: 20 }, () => now)
    const many = (key: string, times: number) =>
      Array.from({ length: times }, () => take(key)).filter(Boolean).length
    expect(many('a', 50)).toBe(20)
    expect(many('b', 50)).toBe(20)
    now += 1
    expect(many('a', 50)).toBe(10)
    now += 100
    expect(many('a', 50)).toBe(20)
  })

  test('never refuses whoever keeps to the rate, however the requests lie within it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0.1, max: 5, noNaN: true }), { maxLength: 200 }), (pauses) => {
        let now = 0
        const take = createBuckets({ perSecond: 10, burst: 20 }, () => now)
        return pauses.every((pause) => {
          now += pause
          return take('a')
        })
      }),
    )
  })
})

describe('the guard against guesses', () => {
  const refused = (work: () => void) => {
    try {
      work()
      return null
    } catch (error) {
      return (error as AppError).code
    }
  }
  const unknown = new AppError('unauthenticated', 'invalid_token', 'no')

  test('remembers what was refused for a while, and nothing that opened', () => {
    let now = 0
    const guard = createGuessGuard(true, () => now)
    guard.refused('bad', unknown)
    expect(refused(() => guard.admit('net', 'bad'))).toBe('invalid_token')
    now += 11
    expect(refused(() => guard.admit('net', 'bad'))).toBeNull()
    guard.opened('good')
    for (let n = 0; n < 500; n++) expect(refused(() => guard.admit('net', 'good'))).toBeNull()
  })

  test('holds up a network that shows many unknown tokens, yet no known one of the same network', () => {
    const guard = createGuessGuard(true, () => 0)
    guard.opened('good')
    const answers = Array.from({ length: 300 }, (_, n) => refused(() => guard.admit('net', `guess ${n}`)))
    expect(answers.filter((code) => code === 'rate_limited')).toHaveLength(200)
    expect(refused(() => guard.admit('net', 'good'))).toBeNull()
    expect(refused(() => guard.admit('elsewhere', 'guess'))).toBeNull()
    const lifted = createGuessGuard(false, () => 0)
    for (let n = 0; n < 300; n++) expect(refused(() => lifted.admit('net', `guess ${n}`))).toBeNull()
  })

  test('tells the same token at two directories apart, and keeps none', () => {
    expect(guessKey('a', 'scim_x')).not.toBe(guessKey('b', 'scim_x'))
    expect(guessKey('a', 'scim_x')).not.toContain('scim_x')
  })
})

describe('a directory over HTTP', () => {
  let directory: TestDirectory
  let server: Server
  let base: string
  beforeAll(async () => {
    directory = await testDirectory('okta', { settings: { rateLimits: true } })
    server = createServer(directory.app)
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  const get = async (path: string, token = directory.token) => {
    const answer = await fetch(`${base}${path}`, { headers: { Authorization: `Bearer ${token}` } })
    return { status: answer.status, headers: answer.headers, text: await answer.text() }
  }
  const metric = async (line: string) => {
    const { text } = await get('/metrics')
    return Number(
      text
        .split('\n')
        .find((one) => one.startsWith(`${line} `))
        ?.split(' ')
        .pop() ?? 0,
    )
  }

  test('is counted by method, resource and status, with labels that clients cannot invent', async () => {
    const at = `/scim/v2/${directory.id}`
    await directory.make('/Users', {
      userName: `m@${directory.domain}`,
      emails: [{ value: `m@${directory.domain}` }],
    })
    await get(`${at}/Users?count=0`)
    await get(`${at}/users/nobody`)
    await get(`${at}/Invented/${directory.id}`)
    await get(`${at}/Users`, 'scim_nobody')
    const labels = (method: string, resource: string, status: number) =>
      `gatehouse_scim_requests_total{method="${method}",resource="${resource}",status="${status}"}`
    expect(await metric(labels('POST', 'User', 201))).toBe(1)
    expect(await metric(labels('GET', 'User', 200))).toBe(1)
    expect(await metric(labels('GET', 'User', 404))).toBe(1)
    expect(await metric(labels('GET', 'other', 404))).toBe(1)
    expect(await metric(labels('GET', 'User', 401))).toBe(1)
    expect(await metric('gatehouse_scim_request_duration_seconds_count{method="POST",resource="User"}')).toBe(
      1,
    )
    expect(await metric('gatehouse_scim_outcomes_total{rule="C1",outcome="join"}')).toBe(1)
    expect(await metric('gatehouse_scim_request_log_lost_total')).toBe(0)
    const { text } = await get('/metrics')
    expect(text).not.toContain('Invented')
    expect(text).not.toContain(directory.id)
  })

  test('that storms a node is told when to go on, and goes on then', async () => {
    const at = `/scim/v2/${directory.id}/Users?count=0`
    // Time stands still meanwhile, so that a slow machine storms as well as a fast one.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now())
    const answers = await Promise.all(Array.from({ length: 450 }, () => get(at)))
    clock.mockRestore()
    const held = answers.filter((answer) => answer.status === 429)
    expect(
      answers.map((answer) => answer.status).filter((status) => status !== 200 && status !== 429),
    ).toEqual([])
    expect(held.length).toBeGreaterThanOrEqual(50)
    const [first] = held
    expect(first?.headers.get('retry-after')).toBe('1')
    expect(first?.headers.get('content-type')).toBe('application/scim+json')
    expect(bodyOf(first as { text: string })).toMatchObject({ status: '429' })
    expect(await metric('gatehouse_scim_throttled_total{by="directory"}')).toBe(held.length)
    await new Promise((done) => setTimeout(done, 1000))
    expect((await get(at)).status).toBe(200)
  })

  test('is not asked of the database for a token that was refused a moment ago', async () => {
    const at = `/scim/v2/${directory.id}/Users`
    expect((await get(at, 'scim_stale')).status).toBe(401)
    const sent = await statementsOf(directory.world, async () => {
      for (let n = 0; n < 20; n++) expect((await get(at, 'scim_stale')).status).toBe(401)
    })
    expect(sent).toEqual([])
  })

  test('answers while its network guesses, and the guesses end at 429', async () => {
    const at = `/scim/v2/${directory.id}/Users?count=0`
    const answers = await Promise.all(Array.from({ length: 400 }, (_, n) => get(at, `scim_guess_${n}`)))
    const statuses = new Set(answers.map((answer) => answer.status))
    expect([...statuses].sort()).toEqual([401, 429])
    expect(answers.find((answer) => answer.status === 429)?.headers.get('retry-after')).toBe('10')
    expect((await get(at)).status).toBe(200)
  })
})
