// The log of a directory's requests: written behind the answers, without secrets, bounded.
import { beforeAll, expect, test } from '@jest/globals'
import { flushDirectoryRequests } from '../../src/actions/log-directory-request.ts'
import { bodyOf, PATCH, type TestDirectory, testDirectory, USER } from './directory.ts'

let directory: TestDirectory
beforeAll(async () => {
  directory = await testDirectory('okta')
})

async function logged(): Promise<Record<string, unknown>[]> {
  await flushDirectoryRequests(directory.world)
  return directory.world.dataSource.query(
    'select method, path, status, request_body, response_body from directory_requests where directory_id = $1 order by id',
    [directory.id],
  )
}

test('requests stand in the log with our answers, and no password in any form', async () => {
  const person = { schemas: [USER], userName: 'log@a.test', password: 'hunter-2', active: true }
  const made = bodyOf(await directory.call('post', '/Users', person))
  const patch = [
    { op: 'replace', path: 'password', value: 'hunter-3' },
    { op: 'replace', value: { password: 'hunter-4', title: 'x' } },
  ]
  await directory.call('patch', `/Users/${made.id}`, { schemas: [PATCH], Operations: patch })
  await directory.call('get', '/Users/nobody')
  const rows = await logged()
  expect(rows.map((row) => [row.method, row.path, row.status])).toEqual([
    ['POST', '/Users', 201],
    ['PATCH', `/Users/${made.id}`, 200],
    ['GET', '/Users/nobody', 404],
  ])
  expect(JSON.parse(String(rows[0]?.response_body))).toEqual(made)
  expect(JSON.stringify(rows)).not.toMatch(/hunter|scim_/)
  expect(JSON.stringify(rows)).toContain('log@a.test')
})

test('a body of great depth ends neither the server nor the log', async () => {
  const deep = `{"userName":"d","name":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`
  expect((await directory.call('post', '/Users', deep)).status).toBeLessThan(500)
  expect((await logged()).at(-1)).toMatchObject({ method: 'POST' })
  expect((await directory.call('get', '/Users?count=0')).status).toBe(200)
})

test('the use of a token is noted behind the answer', async () => {
  await directory.call('get', '/Users?count=0')
  await flushDirectoryRequests(directory.world)
  const [row] = await directory.world.dataSource.query(
    'select last_used_at as at from directory_tokens where directory_id = $1',
    [directory.id],
  )
  expect(row.at).toEqual(directory.world.clock.now())
})

test('only the newest five hundred requests of a directory are kept', async () => {
  const other = await testDirectory('okta', { beside: directory })
  await other.world.dataSource.query(
    `insert into directory_requests (id, directory_id, at, method, path, status, duration_ms)
     select ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid, $1, $2, 'GET', '/old/' || n, 200, 1 from generate_series(1, 600) n`,
    [other.id, other.world.clock.now()],
  )
  await other.call('get', '/Users?count=0')
  await flushDirectoryRequests(other.world)
  const [row] = await other.world.dataSource.query(
    'select count(*)::int as n, min(path) as first from directory_requests where directory_id = $1',
    [other.id],
  )
  expect(row).toEqual({ n: 500, first: '/Users?count=0' })
  const kept = await other.world.dataSource.query(
    `select path from directory_requests where directory_id = $1 order by id limit 1`,
    [other.id],
  )
  expect(kept).toEqual([{ path: '/old/102' }])
})
