// A directory's credentials: bearer tokens, OAuth clients with secrets, the token endpoint, and what ends them.
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sweepExpired } from '../../src/actions/sweep-expired.ts'
import { statementsOf } from '../support/world.ts'
import { type Body, bodyOf, type TestDirectory, testDirectory } from './directory.ts'
import { askToken, basic, GRANT, makeClient, statusWith, tokenLog, written } from './oauth.ts'

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
const api = (path: string) => `/api/v1/directories/${directory.id}${path}`
const later = (seconds: number) =>
  new Date(directory.world.clock.now().getTime() + seconds * 1000).toISOString()

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
})

describe('an access token', () => {
  const fetchToken = async (form: Record<string, string> = inPost()) => {
    const answer = await askToken(directory, form)
    expect(answer.status).toBe(200)
    return answer.body.access_token as string
  }

  test('acts as the directory: what it provisions is in the audit trail as the directory’s', async () => {
    const token = await fetchToken()
    const userName = `o${Date.now()}@${directory.domain}`
    const made = await directory.api
      .post(`/scim/v2/${directory.id}/Users`)
      .set('Authorization', `Bearer ${token}`)
      .set('Content-Type', 'application/scim+json')
      .send(
        JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, active: true }),
      )
    expect(made.status).toBe(201)
    const events = await directory.world.dataSource.query(
      `select actor from events where subject_email = $1 and type like 'member.%'`,
      [userName],
    )
    expect(events.map(({ actor }: Body) => [actor.type, actor.id])).toEqual([['directory', directory.id]])
  })

  test('ends with its client at the next request', async () => {
    const token = await fetchToken()
    expect((await directory.api.delete(api(`/oauth-clients/${client.id}`)).set(directory.root)).status).toBe(
      204,
    )
    expect(await statusWith(directory, token)).toBe(401)
    expect((await askToken(directory, inPost())).status).toBe(401)
  })

  test('ends with the secret that it was fetched by, and no other', async () => {
    const secrets = api(`/oauth-clients/${client.id}/secrets`)
    const { body: second } = await directory.api.post(secrets).set(directory.root).send({})
    const byFirst = await fetchToken()
    const bySecond = await fetchToken({ ...inPost(), client_secret: second.clientSecret })
    const first = client.secrets[0].id
    expect((await directory.api.delete(`${secrets}/${first}`).set(directory.root)).status).toBe(204)
    expect([await statusWith(directory, byFirst), await statusWith(directory, bySecond)]).toEqual([401, 200])
    expect((await askToken(directory, inPost())).status).toBe(401)
  })

  test('does not outlive its client’s or its secret’s end', async () => {
    const brief = await makeClient(directory, { label: 'brief', expiresAt: later(600) })
    const form = { ...GRANT, client_id: brief.clientId, client_secret: brief.clientSecret }
    expect((await askToken(directory, form)).body.expires_in).toBe(600)
    const secrets = api(`/oauth-clients/${brief.id}/secrets`)
    const { body } = await directory.api
      .post(secrets)
      .set(directory.root)
      .send({ expiresAt: later(60) })
    const briefer = { ...form, client_secret: body.clientSecret }
    const answer = await askToken(directory, briefer)
    expect(answer.body.expires_in).toBe(60)
    directory.world.clock.advance(60)
    expect(await statusWith(directory, answer.body.access_token)).toBe(401)
    expect((await askToken(directory, briefer)).status).toBe(401)
    expect((await askToken(directory, form)).status).toBe(200)
    directory.world.clock.advance(540)
    expect((await askToken(directory, form)).status).toBe(401)
    expect((await tokenLog(directory)).slice(0, 1)).toMatchObject([
      { findings: [{ code: 'client_expired' }] },
    ])
  })

  test('H6: ends when the directory is disconnected, and no client gets another', async () => {
    const gone = await testDirectory('entra', { beside: directory })
    const made = await makeClient(gone)
    const form = { ...GRANT, client_id: made.clientId, client_secret: made.clientSecret }
    const { body } = await askToken(gone, form)
    expect((await gone.api.delete(`/api/v1/directories/${gone.id}`).set(gone.root)).status).toBe(204)
    expect(await statusWith(gone, body.access_token)).toBe(401)
    expect((await askToken(gone, form)).status).toBe(401)
  })

  test('is no administrator’s token: not listed, not counted, not deleted by its id', async () => {
    await fetchToken()
    const { body } = await directory.api.get(api('/tokens')).set(directory.root)
    expect(body.items.map(({ label }: Body) => label)).toEqual(['test'])
    const [row] = await directory.world.dataSource.query(
      'select id from directory_tokens where oauth_client_id is not null',
    )
    expect((await directory.api.delete(api(`/tokens/${row.id}`)).set(directory.root)).status).toBe(404)
  })

  test('is swept when it has run out; an administrator’s token is not', async () => {
    await directory.api
      .post(api('/tokens'))
      .set(directory.root)
      .send({ label: 'past', expiresAt: later(60) })
    await fetchToken()
    directory.world.clock.advance(3600)
    expect(await sweepExpired(directory.world)).not.toHaveProperty('directory_tokens')
    directory.world.clock.advance(3601)
    expect(await sweepExpired(directory.world)).toMatchObject({ directory_tokens: 1 })
    const { body } = await directory.api.get(api('/tokens')).set(directory.root)
    expect(body.items.map(({ label }: Body) => label)).toEqual(['test', 'past'])
  })

  test('leaves neither itself nor the secret in any table in the clear', async () => {
    const token = await fetchToken()
    await tokenLog(directory)
    const tables = ['oauth_clients', 'oauth_secrets', 'directory_tokens', 'directory_requests', 'events']
    for (const table of tables) {
      const rows = await directory.world.dataSource.query(`select t::text as row from ${table} t`)
      const text = JSON.stringify(rows)
      expect([table, text.includes(token), text.includes(client.clientSecret)]).toEqual([table, false, false])
    }
  })
})

describe('the request log', () => {
  test('tells the administrators what was wrong, and what to do, without the secret', async () => {
    await askToken(directory, { ...inPost(), client_secret: 'scimcs_not-this' }, { 'User-Agent': 'Entra' })
    await askToken(directory, inPost())
    const [given, refused] = await tokenLog(directory)
    expect(given).toMatchObject({ method: 'POST', status: 200, credential: 'IdP', findings: [] })
    expect(refused).toMatchObject({ status: 401, userAgent: 'Entra' })
    expect(refused.findings).toMatchObject([
      { level: 'error', code: 'secret_wrong', advice: expect.stringContaining('secret') },
    ])
    expect(JSON.stringify(refused)).not.toContain('not-this')
  })

  test('is not filled by strangers', async () => {
    const before = (await tokenLog(directory)).length
    await askToken(directory, { ...inPost(), client_id: other.id })
    await askToken(directory, GRANT)
    expect(await tokenLog(directory)).toHaveLength(before)
  })
})

describe('a bearer token', () => {
  test('RFC 6750 §3: expired, deleted, unknown or absent, it is answered 401 with its challenge', async () => {
    const { body } = await directory.api
      .post(api('/tokens'))
      .set(directory.root)
      .send({ label: 'brief', expiresAt: later(60) })
    expect(body.token).toMatch(/^scim_[\w-]{43}$/)
    expect(await statusWith(directory, body.token)).toBe(200)
    directory.world.clock.advance(60)
    const users = `/scim/v2/${directory.id}/Users`
    for (const token of [body.token, 'scim_unknown']) {
      const refused = await directory.api.get(users).set('Authorization', `Bearer ${token}`)
      expect([refused.status, bodyOf(refused).status]).toEqual([401, '401'])
      expect(refused.headers['www-authenticate']).toMatch(/^Bearer realm="scim".*error="invalid_token"/)
    }
    const none = await directory.api.get(users)
    expect(none.status).toBe(401)
    expect(none.headers['www-authenticate']).not.toContain('error=')
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
