// A directory's credentials: bearer tokens, the tokens that OAuth clients fetch, and what ends them.
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { sweepExpired } from '../../src/actions/sweep-expired.ts'
import { type Body, bodyOf, type TestDirectory, testDirectory } from './directory.ts'
import { askToken, GRANT, makeClient, statusWith, tokenLog } from './oauth.ts'

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
