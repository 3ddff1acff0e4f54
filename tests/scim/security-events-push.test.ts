// Pushing security events (RFC 8935): a receiver that verifies by the key set, one that fails, one that refuses.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from '@jest/globals'
import { startOutbound } from '../../src/outbound/outbound.ts'
import { eventually, later, type Received, receiver } from '../outbound/fixtures.ts'
import { type Body, PATCH, type TestDirectory, testDirectory } from './directory.ts'
import { api, EVENT, verified } from './event-stream.ts'

const started: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop()
})

type Answering = Parameters<typeof receiver>[0]

/** A directory whose events are pushed to a receiver that answers as told. */
async function pushing(answer: Answering, wanted: Record<string, unknown> = {}) {
  const directory = await testDirectory('okta')
  const here = await receiver(answer)
  started.push({ stop: here.close })
  const made = await api(directory, 'post', '', { delivery: { method: 'push', url: here.url }, ...wanted })
  expect(made.status).toBe(201)
  return { directory, here, stream: made.body as Body }
}

function carry({ world }: TestDirectory): void {
  started.push(startOutbound(world))
}

const look = async (directory: TestDirectory, stream: Body) =>
  (await api(directory, 'get', `/${stream.id}`)).body

const claimsOf = (directory: TestDirectory, stream: Body, received: readonly Received[]) =>
  Promise.all(received.map(({ body }) => verified(directory, body, stream.audience)))

describe('a push stream', () => {
  test('brings each event as a signed token, in order, and forgets what was taken', async () => {
    const { directory, here, stream } = await pushing(() => 202)
    const user = await directory.make('/Users', { userName: `a@${directory.domain}` })
    const Operations = [{ op: 'replace', value: { title: 'Clerk' } }]
    await directory.call('patch', `/Users/${user.id}`, { schemas: [PATCH], Operations }).expect(200)
    carry(directory)
    await directory.call('delete', `/Users/${user.id}`).expect(204)
    await eventually(async () => here.received.length === 3)
    expect(here.received.map(({ headers }) => [headers['content-type'], headers.authorization])).toEqual(
      Array(3).fill(['application/secevent+jwt', undefined]),
    )
    const claims = await claimsOf(directory, stream, here.received)
    expect(claims.map(({ events }) => Object.keys(events)[0])).toEqual([
      `${EVENT}:prov:create:notice`,
      `${EVENT}:prov:patch:notice`,
      `${EVENT}:prov:delete`,
    ])
    await eventually(async () => (await look(directory, stream)).waiting === 0)
  })

  test('repeats what was not taken, with the same id, and nothing behind it before', async () => {
    const { directory, here, stream } = await pushing((_, count) => (count <= 2 ? 503 : 202))
    carry(directory)
    for (const name of ['a', 'b']) await directory.make('/Users', { userName: `${name}@${directory.domain}` })
    await eventually(async () => (await look(directory, stream)).lastError !== null)
    expect((await look(directory, stream)).lastError).toBe('The receiver answered 503.')
    while (here.received.length < 4) {
      later(directory.world, 120)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    const ids = (await claimsOf(directory, stream, here.received)).map(({ jti }) => jti)
    expect(new Set(ids.slice(0, 3)).size).toBe(1)
    expect(ids[3]).not.toBe(ids[0])
    await eventually(async () => (await look(directory, stream)).waiting === 0)
    expect((await look(directory, stream)).lastError).toBeNull()
  })

  test('notes a token that the receiver will not take, and goes on behind it', async () => {
    const told = JSON.stringify({ err: 'invalid_request', description: 'no such person here' })
    const seen: string[] = []
    const server = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk) => chunks.push(chunk))
      request.on('end', () => {
        seen.push(Buffer.concat(chunks).toString())
        if (seen.length === 1) response.writeHead(400, { 'content-type': 'application/json' }).end(told)
        else response.writeHead(202).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    started.push({ stop: async () => server.close(() => {}).closeAllConnections() })
    const directory = await testDirectory('okta')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const stream = (await api(directory, 'post', '', { delivery: { method: 'push', url } })).body
    for (const name of ['a', 'b']) await directory.make('/Users', { userName: `${name}@${directory.domain}` })
    carry(directory)
    await eventually(async () => (await look(directory, stream)).waiting === 0)
    expect(await look(directory, stream)).toMatchObject({
      refused: 1,
      lastError: 'invalid_request: no such person here',
    })
    expect(seen).toHaveLength(2)
  })

  test('loses nothing while the receiver cannot tell who sends', async () => {
    const { directory, here, stream } = await pushing(() => 401)
    carry(directory)
    await directory.make('/Users', { userName: `a@${directory.domain}` })
    await eventually(async () => (await look(directory, stream)).lastError !== null)
    later(directory.world, 86_400)
    await eventually(async () => here.received.length >= 2)
    expect(await look(directory, stream)).toMatchObject({ waiting: 1, refused: 0 })
  })

  test('sends the Authorization header that was given, which nobody is shown again', async () => {
    const authorizationHeader = 'Bearer receiver-secret-4711'
    const { directory, here } = await pushing(() => 202)
    const delivery = { method: 'push', url: here.url, authorizationHeader }
    const made = await api(directory, 'post', '', { delivery })
    expect(made.body.delivery).toEqual({ method: 'push', url: here.url, authorization: true })
    await directory.make('/Users', { userName: `a@${directory.domain}` })
    carry(directory)
    await eventually(async () => here.received.length === 2)
    expect(here.received.map(({ headers }) => headers.authorization).sort()).toEqual([
      authorizationHeader,
      undefined,
    ])
    const kept = await directory.world.dataSource.query(
      'select e::text as text from event_streams e union all select v::text from events v',
    )
    expect(JSON.stringify(kept)).not.toContain('receiver-secret')
    expect(JSON.stringify((await api(directory, 'get', '')).body)).not.toContain('receiver-secret')
  })

  test('pushes nothing while it is paused, and all of it afterwards; disabled, it begins anew', async () => {
    const { directory, here, stream } = await pushing(() => 202)
    carry(directory)
    const status = (to: string) => api(directory, 'patch', `/${stream.id}`, { status: to })
    expect((await status('paused')).body.status).toBe('paused')
    await directory.make('/Users', { userName: `a@${directory.domain}` })
    later(directory.world, 60)
    expect((await look(directory, stream)).waiting).toBe(1)
    expect(here.received).toHaveLength(0)
    await status('enabled')
    await eventually(async () => here.received.length === 1)
    await status('disabled')
    await directory.make('/Users', { userName: `b@${directory.domain}` })
    await status('enabled')
    await directory.make('/Users', { userName: `c@${directory.domain}` })
    await eventually(async () => here.received.length === 2)
    const claims = await claimsOf(directory, stream, here.received)
    expect(claims[1].sub_id.uri).not.toBe(claims[0].sub_id.uri)
    expect((await look(directory, stream)).waiting).toBe(0)
  })

  test('is carried by one of two nodes at a time', async () => {
    const { directory, here, stream } = await pushing(() => 202)
    for (let n = 0; n < 30; n += 1) await directory.make('/Users', { userName: `u${n}@${directory.domain}` })
    carry(directory)
    started.push(startOutbound({ ...directory.world }))
    await eventually(async () => (await look(directory, stream)).waiting === 0)
    const claims = await claimsOf(directory, stream, here.received)
    expect(claims.map(({ iat, jti }) => [iat, jti]).length).toBe(30)
    expect(new Set(claims.map(({ jti }) => jti)).size).toBe(30)
    expect(claims.map(({ jti }) => jti)).toEqual(claims.map(({ jti }) => jti).sort())
  })

  test('T-SSRF: is not made for an address inside the network', async () => {
    const directory = await testDirectory('okta')
    for (const url of [
      'http://10.0.0.1/',
      'http://[fd00::1]/',
      'ftp://example.com/',
      'https://u:p@example.com/',
      'x',
    ]) {
      const made = await api(directory, 'post', '', { delivery: { method: 'push', url } })
      expect([made.status, made.body.errors?.[0]?.path]).toEqual([400, 'delivery.url'])
    }
  })
})
