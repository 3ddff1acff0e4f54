// Polling for security events (RFC 8936), who may make a stream, and what happens to one that nobody reads.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { wakeAllStreams } from '../../src/actions/await-security-events.ts'
import { disableFullStreams } from '../../src/actions/disable-full-streams.ts'
import { sweepExpired } from '../../src/actions/sweep-expired.ts'
import { client, organization, person } from '../admin/support.ts'
import { freshApp } from '../support/app.ts'
import { type Body, bodyOf, type TestDirectory, testDirectory } from './directory.ts'
import { api, EVENT, pollStream } from './event-stream.ts'

let directory: TestDirectory
beforeAll(async () => {
  directory = await testDirectory('okta')
})

let count = 0
const more = (of = directory) => of.make('/Users', { userName: `u${++count}@${of.domain}` })
const idsOf = ({ body }: { body: Body }) => Object.keys(body.sets)

describe('a receiver that polls', () => {
  test('gets what it has not acknowledged again, and what it has never', async () => {
    const stream = await pollStream(directory)
    for (let n = 0; n < 3; n += 1) await more()
    const first = await stream.poll({ maxEvents: 2 })
    expect([idsOf(first).length, first.body.moreAvailable]).toEqual([2, true])
    expect(idsOf(await stream.poll({ maxEvents: 2 }))).toEqual(idsOf(first))
    const rest = await stream.poll({ ack: idsOf(first) })
    expect([idsOf(rest).length, rest.body.moreAvailable]).toEqual([1, false])
    expect((await stream.poll({ ack: idsOf(rest), maxEvents: 0 })).body).toEqual({
      sets: {},
      moreAvailable: false,
    })
    expect((await stream.poll()).body.sets).toEqual({})
  })

  test('is not offered again what it reported as an error, and the administrator sees it counted', async () => {
    const stream = await pollStream(directory)
    await more()
    const [id] = idsOf(await stream.poll())
    const setErrs = { [id ?? '']: { err: 'invalid_audience', description: 'not\nfor \0me' }, nobody: {} }
    expect((await stream.poll({ setErrs })).body.sets).toEqual({})
    expect((await api(directory, 'get', `/${stream.id}`)).body).toMatchObject({ waiting: 0, refused: 1 })
    const [row] = await directory.world.dataSource.query('select error from security_events where id = $1', [
      id,
    ])
    expect(row.error).toBe('invalid_audience: not for  me')
  })

  test('that waits is answered at once when something comes', async () => {
    const stream = await pollStream(directory)
    const asked = stream.poll({ returnImmediately: false })
    const ended = asked.then(() => 'answered')
    expect(
      await Promise.race([ended, new Promise((resolve) => setTimeout(() => resolve('waits'), 300))]),
    ).toBe('waits')
    const user = await more()
    const { body } = await asked
    const [token] = Object.values(body.sets as Record<string, string>)
    const claims = JSON.parse(Buffer.from(token?.split('.')[1] ?? '', 'base64url').toString())
    expect(claims.sub_id.uri).toBe(`/Users/${user.id}`)
  })

  test('that waits is answered for what another node wrote', async () => {
    const stream = await pollStream(directory)
    const other = await freshApp({ world: { ...directory.world } })
    const asked = stream.poll({ returnImmediately: false })
    await other.api
      .post(`/scim/v2/${directory.id}/Users`)
      .set('Authorization', `Bearer ${directory.token}`)
      .send({ userName: `elsewhere@${directory.domain}` })
      .expect(201)
    expect(idsOf(await asked)).toHaveLength(1)
  })

  test('that waits is answered when the server stops', async () => {
    const stream = await pollStream(directory)
    const asked = stream.poll({ returnImmediately: false })
    const woken = setInterval(() => wakeAllStreams(directory.world), 20)
    expect((await asked).body).toEqual({ sets: {}, moreAvailable: false })
    clearInterval(woken)
  })

  test('opens its own stream alone, with its own token alone', async () => {
    const stream = await pollStream(directory)
    const second = await pollStream(directory)
    for (const token of [second.token, directory.token, directory.rootKey, 'set_x', `${stream.token}x`]) {
      const refused = await stream.poll({}, token)
      expect([refused.status, refused.body.err]).toEqual([401, 'authentication_failed'])
    }
    const path = `/scim/v2/${directory.id}/event-streams/${stream.id}/events`
    const nobody = await directory.api.post(path).send({})
    expect([nobody.status, nobody.headers['www-authenticate']]).toEqual([401, 'Bearer realm="event-stream"'])
    // The receiver's token is no token of the directory.
    const scim = await directory.api
      .get(`/scim/v2/${directory.id}/Users`)
      .set('Authorization', `Bearer ${stream.token}`)
    expect(scim.status).toBe(401)
    await api(directory, 'delete', `/${stream.id}`)
    expect((await stream.poll()).status).toBe(401)
  })

  test('is told what is wrong with its request, and never gets a 500', async () => {
    const stream = await pollStream(directory)
    const wrong: [Record<string, unknown>, string][] = [
      [{ maxEvents: -1 }, 'maxEvents'],
      [{ maxEvents: '5' }, 'maxEvents'],
      [{ returnImmediately: 'yes' }, 'returnImmediately'],
      [{ ack: 'x' }, 'ack'],
      [{ ack: [1] }, 'ack'],
      [{ setErrs: [] }, 'setErrs'],
    ]
    for (const [body, member] of wrong) {
      const refused = await stream.poll(body)
      expect([body, refused.status, refused.body.err]).toEqual([body, 400, 'invalid_request'])
      expect(refused.body.description).toContain(member)
    }
    const path = `/scim/v2/${directory.id}/event-streams/${stream.id}/events`
    const post = (text: string, type = 'application/json') =>
      directory.api
        .post(path)
        .set('Authorization', `Bearer ${stream.token}`)
        .set('Content-Type', type)
        .send(text)
    for (const text of [
      '{',
      '[]',
      '"x"',
      '\0',
      `{"returnImmediately":true,"ack":["\\u0000","${'x'.repeat(2000)}"]}`,
    ])
      expect((await post(text)).status).toBeLessThan(500)
    expect((await post('a=b', 'application/x-www-form-urlencoded')).status).toBe(415)
    expect((await directory.api.get(path)).headers.allow).toBe('POST')
  })
})

describe('a stream', () => {
  test('is made, shown, paused and ended by the administrators of its organization', async () => {
    const made = await api(directory, 'post', '', { delivery: { method: 'poll' }, content: 'full' })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      directoryId: directory.id,
      content: 'full',
      status: 'enabled',
      issuer: directory.world.publicUrl,
      jwksUrl: `${directory.world.publicUrl}/.well-known/jwks.json`,
    })
    expect(made.body.token).toMatch(/^set_/)
    const listed = (await api(directory, 'get', '')).body.items.find(({ id }: Body) => id === made.body.id)
    expect(listed).toEqual({ ...made.body, token: undefined, waiting: 0, refused: 0, oldestWaitingAt: null })
    const path = `/${made.body.id}`
    expect((await api(directory, 'patch', path, { status: 'paused' })).body.status).toBe('paused')
    expect((await api(directory, 'delete', path)).status).toBe(204)
    expect((await api(directory, 'get', path)).status).toBe(404)
  })

  test('is refused with the name of the field that is wrong', async () => {
    const poll = { delivery: { method: 'poll' } }
    const wrong: [Body, string][] = [
      [{ ...poll, events: [`${EVENT}:prov:create:full`] }, 'events[0]'],
      [{ ...poll, groupId: directory.id }, 'groupId'],
      [{ ...poll, content: 'half' }, 'content'],
      [{ delivery: { method: 'pigeon' } }, 'delivery.method'],
      [
        { delivery: { method: 'push', url: 'https://a.test', authorizationHeader: 'a\r\nb: c' } },
        'delivery.authorizationHeader',
      ],
    ]
    for (const [body, field] of wrong) {
      const refused = await api(directory, 'post', '', body)
      expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, field])
    }
  })

  test('T-36: of an active directory is an owner’s to make, for it tells what a token could read', async () => {
    const host = await client()
    const org = await organization(host)
    const [owner, admin] = [await person(host, org, 'owner'), await person(host, org, 'admin')]
    const made = await host.post(`/organizations/${org.id}/directories`, { name: 'D' })
    const path = `/directories/${made.body.id}/event-streams`
    const body = { delivery: { method: 'poll' } }
    const refused = await host.post(path, body, { as: admin.token })
    expect([refused.status, refused.body.code]).toEqual([403, 'own_proof_required'])
    expect((await host.post(path, body, { as: owner.token })).status).toBe(201)
    expect((await host.get(path, undefined, { as: admin.token })).body.items).toHaveLength(1)
    const stranger = await person(host, await organization(host), 'owner')
    for (const call of [
      host.get(path, undefined, { as: stranger.token }),
      host.post(path, body, { as: stranger.token }),
    ])
      expect((await call).status).toBe(404)
    const events = await host.get(`/organizations/${org.id}/events?type=directory.event_stream_created`)
    expect(events.body.items).toHaveLength(1)
  })

  test('is one of ten at most', async () => {
    const full = await testDirectory('okta', { beside: directory })
    for (let n = 0; n < 10; n += 1) await pollStream(full)
    const refused = await api(full, 'post', '', { delivery: { method: 'poll' } })
    expect([refused.status, refused.body.code]).toEqual([409, 'too_many_streams'])
  })

  test('that holds too much is disabled with its reason, and its directory falls silent', async () => {
    const other = await testDirectory('okta', { beside: directory })
    const stream = await pollStream(other)
    for (let n = 0; n < 4; n += 1) await more(other)
    await disableFullStreams(other.world, 4)
    expect((await api(other, 'get', `/${stream.id}`)).body.status).toBe('enabled')
    await disableFullStreams(other.world, 3)
    const shown = (await api(other, 'get', `/${stream.id}`)).body
    expect(shown).toMatchObject({ status: 'disabled', waiting: 4 })
    expect(shown.statusReason).toContain('More than 3 events')
    await more(other)
    // What waits can still be read.
    expect(idsOf(await stream.poll())).toHaveLength(4)
  })

  test('in which something waits for more than seven days is disabled, and a day later it is forgotten', async () => {
    const other = await testDirectory('okta')
    const stream = await pollStream(other)
    await more(other)
    other.world.clock.advance(7 * 86_400 + 1)
    await disableFullStreams(other.world)
    const shown = (await api(other, 'get', `/${stream.id}`)).body
    expect([shown.status, shown.waiting]).toEqual(['disabled', 1])
    expect(shown.statusReason).toContain('7 days')
    other.world.clock.advance(86_400)
    expect(await sweepExpired(other.world)).toMatchObject({ security_events: 1 })
  })
})

test('the key set is one for all nodes, public, and holds nothing private', async () => {
  const second = await freshApp({ world: { ...directory.world } })
  const sets = await Promise.all([directory.api, second.api].map((one) => one.get('/.well-known/jwks.json')))
  expect(new Set(sets.map(({ text }) => text)).size).toBe(1)
  const { keys } = bodyOf(sets[0] as { text: string })
  expect(keys).toEqual([
    {
      kty: 'EC',
      crv: 'P-256',
      alg: 'ES256',
      use: 'sig',
      kid: expect.any(String),
      x: expect.any(String),
      y: expect.any(String),
    },
  ])
  expect((await directory.api.post('/.well-known/jwks.json')).status).toBe(405)
  const [row] = await directory.world.dataSource.query('select private_encrypted as sealed from signing_keys')
  expect(row.sealed).not.toContain('PRIVATE')
})
