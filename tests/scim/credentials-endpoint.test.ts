// The token endpoint of a directory (RFC 6749 §3.2) and its metadata (RFC 8414): what it gives, and each way of saying no.
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { statementsOf } from '../support/world.ts'
import { type Body, type TestDirectory, testDirectory } from './directory.ts'
import { ASSERTION_TYPE, askToken, basic, GRANT, makeClient, statusWith, written } from './oauth.ts'

let directory: TestDirectory
let other: TestDirectory
let client: Body

beforeAll(async () => {
  directory = await testDirectory('entra')
  other = await testDirectory('entra', { beside: directory })
})

beforeEach(async () => {
  await directory.world.dataSource.query('delete from oauth_clients')
  client = await makeClient(directory)
})

const inPost = () => ({ ...GRANT, client_id: client.clientId, client_secret: client.clientSecret })

describe('the token endpoint', () => {
  test('RFC 6749 §5.1: gives a token that opens the directory for an hour, not to be kept by any cache', async () => {
    const answer = await askToken(directory, { ...inPost(), scope: 'scim' })
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json')
    expect([answer.headers['cache-control'], answer.headers.pragma]).toEqual(['no-store', 'no-cache'])
    expect(answer.body).toEqual({
      access_token: expect.stringMatching(/^scimat_[\w-]{43}$/),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'scim',
    })
    const token = answer.body.access_token
    expect(await statusWith(directory, token)).toBe(200)
    expect(await statusWith({ api: directory.api, id: other.id }, token)).toBe(401)
    directory.world.clock.advance(3599)
    expect(await statusWith(directory, token)).toBe(200)
    directory.world.clock.advance(1)
    expect(await statusWith(directory, token)).toBe(401)
  })

  test('RFC 6749 §2.3.1: takes the secret by HTTP Basic too, form-encoded or not, and the client_id beside it', async () => {
    const { clientId, clientSecret } = client
    const escaped = clientSecret.replace(/_/g, '%5F')
    for (const form of [GRANT, { ...GRANT, client_id: clientId }]) {
      expect((await askToken(directory, form, basic(clientId, clientSecret))).status).toBe(200)
      expect((await askToken(directory, form, basic(clientId.toUpperCase(), escaped))).status).toBe(
        form === GRANT ? 200 : 400,
      )
    }
  })

  test.each([
    ['no grant', () => ({ client_id: client.clientId }), 400, 'invalid_request'],
    ['another grant', () => ({ ...inPost(), grant_type: 'password' }), 400, 'unsupported_grant_type'],
    ['another scope', () => ({ ...inPost(), scope: 'scim admin' }), 400, 'invalid_scope'],
    ['a doubled field', () => `${new URLSearchParams(inPost())}&client_id=x`, 400, 'invalid_request'],
    ['a secret without its client', () => ({ ...GRANT, client_secret: 'x' }), 400, 'invalid_request'],
    ['a field too long', () => ({ ...inPost(), client_secret: 'x'.repeat(501) }), 400, 'invalid_request'],
    ['no credentials', () => ({ ...GRANT, client_id: client.clientId }), 401, 'invalid_client'],
    ['an assertion of another type', () => ({ ...GRANT, client_assertion: 'x' }), 400, 'invalid_request'],
    ['both secret and assertion', () => ({ ...inPost(), client_assertion: 'x' }), 400, 'invalid_request'],
    ['a wrong secret', () => ({ ...inPost(), client_secret: 'scimcs_wrong' }), 401, 'invalid_client'],
    ['an unknown client', () => ({ ...inPost(), client_id: other.id }), 401, 'invalid_client'],
    ['a client_id that is none', () => ({ ...inPost(), client_id: "x'\0--" }), 401, 'invalid_client'],
    ['an empty body', () => '', 400, 'invalid_request'],
  ])('RFC 6749 §5.2: refuses %s', async (_, form, status, error) => {
    const answer = await askToken(directory, form())
    expect([answer.status, answer.body.error]).toEqual([status, error])
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.body.error_description).toMatch(/^[\x20\x21\x23-\x5b\x5d-\x7e]+$/)
    expect(answer.headers['www-authenticate']).toEqual(
      status === 401 ? expect.stringMatching(/^Basic /) : undefined,
    )
    expect(await written(directory.world)).toEqual({ tokens: 0, assertions: 0 })
  })

  test('refuses a header that is no Basic, one beside another way, JSON, and other methods', async () => {
    for (const Authorization of [
      'Basic',
      'Basic !',
      'Basic bm9jb2xvbg==',
      'Bearer x',
      basic('%E0', 'x').Authorization,
    ]) {
      const refused = await askToken(directory, GRANT, { Authorization })
      expect([Authorization, refused.status, refused.body.error]).toEqual([
        Authorization,
        401,
        'invalid_client',
      ])
    }
    const both = await askToken(directory, inPost(), basic(client.clientId, client.clientSecret))
    expect([both.status, both.body.error]).toEqual([400, 'invalid_request'])
    const url = `/scim/v2/${directory.id}/oauth/token`
    const json = await directory.api.post(url).send(inPost())
    expect([json.status, json.body.error]).toEqual([400, 'invalid_request'])
    const read = await directory.api.get(`${url}?${new URLSearchParams(inPost())}`)
    expect([read.status, read.headers.allow]).toEqual([405, 'POST'])
    const large = await askToken(directory, { ...inPost(), padding: 'x'.repeat(70_000) })
    expect([large.status, large.body.error]).toEqual([413, 'invalid_request'])
  })

  test('answers the same to an unknown client, a wrong secret, another directory’s client and an unknown directory', async () => {
    const theirs = await makeClient(other)
    const asked = [
      askToken(directory, { ...inPost(), client_secret: theirs.clientSecret }),
      askToken(directory, { ...inPost(), client_id: theirs.clientId, client_secret: theirs.clientSecret }),
      askToken(other, inPost()),
      askToken({ api: directory.api, id: client.clientId }, inPost()),
      askToken({ api: directory.api, id: 'no-such-thing' }, inPost()),
    ]
    const answers = (await Promise.all(asked)).map(({ status, body }) => ({ status, body }))
    expect(answers[0]).toMatchObject({ status: 401, body: { error: 'invalid_client' } })
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1)
    expect(
      (await askToken(other, { ...GRANT, client_id: theirs.clientId, client_secret: theirs.clientSecret }))
        .status,
    ).toBe(200)
  })

  test('limits tries by address and directory, with Retry-After', async () => {
    const limited = await testDirectory('entra', { settings: { rateLimits: true } })
    let last = 0
    for (let tries = 0; tries <= 60; tries += 1) last = (await askToken(limited, GRANT)).status
    expect(last).toBe(429)
    const refused = await askToken(limited, GRANT)
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0)
    expect(refused.body.error).toBe('temporarily_unavailable')
  })

  test('gives no answer but those, and none of 500, whatever is sent', async () => {
    const field = fc.oneof(
      fc.string(),
      fc.constantFrom('client_credentials', 'scim', ASSERTION_TYPE, client.clientId),
    )
    const form = fc.dictionary(
      fc.constantFrom(
        'grant_type',
        'scope',
        'client_id',
        'client_secret',
        'client_assertion',
        'client_assertion_type',
        '__proto__',
        'a[b]',
      ),
      field,
    )
    const header = fc.option(fc.stringMatching(/^(Basic )?[!-~]{0,40}$/), { nil: undefined })
    await fc.assert(
      fc.asyncProperty(form, header, async (fields, Authorization) => {
        const answer = await askToken(directory, fields, Authorization ? { Authorization } : {})
        expect([400, 401]).toContain(answer.status)
        expect(answer.body.error).toMatch(
          /^(invalid_request|invalid_client|invalid_scope|unsupported_grant_type)$/,
        )
      }),
      { numRuns: 60 },
    )
    expect(await written(directory.world)).toEqual({ tokens: 0, assertions: 0 })
  })
})

describe('the metadata of a directory', () => {
  const path = (id: string) => `/.well-known/oauth-authorization-server/scim/v2/${id}`

  test('RFC 8414: names the issuer, the token endpoint, and how a client may show itself', async () => {
    const answer = await directory.api.get(path(directory.id))
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json'])
    expect(answer.body).toMatchObject({
      issuer: `http://gatehouse.test/scim/v2/${directory.id}`,
      token_endpoint: client.tokenUrl,
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      scopes_supported: ['scim'],
    })
    const algorithms = answer.body.token_endpoint_auth_signing_alg_values_supported
    expect(algorithms).toEqual(expect.arrayContaining(['RS256', 'PS256', 'ES256']))
    expect(algorithms.filter((one: string) => /^HS|none/.test(one))).toEqual([])
  })

  test('tells nobody which directories there are, and asks the database nothing', async () => {
    let unknown = await directory.api.get(path(directory.id))
    const statements = await statementsOf(directory.world, async () => {
      unknown = await directory.api.get(path(client.id))
    })
    expect(statements).toEqual([])
    expect([unknown.status, unknown.body.issuer]).toEqual([200, `http://gatehouse.test/scim/v2/${client.id}`])
    expect((await directory.api.get(path('no-such-thing'))).status).toBe(404)
    const posted = await directory.api.post(path(directory.id))
    expect([posted.status, posted.headers.allow]).toEqual([405, 'GET, HEAD'])
  })
})
