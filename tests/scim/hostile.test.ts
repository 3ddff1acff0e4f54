// Hostile input at the SCIM door: whatever comes, the answer is a 4xx or a success, and never another directory's row.
import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  type Body,
  ENTERPRISE,
  GROUP,
  type Method,
  PATCH,
  type TestDirectory,
  testDirectory,
  USER,
} from './directory.ts'

let directory: TestDirectory
let other: TestDirectory
let user: Body
let group: Body
let foreign: Body

beforeAll(async () => {
  directory = await testDirectory('generic')
  other = await testDirectory('okta', { beside: directory })
  user = await directory.make('/Users', {
    userName: 'me@a.test',
    emails: [{ value: 'me@a.test', type: 'work' }],
  })
  group = await directory.make('/Groups', { displayName: 'g' })
  foreign = await other.make('/Users', { userName: 'secret-person@b.test', externalId: 'secret' })
})

const nasty = fc.constantFrom(
  '',
  '\u0000',
  '\ud800',
  "'",
  '"',
  '\\',
  '%',
  '_',
  '$1',
  '; drop table directory_users; --',
  '{}',
  '[]',
  '\u202e',
  'x'.repeat(3000),
  '１',
  '__proto__',
  'constructor',
  'null',
  '1e999',
  '-0',
  'NaN',
)
const leaf = fc.oneof(
  nasty,
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
)
const name = fc.oneof(
  fc.constantFrom(
    'userName',
    'externalId',
    'active',
    'emails',
    'name',
    'displayName',
    'members',
    'schemas',
    'id',
    'meta',
    'roles',
    'photos',
    'x509Certificates',
    'addresses',
    'password',
    'value',
    'type',
    'primary',
    ENTERPRISE,
    'name.givenName',
    `${USER}:title`,
  ),
  nasty,
)
const tree = fc.letrec<{ node: unknown }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('node'), { maxLength: 4 }),
    fc.dictionary(name, tie('node'), { maxKeys: 5 }),
  ),
})).node
const resource = fc
  .dictionary(name, tree, { maxKeys: 8 })
  .map((body) => ({ schemas: [USER, GROUP], userName: 'fuzz@a.test', displayName: 'fuzz', ...body }))
const patch = fc
  .array(
    fc.record(
      {
        op: fc.constantFrom('add', 'replace', 'remove', 'x'),
        path: fc.oneof(
          name,
          fc.constantFrom(
            'emails[type eq "work"].value',
            'members[value eq "x"]',
            'emails[',
            'a[b eq "c"].d',
          ),
        ),
        value: tree,
      },
      { requiredKeys: ['op'] },
    ),
    { maxLength: 4 },
  )
  .map((Operations) => ({ schemas: [PATCH], Operations }))

/** Sends and looks: a JSON answer, no fault of ours, nothing of the other directory. */
async function send(to: TestDirectory, method: Method, path: string, body?: unknown): Promise<void> {
  const response = await to.call(method, path, body)
  const what = `${method} ${path} ${JSON.stringify(body)} → ${response.status} ${response.text}`
  expect(response.status >= 500 ? what : '').toBe('')
  expect(to === directory && response.text.includes('secret-person') ? what : '').toBe('')
}

test('bodies of whatever shape', async () => {
  await fc.assert(
    fc.asyncProperty(resource, fc.constantFrom('/Users', '/Groups'), async (body, path) => {
      await send(directory, 'post', path, body)
      await send(other, 'post', path, body)
      await send(other, 'put', `/Users/${foreign.id}`, { ...body, userName: 'secret-person@b.test' })
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('patches of whatever shape', async () => {
  await fc.assert(
    fc.asyncProperty(patch, async (body) => {
      await send(directory, 'patch', `/Users/${user.id}`, body)
      await send(directory, 'patch', `/Groups/${group.id}`, body)
      await send(directory, 'patch', `/Users/${foreign.id}`, body)
    }),
    { numRuns: 60 },
  )
}, 120_000)

test('queries of whatever shape', async () => {
  const path = fc.constantFrom(
    'userName',
    'emails.value',
    'emails',
    'meta.created',
    'active',
    'id',
    'members.value',
    'groups.display',
    `${ENTERPRISE}:department`,
    'x509Certificates.value',
  )
  const filter = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc
      .tuple(path, fc.constantFrom('eq', 'ne', 'co', 'gt', 'le'), leaf)
      .map(([a, op, value]) => `${a} ${op} ${JSON.stringify(value)}`),
  )
  const query = fc.record(
    {
      filter,
      sortBy: fc.oneof(path, nasty),
      count: fc.oneof(fc.integer(), nasty).map(String),
      startIndex: fc.oneof(fc.integer(), nasty).map(String),
      attributes: fc.oneof(path, nasty),
      excludedAttributes: nasty,
    },
    { requiredKeys: [] },
  )
  await fc.assert(
    fc.asyncProperty(query, fc.constantFrom('/Users', '/Groups'), async (words, type) => {
      await send(
        directory,
        'get',
        `${type}?${new URLSearchParams(Object.entries(words).map(([key, value]) => [key, value.slice(0, 500)]))}`,
      )
      await send(directory, 'post', `${type}/.search`, words)
    }),
    { numRuns: 80 },
  )
}, 120_000)

test.each([
  '/%00',
  '/%2e%2e/Users',
  '/Users/%',
  '/Users/..%2f..',
  `/Users/${'x'.repeat(5000)}`,
  '/users',
  '/Schemas/%00',
  '/Users/.search/x',
  '//Users',
  '/Users?filter=%ff',
  '/Users?filter[a]=b&count[]=1',
])('the address number %#', async (path) => {
  for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    await send(directory, method, path, method === 'get' || method === 'delete' ? undefined : {})
  }
})
