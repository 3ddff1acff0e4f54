// The log of a directory's requests: written behind the answers, without secrets, bounded.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  flushDirectoryRequests,
  logDirectoryRequest,
  lostDirectoryRequests,
} from '../../src/actions/log-directory-request.ts'
import { createRedactor } from '../../src/scim/redaction.ts'
import { loadCatalogue } from '../../src/scim/schemas.ts'
import { bodyOf, GROUP, PATCH, type TestDirectory, testDirectory } from './directory.ts'
import { type Line, logged, person } from './request-lines.ts'

let app: TestDirectory
beforeAll(async () => {
  app = await testDirectory('okta')
})

const beside = (preset: string) => testDirectory(preset, { beside: app })

describe('a line', () => {
  test('says who asked with which credential and what we answered, and nothing else where all is well', async () => {
    const directory = await beside('okta')
    const call = directory
      .call('post', '/Users', person(directory, 'plain'))
      .set('User-Agent', 'Okta SCIM Client 1.0.0')
    const made = bodyOf(await call)
    const [line] = await logged(directory)
    expect(line).toMatchObject({
      method: 'POST',
      path: '/Users',
      status: 201,
      userAgent: 'Okta SCIM Client 1.0.0',
      credential: 'test',
      findings: [],
      lostBefore: 0,
    })
    expect(JSON.parse(String(line?.responseBody))).toEqual(made)
    expect(JSON.parse(String(line?.requestBody))).toMatchObject({ userName: made.userName })
  })

  test('holds no password in any form, and no token of ours', async () => {
    const directory = await beside('okta')
    const made = bodyOf(
      await directory.call('post', '/Users', person(directory, 'log', { password: 'hunter-2' })),
    )
    const patch = [
      { op: 'replace', path: 'password', value: 'hunter-3' },
      { op: 'replace', value: { password: 'hunter-4', title: 'x' } },
      { op: 'replace', path: 'title', value: directory.token },
    ]
    await directory.call('patch', `/Users/${made.id}`, { schemas: [PATCH], Operations: patch })
    await directory.call('get', '/Users?filter=password%20eq%20%22hunter-5%22')
    await directory
      .call('get', `/Users?access_token=${directory.token}&x=1`)
      .set('User-Agent', directory.token)
    const lines = await logged(directory)
    expect(lines.map((line) => line.method)).toEqual(['GET', 'GET', 'PATCH', 'POST'])
    expect(JSON.stringify(lines)).not.toContain('hunter')
    expect(JSON.stringify(lines.map(({ responseBody: _shown, ...asked }) => asked))).not.toContain(
      directory.token,
    )
    expect(JSON.stringify(lines)).toContain(`log@${directory.domain}`)
    expect(lines[3]?.findings).toMatchObject([{ level: 'note', code: 'password_forgotten' }])
  })

  test('of a token that has run out stands in its directory, with what to replace where', async () => {
    const directory = await beside('okta')
    await directory.world.dataSource.query(
      'update directory_tokens set expires_at = $2 where directory_id = $1',
      [directory.id, directory.world.clock.now()],
    )
    expect((await directory.call('get', '/Users')).status).toBe(401)
    const [line] = await logged(directory)
    expect(line).toMatchObject({ status: 401, credential: 'test', findings: [{ code: 'invalid_token' }] })
    expect(line?.findings[0]?.advice).toContain('Provisioning → Integration')
  })

  test('of a body of great depth ends neither the server nor the log', async () => {
    const deep = `{"userName":"d","name":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`
    expect((await app.call('post', '/Users', deep)).status).toBeLessThan(500)
    expect((await logged(app))[0]).toMatchObject({ method: 'POST' })
    expect((await app.call('get', '/Users?count=0')).status).toBe(200)
  })

  test('shows what an extension calls write-only or never returned as little as a password', () => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-schemas-'))
    const badge = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: 'urn:example:params:scim:schemas:extension:badge:2.0:User',
      name: 'Badge',
      attributes: [
        { name: 'pin', type: 'string', mutability: 'writeOnly', returned: 'never' },
        {
          name: 'door',
          type: 'complex',
          subAttributes: [{ name: 'riddle', type: 'string', returned: 'never' }],
        },
      ],
    }
    writeFileSync(join(folder, 'badge.json'), JSON.stringify(badge))
    const redactor = createRedactor(loadCatalogue(folder))
    const body = {
      [badge.id]: { pin: '1234', door: { riddle: '1234', name: 'north' } },
      Operations: [
        { path: `${badge.id}:pin`, value: '1234' },
        { path: `${badge.id}:door.riddle`, value: '1234' },
      ],
    }
    const shown = redactor.body(body, 10) ?? ''
    expect(shown).not.toContain('1234')
    expect(shown).toContain('north')
    expect(redactor.path('/Users?filter=pin%20eq%20%221234%22&count=1')).toBe('/Users?[redacted]')
    expect(redactor.path('/Users?filter=userName%20eq%20%22pin%22')).toContain('userName')
  })
})

describe('the list', () => {
  test('is filtered by status, method and text, and paged by cursor', async () => {
    const directory = await beside('okta')
    await directory.make('/Users', person(directory, 'lee'))
    for (let n = 0; n < 3; n++) await directory.call('get', `/Users/nobody-${n}`)
    await directory.call('post', '/Groups', {
      schemas: [GROUP],
      displayName: 'g',
      members: [{ value: 'no-id' }],
    })
    const paths = async (query: string) => (await logged(directory, query)).map((line) => line.path)
    expect(await paths('?status=error')).toEqual(['/Users/nobody-2', '/Users/nobody-1', '/Users/nobody-0'])
    expect(await paths('?status=ok')).toEqual(['/Groups', '/Users'])
    expect(await paths('?status=notable')).toEqual([
      '/Groups',
      '/Users/nobody-2',
      '/Users/nobody-1',
      '/Users/nobody-0',
    ])
    expect(await paths('?status=201&method=POST')).toEqual(['/Groups', '/Users'])
    expect(await paths('?q=LEE%40')).toEqual(['/Users'])
    expect(await paths('?q=passed%20over')).toEqual(['/Groups'])
    const at = `/api/v1/directories/${directory.id}/requests?limit=2`
    const first = await directory.api.get(at).set(directory.root)
    const next = await directory.api.get(`${at}&cursor=${first.body.nextCursor}`).set(directory.root)
    expect([...first.body.items, ...next.body.items].map((line: Line) => line.path)).toEqual([
      '/Groups',
      '/Users/nobody-2',
      '/Users/nobody-1',
      '/Users/nobody-0',
    ])
    const wrong = await directory.api.get(`${at}&status=bad`).set(directory.root)
    expect({ status: wrong.status, text: wrong.text }).toMatchObject({
      status: 400,
      text: expect.stringContaining('notable'),
    })
  })

  test('keeps the newest five hundred, and what is notable apart from a storm of good requests', async () => {
    const directory = await beside('okta')
    await directory.call('get', '/Users/nobody')
    await flushDirectoryRequests(directory.world)
    await directory.world.dataSource.query(
      `insert into directory_requests (id, directory_id, at, method, path, status, duration_ms)
       select ('ffffffff-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, $2, 'GET', '/old/' || n, 200, 1 from generate_series(1, 600) n`,
      [directory.id, directory.world.clock.now()],
    )
    logDirectoryRequest(directory.world, line(directory, { path: '/newest' }))
    await flushDirectoryRequests(directory.world)
    const [row] = await directory.world.dataSource.query(
      `select count(*) filter (where not notable)::int as plain, count(*) filter (where notable)::int as notable from directory_requests where directory_id = $1`,
      [directory.id],
    )
    expect(row).toEqual({ plain: 500, notable: 1 })
    expect(await logged(directory, '?status=error')).toMatchObject([{ path: '/Users/nobody' }])
  })

  test('loses lines rather than the memory of the server, and says how many', async () => {
    const directory = await beside('okta')
    const before = lostDirectoryRequests(directory.world)
    const half = 9 * 1024 * 1024
    for (let n = 0; n < 4; n++)
      logDirectoryRequest(directory.world, line(directory, { path: `/large/${n}` }, half))
    expect(lostDirectoryRequests(directory.world) - before).toBe(3)
    const [kept] = await logged(directory)
    expect(kept).toMatchObject({ path: '/large/0', lostBefore: 0 })
    logDirectoryRequest(directory.world, line(directory, { path: '/after' }))
    expect((await logged(directory))[0]).toMatchObject({ path: '/after', lostBefore: 3 })
  })

  test('of another organization is not there', async () => {
    const [mine, theirs] = [await beside('okta'), await beside('okta')]
    const { key } = bodyOf(
      await mine.api
        .post(`/api/v1/organizations/${mine.organizationId}/api-keys`)
        .set(mine.root)
        .send({ name: 'k', role: 'admin' }),
    )
    const read = (id: string) =>
      mine.api.get(`/api/v1/directories/${id}/requests`).set('Authorization', `Bearer ${key}`)
    expect((await read(mine.id)).status).toBe(200)
    expect((await read(theirs.id)).status).toBe(404)
  })
})

test('the use of a token is noted behind the answer', async () => {
  await app.call('get', '/Users?count=0')
  await flushDirectoryRequests(app.world)
  const [row] = await app.world.dataSource.query(
    'select last_used_at as at from directory_tokens where directory_id = $1',
    [app.id],
  )
  expect(row.at).toEqual(app.world.clock.now())
})

function line(
  { id, world }: TestDirectory,
  { path }: { path: string },
  bytes = 1,
): Parameters<typeof logDirectoryRequest>[1] {
  const said = { path, requestBody: null, responseBody: null, findings: [] }
  const head = {
    directoryId: id,
    tokenId: null,
    at: world.clock.now(),
    method: 'GET',
    status: 200,
    durationMs: 1,
    userAgent: null,
  }
  return { ...head, notable: false, bytes, describe: () => said }
}
