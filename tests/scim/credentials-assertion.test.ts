// Client assertions (RFC 7523): who is known by them, and every way in which one is refused.
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { exportSPKI, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose'
import { freshApp } from '../support/app.ts'
import { freshWorld } from '../support/world.ts'
import { type Body, type TestDirectory, testDirectory } from './directory.ts'
import {
  ASSERTION_TYPE,
  askToken,
  GRANT,
  makeClient,
  statusWith,
  type TestIssuer,
  testIssuer,
  tokenLog,
  trustIn,
  written,
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

beforeEach(async () => {
  await directory.world.dataSource.query('delete from oauth_clients')
  client = await makeClient(directory, trustIn(issuer))
})

const show = (
  assertion: string,
  more: Record<string, string> = {},
  at: Pick<TestDirectory, 'api' | 'id'> = directory,
) =>
  askToken(at, {
    ...GRANT,
    client_id: client.clientId,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: assertion,
    ...more,
  })

const seconds = () => Math.floor(directory.world.clock.now().getTime() / 1000)

/** Refused as an unknown client is, told to the administrators by its name, and nothing written. */
async function refused(assertion: string, because: string): Promise<void> {
  const before = await written(directory.world)
  const answer = await show(assertion)
  expect([answer.status, answer.body]).toEqual([
    401,
    { error: 'invalid_client', error_description: 'The client could not be authenticated.' },
  ])
  expect(await written(directory.world)).toEqual(before)
  const [line] = await tokenLog(directory)
  expect(line.findings.map(({ code }: Body) => code)).toEqual([because])
  expect(JSON.stringify(line)).not.toContain(assertion.split('.')[2] || 'unsigned')
}

describe('a client that is known by assertions', () => {
  test('gets a token for a right one, by its id or by what the assertion says', async () => {
    const named = await show(await issuer.sign({ jti: 'a' }), { scope: 'scim' })
    expect([named.status, named.body.expires_in]).toEqual([200, 3600])
    expect(await statusWith(directory, named.body.access_token)).toBe(200)
    const unnamed = await show(await issuer.sign({ jti: 'b' }), { client_id: '' })
    expect(unnamed.status).toBe(200)
    expect((await show(await issuer.sign({ jti: 'c', sub: 'x' }), { client_id: '' })).status).toBe(401)
  })

  test.each(['PS256', 'ES256', 'ES384', 'EdDSA'])('may be signed for by %s', async (alg) => {
    const signer = await testIssuer(directory.world, alg, 'k')
    client = await makeClient(directory, trustIn(signer))
    expect((await show(await signer.sign())).status).toBe(200)
  })

  test('RFC 7523 §3: is its own issuer and subject, and our addresses the audience, unless said otherwise', async () => {
    client = await makeClient(directory, { label: 'own', assertion: { jwks: { keys: [issuer.jwk] } } })
    const own = { iss: client.clientId, sub: client.clientId }
    const base = `http://gatehouse.test/scim/v2/${directory.id}`
    for (const aud of [client.tokenUrl, base, ['https://elsewhere.test', base]]) {
      expect((await show(await issuer.sign({ ...own, aud, jti: String(aud) }))).status).toBe(200)
    }
    await refused(await issuer.sign({ ...own, aud: 'http://gatehouse.test' }), 'audience_wrong')
  })

  test('may have the audience under each name that Entra gives one application', async () => {
    const app = 'b5ba7a93-4452-4522-aeb4-a2b5da870c16'
    client = await makeClient(directory, trustIn(issuer, { audience: `api://${app}/.default` }))
    for (const aud of [`api://${app}`, app, `api://${app}/.default`]) {
      expect((await show(await issuer.sign({ aud }))).status).toBe(200)
    }
    await refused(await issuer.sign({ aud: `api://${app}/other` }), 'audience_wrong')
  })
})

describe('an assertion is refused, and nothing is written but the line of the log,', () => {
  test.each([
    ['another iss', { iss: 'https://login.microsoftonline.com/other/v2.0' }, 'issuer_wrong'],
    ['no iss', { iss: undefined }, 'issuer_wrong'],
    ['another sub', { sub: 'd2f8ee76-0000-45b8-a143-f5b640669704' }, 'subject_wrong'],
    ['another aud', { aud: 'api://Other' }, 'audience_wrong'],
    ['no aud', { aud: undefined }, 'audience_wrong'],
    ['no exp', { exp: undefined }, 'expiry_wrong'],
    ['an exp of long ago', { exp: 1 }, 'expiry_wrong'],
    ['an id that is no text', { jti: 7 }, 'id_malformed'],
  ])('with %s', async (_, claims, because) => {
    await refused(await issuer.sign(claims), because)
  })

  test('past its exp, more than a day before it, and before its nbf or iat, with a minute for the clocks', async () => {
    const now = seconds()
    await refused(await issuer.sign({ exp: now - 60 }), 'expiry_wrong')
    await refused(await issuer.sign({ exp: now + 86_401 }), 'expiry_wrong')
    await refused(await issuer.sign({ nbf: now + 61 }), 'not_yet_valid')
    await refused(await issuer.sign({ iat: now + 61 }), 'not_yet_valid')
    expect((await show(await issuer.sign({ exp: now - 59 }))).status).toBe(200)
    expect((await show(await issuer.sign({ nbf: now + 60, iat: now + 60 }))).status).toBe(200)
  })

  test('without a signature, and with our own public key for a shared secret', async () => {
    const { iss, sub, aud } = { iss: issuer.issuer, sub: issuer.subject, aud: issuer.audience }
    const claims = { iss, sub, aud, exp: seconds() + 600 }
    await refused(new UnsecuredJWT(claims).encode(), 'alg_refused')
    const pem = await exportSPKI((await importJWK(issuer.jwk, 'RS256')) as CryptoKey)
    for (const key of [pem, JSON.stringify(issuer.jwk)]) {
      const forged = new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: issuer.kid })
      await refused(await forged.sign(Buffer.from(key)), 'alg_refused')
    }
  })

  test('with another alg than its key has, a key that is not there, and a header that brings its own', async () => {
    const right = (await issuer.sign()).split('.')
    const header = (more: object) =>
      Buffer.from(JSON.stringify({ alg: 'RS256', kid: issuer.kid, ...more })).toString('base64url')
    await refused([header({ alg: 'PS256' }), right[1], right[2]].join('.'), 'key_unknown')
    await refused([header({ alg: 'ES256' }), right[1], right[2]].join('.'), 'key_unknown')
    await refused(await issuer.sign({}, { kid: 'another' }), 'key_unknown')
    await refused([header({ kid: 7 }), right[1], right[2]].join('.'), 'key_unknown')
    const own = new SignJWT({
      iss: issuer.issuer,
      sub: issuer.subject,
      aud: issuer.audience,
      exp: seconds() + 600,
    })
    const forged = own.setProtectedHeader({
      alg: 'RS256',
      kid: issuer.kid,
      jwk: stranger.jwk as object,
      jku: 'http://127.0.0.1:9/',
    })
    const { privateKey } = await generateKeyPair('RS256')
    await refused(await forged.sign(privateKey), 'signature_wrong')
    await refused([header({ crit: ['b64'], b64: false }), right[1], right[2]].join('.'), 'signature_wrong')
    await refused([header({ crit: ['new'], new: 1 }), right[1], right[2]].join('.'), 'assertion_malformed')
  })

  test('signed by another, or altered after it was signed', async () => {
    await refused(await stranger.sign(), 'signature_wrong')
    const [header, payload = '', signature] = (await issuer.sign({ exp: seconds() + 60 })).split('.')
    const claims = { ...JSON.parse(Buffer.from(payload, 'base64url').toString()), exp: seconds() + 3600 }
    const altered = Buffer.from(JSON.stringify(claims)).toString('base64url')
    await refused([header, altered, signature].join('.'), 'signature_wrong')
  })

  test.each(['', '.', 'a.b', 'a.b.c', 'a.b.c.d.e', 'e30.e30.', `${'x'.repeat(16_400)}.e30.e30`, '\0'])(
    'being none: %#',
    async (text) => {
      const answer = await show(text)
      expect([answer.status, answer.body.error]).toEqual(
        text === '' ? [400, 'invalid_request'] : [401, 'invalid_client'],
      )
      expect(await written(directory.world)).toEqual({ tokens: 0, assertions: 0 })
    },
  )

  test('at the door of another directory, and for a client that has expired, has a secret or is deleted', async () => {
    const other = await testDirectory('entra', { beside: directory })
    expect((await show(await issuer.sign(), {}, other)).status).toBe(401)
    expect((await show(await issuer.sign(), { client_id: '' }, other)).status).toBe(401)
    const expiresAt = new Date(directory.world.clock.now().getTime() + 1000).toISOString()
    client = await makeClient(directory, { ...trustIn(issuer), expiresAt })
    directory.world.clock.advance(1)
    await refused(await issuer.sign(), 'client_expired')
    client = await makeClient(directory)
    await refused(await issuer.sign(), 'method_wrong')
    await directory.world.dataSource.query('delete from oauth_clients where id = $1', [client.id])
    expect((await show(await issuer.sign())).status).toBe(401)
  })
})

describe('an assertion that was shown before', () => {
  test('is refused, by its jti or without one by itself, for as long as it could be taken', async () => {
    for (const jti of ['once', undefined]) {
      const assertion = await issuer.sign({ jti })
      expect((await show(assertion)).status).toBe(200)
      await refused(assertion, 'assertion_replayed')
    }
    await refused(await issuer.sign({ jti: 'once', exp: seconds() + 60 }), 'assertion_replayed')
    directory.world.clock.advance(3600 + 59)
    await refused(await issuer.sign({ jti: 'once' }), 'assertion_replayed')
  })

  test('is another’s where another client shows it: an id is its issuer’s own', async () => {
    const second = await testIssuer(directory.world, 'ES256')
    const other = await makeClient(directory, trustIn(second))
    expect((await show(await issuer.sign({ jti: 'same' }))).status).toBe(200)
    expect((await show(await second.sign({ jti: 'same' }), { client_id: other.clientId })).status).toBe(200)
  })

  test('may come again where the client was made so', async () => {
    client = await makeClient(directory, trustIn(issuer, { repeatable: true }))
    const assertion = await issuer.sign()
    expect([(await show(assertion)).status, (await show(assertion)).status]).toEqual([200, 200])
  })

  test('gives one token, whichever of two nodes is shown it and however often at once', async () => {
    const { dataSource, clock } = directory.world
    const second = await freshApp({ world: await freshWorld({ dataSource, clock }) })
    const assertion = await issuer.sign({ jti: 'raced' })
    const nodes = [directory, { api: second.api, id: directory.id }]
    const answers = await Promise.all([0, 1, 0, 1, 0, 1].map((node) => show(assertion, {}, nodes[node])))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401, 401])
    expect(await written(directory.world)).toEqual({ tokens: 1, assertions: 1 })
  })
})
