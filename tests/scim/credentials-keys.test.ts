// The keys by which client assertions are verified where their issuer publishes them: when they are read, and from where.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { type Body, type TestDirectory, testDirectory } from './directory.ts'
import {
  ASSERTION_TYPE,
  askToken,
  GRANT,
  makeClient,
  type TestIssuer,
  testIssuer,
  tokenLog,
  trustIn,
} from './oauth.ts'

let directory: TestDirectory
let issuer: TestIssuer
let stranger: TestIssuer
let client: Body

beforeAll(async () => {
  directory = await testDirectory('entra')
  issuer = await testIssuer(directory.world)
  stranger = await testIssuer(directory.world)
})

const show = (assertion: string) =>
  askToken(directory, {
    ...GRANT,
    client_id: client.clientId,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
  })

/** Refused, and told to the administrators by its name. */
async function refused(assertion: string, because: string): Promise<void> {
  expect((await show(assertion)).status).toBe(401)
  const [line] = await tokenLog(directory)
  expect(line.findings.map(({ code }: Body) => code)).toEqual([because])
}

describe('the keys that an issuer publishes', () => {
  let server: Server
  let url: string
  let published: unknown
  let asked = 0
  let serial = 0

  beforeAll(async () => {
    server = createServer((req, res) => {
      asked += 1
      if (req.url === '/moved') res.writeHead(302, { Location: '/keys' })
      res.end(typeof published === 'string' ? published : JSON.stringify(published))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.close()
  })

  beforeEach(async () => {
    asked = 0
    // An address of its own each time: what was read stays remembered.
    serial += 1
    await publish(`/keys?${serial}`)
  })

  async function publish(path: string): Promise<void> {
    published = { keys: [{ kty: 'oct', k: 'AAAA' }, { ...stranger.jwk, kid: 'older' }, issuer.jwk] }
    client = await makeClient(directory, trustIn(issuer, { jwks: undefined, jwksUrl: `${url}${path}` }))
  }

  test('are read once and remembered, and read anew after a quarter of an hour', async () => {
    for (const jti of ['1', '2']) expect((await show(await issuer.sign({ jti }))).status).toBe(200)
    expect(asked).toBe(1)
    directory.world.clock.advance(15 * 60)
    published = { keys: [stranger.jwk] }
    await refused(await issuer.sign({ jti: '3' }), 'signature_wrong')
    expect(asked).toBe(2)
  })

  test('are asked for nobody whose assertion says the wrong things', async () => {
    await refused(await stranger.sign({ sub: 'x' }), 'subject_wrong')
    expect(asked).toBe(0)
  })

  test('are asked for once more when a new one signs, and then not for a minute', async () => {
    expect((await show(await issuer.sign({ jti: '1' }))).status).toBe(200)
    const next = await testIssuer(directory.world, 'ES256', 'key-2')
    await refused(await next.sign({ jti: '2' }), 'key_unknown')
    directory.world.clock.advance(60)
    published = { keys: [issuer.jwk, next.jwk] }
    expect((await show(await next.sign({ jti: '3' }))).status).toBe(200)
    await refused(await issuer.sign({ jti: '4' }, { kid: 'unheard-of' }), 'key_unknown')
    await refused(await issuer.sign({ jti: '5' }, { kid: 'unheard-of' }), 'key_unknown')
    expect(asked).toBe(2)
  })

  test('still count for a day while their address does not answer', async () => {
    expect((await show(await issuer.sign({ jti: '1' }))).status).toBe(200)
    published = 'out of order'
    directory.world.clock.advance(86_000)
    expect((await show(await issuer.sign({ jti: '2' }))).status).toBe(200)
    directory.world.clock.advance(400)
    await refused(await issuer.sign({ jti: '3' }), 'key_unknown')
  })

  test.each(['/moved', '/absent'])('are not taken from %s', async (path) => {
    await publish(path)
    published = path === '/moved' ? published : { keys: [{ kty: 'oct', k: 'AAAA' }] }
    await refused(await issuer.sign(), 'key_unknown')
  })

  test('are never fetched from inside a network', async () => {
    client = await makeClient(
      directory,
      trustIn(issuer, { jwks: undefined, jwksUrl: 'http://169.254.169.254/keys' }),
    )
    await refused(await issuer.sign(), 'key_unknown')
  })
})
