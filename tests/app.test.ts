// The application as a whole: health, readiness, headers, and the answers of last resort.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type FreshApp, freshApp } from './support/app.ts'

describe('the application', () => {
  let it: FreshApp
  beforeAll(async () => {
    it = await freshApp({ settings: { devClock: true } })
  })

  test('says that its process lives and that it is ready', async () => {
    expect((await it.api.get('/healthz')).body).toEqual({ status: 'ok' })
    const ready = await it.api.get('/readyz')
    expect([ready.status, ready.body]).toEqual([200, { status: 'ready' }])
  })

  test('counts requests by door for Prometheus', async () => {
    await it.api.get('/api/v1/nothing')
    const { text } = await it.api.get('/metrics')
    expect(text).toMatch(
      /gatehouse_http_request_duration_seconds_count\{door="admin",method="GET",status="4xx"\} \d/,
    )
  })

  test('moves its clock for every node by POST /dev/clock', async () => {
    const before = it.world.clock.now().getTime()
    const moved = await it.api.post('/dev/clock').send({ advanceSeconds: 86_400 })
    expect(new Date(moved.body.now as string).getTime()).toBe(before + 86_400_000)
    const refused = await it.api.post('/dev/clock').send({ advanceSeconds: 'a day' })
    expect(refused.status).toBe(400)
  })

  test('answers an unknown address in the form of its door', async () => {
    const scim = await it.api.get('/scim/nothing')
    expect([scim.status, scim.headers['content-type']]).toEqual([404, 'application/scim+json'])
    const admin = await it.api.get('/api/nothing')
    expect([admin.status, admin.headers['content-type'], admin.body.code]).toEqual([
      404,
      'application/problem+json',
      'not_found',
    ])
    const page = await it.api.get('/nothing')
    expect([page.status, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
  })

  test.each([
    '/%',
    '/api/%E0%A4%A',
    '/scim/v2/%ff/Users',
    '/invitations/%c0%80',
    '/saml/%',
    '/api/v1/organizations/%00',
  ])('answers the malformed address %s with a 4xx', async (path) => {
    const { status } = await it.api.get(path).set(it.root)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThan(500)
  })

  test('tells browsers to frame, sniff and refer nothing', async () => {
    const { headers } = await it.api.get('/nothing')
    expect(headers['x-frame-options']).toBe('DENY')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('no-referrer')
    expect(headers['content-security-policy']).toContain("default-src 'none'")
    expect(headers['x-powered-by']).toBeUndefined()
    expect(headers.etag).toBeUndefined()
  })
})
