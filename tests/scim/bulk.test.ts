// Bulk requests: many operations in one, with references among them in any order (RFC 7644 §3.7).
import { beforeAll, describe, expect, test } from '@jest/globals'
import {
  type Body,
  bodyOf,
  ENTERPRISE,
  ERROR,
  GROUP,
  PATCH,
  type TestDirectory,
  testDirectory,
  USER,
} from './directory.ts'

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
const RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse'

let directory: TestDirectory
let serial = 0
const mail = () => `b${++serial}@${directory.domain}`
const send = (Operations: unknown, more: Record<string, unknown> = {}) =>
  directory.call('post', '/Bulk', { schemas: [REQUEST], Operations, ...more })
/** What became of each operation. */
async function bulk(Operations: unknown[], more: Record<string, unknown> = {}): Promise<Body[]> {
  const response = await send(Operations, more)
  expect([response.status, bodyOf(response).schemas]).toEqual([200, [RESPONSE]])
  return bodyOf(response).Operations
}
const postUser = (bulkId: string, data: Record<string, unknown> = {}) => ({
  method: 'POST',
  path: '/Users',
  bulkId,
  data: { schemas: [USER], userName: mail(), ...data },
})
const postGroup = (bulkId: string, members: unknown[], data: Record<string, unknown> = {}) => ({
  method: 'POST',
  path: '/Groups',
  bulkId,
  data: { schemas: [GROUP], displayName: `g${++serial}`, members, ...data },
})
const read = async (outcome: Body) =>
  bodyOf(await directory.call('get', outcome.location.slice(outcome.location.search(/\/(Users|Groups)\//))))
const idOf = (outcome: Body) => outcome.location.split('/').at(-1)
const statuses = (outcomes: Body[]) => outcomes.map((outcome) => outcome.status)
const add = (...value: unknown[]) => ({
  schemas: [PATCH],
  Operations: [{ op: 'add', path: 'members', value }],
})

beforeAll(async () => {
  directory = await testDirectory()
})

describe('a bulk request', () => {
  test('does every method and answers each in its place with location, version and status', async () => {
    const [a, b, c] = [
      await directory.make('/Users', { userName: mail() }),
      await directory.make('/Users', { userName: mail() }),
      await directory.make('/Users', { userName: mail() }),
    ]
    const data = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'title', value: 'T' }] }
    const outcomes = await bulk([
      postUser('new'),
      { method: 'PUT', path: `/Users/${a.id}`, data: { schemas: [USER], userName: a.userName, title: 'P' } },
      { method: 'patch', path: `Users/${b.id}?attributes=title`, bulkId: 'mine', data },
      { method: 'DELETE', path: `/Users/${c.id}/` },
    ])
    expect(outcomes).toEqual([
      { location: outcomes[0].location, method: 'POST', bulkId: 'new', version: 'W/"1"', status: '201' },
      { location: a.meta.location, method: 'PUT', version: 'W/"2"', status: '200' },
      { location: b.meta.location, method: 'PATCH', bulkId: 'mine', version: 'W/"2"', status: '200' },
      { location: c.meta.location, method: 'DELETE', status: '204' },
    ])
    expect((await read(outcomes[0])).meta.version).toBe('W/"1"')
    expect([(await read(outcomes[1])).title, (await read(outcomes[2])).title]).toEqual(['P', 'T'])
    expect((await directory.call('get', `/Users/${c.id}`)).status).toBe(404)
  })

  test('goes on after failures and shows the whole error of each', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const outcomes = await bulk([
      postUser('twin', { userName: user.userName }),
      { method: 'DELETE', path: '/Users/nobody' },
      postUser('fine'),
    ])
    expect(statuses(outcomes)).toEqual(['409', '404', '201'])
    expect(outcomes[0]).toEqual({
      method: 'POST',
      bulkId: 'twin',
      status: '409',
      response: { schemas: [ERROR], status: '409', scimType: 'uniqueness', detail: expect.any(String) },
    })
    expect(outcomes[1].location).toBe(`http://gatehouse.test/scim/v2/${directory.id}/Users/nobody`)
  })

  test('ends at the number of failures that failOnErrors allows, and leaves the others out', async () => {
    const bad = { method: 'DELETE', path: '/Users/nobody' }
    const last = postUser('last')
    const outcomes = await bulk([bad, postUser('one'), bad, last], { failOnErrors: 2 })
    expect(statuses(outcomes)).toEqual(['404', '201', '404'])
    const filter = encodeURIComponent(`userName eq "${last.data.userName}"`)
    expect(bodyOf(await directory.call('get', `/Users?filter=${filter}`)).totalResults).toBe(0)
  })

  test('takes the version of an operation as If-Match', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const change = (version: string, value: string) => ({
      method: 'PATCH',
      path: `/Users/${user.id}`,
      version,
      data: { schemas: [PATCH], Operations: [{ op: 'replace', path: 'title', value }] },
    })
    const outcomes = await bulk([change('W/"1"', 'a'), change('W/"1"', 'b'), change('W/"2"', 'c')])
    expect(statuses(outcomes)).toEqual(['200', '412', '200'])
    expect((await read(outcomes[0])).title).toBe('c')
  })

  test('takes a PATCH written as the bare list of its operations', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const data = [{ op: 'replace', path: 'title', value: 'bare' }]
    const outcomes = await bulk([{ method: 'PATCH', path: `/Users/${user.id}`, data }])
    expect([statuses(outcomes), (await read(outcomes[0])).title]).toEqual([['200'], 'bare'])
  })

  test('takes a hundred members in one PATCH of one operation each', async () => {
    const made = await bulk(Array.from({ length: 100 }, (_, at) => postUser(`m${at}`)))
    const group = await directory.make('/Groups', { displayName: 'Hundred' })
    const Operations = made.map((one) => ({ op: 'add', path: 'members', value: [{ value: idOf(one) }] }))
    const data = { schemas: [PATCH], Operations }
    const outcomes = await bulk([{ method: 'PATCH', path: `/Groups/${group.id}`, data }])
    expect([statuses(outcomes), (await read(outcomes[0])).members.length]).toEqual([['204'], 100])
  })

  test('of another directory touches nothing here', async () => {
    const other = await testDirectory('generic', { beside: directory })
    const user = await other.make('/Users', { userName: mail() })
    const outcomes = await bulk([
      { method: 'DELETE', path: `/Users/${user.id}` },
      { method: 'DELETE', path: user.meta.location },
    ])
    expect(statuses(outcomes)).toEqual(['404', '400'])
    expect((await other.call('get', `/Users/${user.id}`)).status).toBe(200)
  })
})

describe('references by bulkId', () => {
  test('are resolved backward and forward, in values, addresses and paths', async () => {
    const outcomes = await bulk([
      postGroup('g', [{ value: 'bulkId:late' }, { $ref: '../Users/bulkId:late', value: 'bulkId:early' }]),
      postUser('early'),
      { method: 'PATCH', path: '/Groups/bulkId:g', data: add({ value: 'bulkId:third' }) },
      postUser('late', { [ENTERPRISE]: { manager: { value: 'bulkId:early', $ref: 'bulkId:early' } } }),
      postUser('third'),
      {
        method: 'PATCH',
        path: '/Groups/bulkId:g',
        data: {
          schemas: [PATCH],
          Operations: [{ op: 'remove', path: 'members[value eq "bulkId:early"]' }],
        },
      },
    ])
    expect(statuses(outcomes)).toEqual(['201', '201', '204', '201', '201', '204'])
    const members = (await read(outcomes[0])).members.map((member: Body) => member.value)
    expect(members.sort()).toEqual([idOf(outcomes[3]), idOf(outcomes[4])].sort())
    expect((await read(outcomes[3]))[ENTERPRISE].manager).toEqual({
      value: idOf(outcomes[1]),
      $ref: outcomes[1].location,
    })
    expect(outcomes[2].location).toBe(outcomes[0].location)
  })

  test('that lead in a circle are resolved, even to the resource itself', async () => {
    const manager = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } })
    const outcomes = await bulk([
      postUser('a', manager('b')),
      postUser('b', manager('c')),
      postUser('c', manager('a')),
      postUser('self', manager('self')),
    ])
    expect(statuses(outcomes)).toEqual(['201', '201', '201', '201'])
    const users = await Promise.all(outcomes.map(read))
    const managers = users.map((user) => user[ENTERPRISE].manager.value)
    expect(managers).toEqual([users[1].id, users[2].id, users[0].id, users[3].id])
    expect(outcomes.map((outcome) => outcome.version)).toEqual(users.map((user) => user.meta.version))
  })

  test('that cannot be closed to a circle name what is missing, beside the resource that was made', async () => {
    const taken = await directory.make('/Users', { userName: mail() })
    const manager = (bulkId: string) => ({ [ENTERPRISE]: { manager: { value: `bulkId:${bulkId}` } } })
    const outcomes = await bulk([
      postUser('a', { userName: taken.userName, ...manager('b') }),
      postUser('b', manager('a')),
    ])
    expect(statuses(outcomes)).toEqual(['409', '409'])
    expect(outcomes[1].response.detail).toContain('bulkId:a')
    expect((await read(outcomes[1]))[ENTERPRISE]).toBeUndefined()
  })

  test('to a resource that failed or that nobody makes fail themselves and name it', async () => {
    const taken = await directory.make('/Users', { userName: mail() })
    const outcomes = await bulk([
      postGroup('g', [{ value: 'bulkId:taken' }]),
      postUser('taken', { userName: taken.userName }),
      { method: 'DELETE', path: '/Users/bulkId:unknown' },
      { method: 'PATCH', path: '/Groups/bulkId:g', data: add({ value: taken.id }) },
    ])
    expect(outcomes.map((one) => [one.status, one.response.scimType])).toEqual([
      ['409', undefined],
      ['409', 'uniqueness'],
      ['400', 'invalidValue'],
      ['409', undefined],
    ])
    expect(outcomes[0].response.detail).toContain('taken')
    expect(outcomes[2].response.detail).toContain('bulkId:unknown')
  })

  test('in a chain of sixty operations, each speaking of the next, are resolved', async () => {
    const chain = Array.from({ length: 60 }, (_, at) =>
      postUser(`c${at}`, at < 59 ? { [ENTERPRISE]: { manager: { value: `bulkId:c${at + 1}` } } } : {}),
    )
    const outcomes = await bulk(chain)
    expect(new Set(statuses(outcomes))).toEqual(new Set(['201']))
    expect((await read(outcomes[0]))[ENTERPRISE].manager.value).toBe(idOf(outcomes[1]))
  })
})

describe('a bulk request is refused whole', () => {
  const none = { method: 'DELETE', path: '/Users/x' }
  test.each([
    ['no list', { Operations: {} }, 400, 'invalidSyntax', 'Operations'],
    ['an empty list', { Operations: [] }, 400, 'invalidSyntax', 'Operations'],
    ['no schemas', { schemas: [], Operations: [none] }, 400, 'invalidSyntax', REQUEST],
    [
      'failOnErrors of no number',
      { Operations: [none], failOnErrors: '1' },
      400,
      'invalidValue',
      'failOnErrors',
    ],
    ['failOnErrors of 0', { Operations: [none], failOnErrors: 0 }, 400, 'invalidValue', 'failOnErrors'],
    ['failOnErrors of 1.5', { Operations: [none], failOnErrors: 1.5 }, 400, 'invalidValue', 'failOnErrors'],
    ['1 001 operations', { Operations: Array(1001).fill(none) }, 413, undefined, 'maxOperations (1000)'],
    [
      'more than a mebibyte',
      { Operations: [none], x: 'x'.repeat(1_048_576) },
      413,
      undefined,
      'maxPayloadSize (1048576',
    ],
  ])('%s', async (_, body, status, scimType, named) => {
    const response = await directory.call('post', '/Bulk', { schemas: [REQUEST], ...body })
    const error = bodyOf(response)
    expect([response.status, error.status, error.scimType]).toEqual([status, String(status), scimType])
    expect(error.detail).toContain(named)
  })

  test('two resources with one bulkId, before any of them is made', async () => {
    const [one, two] = [postUser('same'), postUser('same')]
    const response = await send([one, two])
    expect([response.status, bodyOf(response).scimType]).toEqual([400, 'invalidValue'])
    const filter = encodeURIComponent(`userName eq "${one.data.userName}"`)
    expect(bodyOf(await directory.call('get', `/Users?filter=${filter}`)).totalResults).toBe(0)
  })
})

describe('an operation is refused alone', () => {
  const data = { schemas: [USER], userName: 'x@y.test' }
  test.each([
    ['a text', 'DELETE', '400'],
    ['null', null, '400'],
    ['no method', { path: '/Users/x' }, '400'],
    ['GET', { method: 'GET', path: '/Users/x' }, '400'],
    ['no path', { method: 'DELETE' }, '400'],
    ['no data', { method: 'POST', path: '/Users', bulkId: 'n' }, '400'],
    ['data of no object', { method: 'POST', path: '/Users', bulkId: 'n', data: 'x' }, '400'],
    ['no bulkId', { method: 'POST', path: '/Users', data }, '400'],
    ['a bulkId of no text', { method: 'POST', path: '/Users', bulkId: 4, data }, '400'],
    ['a version of no text', { method: 'DELETE', path: '/Users/x', version: 1 }, '400'],
    ['a bulk request', { method: 'POST', path: '/Bulk', bulkId: 'n', data: { Operations: [] } }, '404'],
    ['an unknown type', { method: 'POST', path: '/Devices', bulkId: 'n', data }, '404'],
    ['a POST of one resource', { method: 'POST', path: '/Users/x', bulkId: 'n', data }, '400'],
    ['a DELETE of all', { method: 'DELETE', path: '/Users' }, '400'],
    ['a longer address', { method: 'DELETE', path: '/Users/x/y' }, '400'],
    ['broken percent signs', { method: 'DELETE', path: '/Users/%zz' }, '404'],
    ['an address elsewhere', { method: 'DELETE', path: 'https://example.test/Users/x' }, '400'],
    ['__proto__', JSON.parse('{"method":"PUT","path":"/Users/x","data":{"__proto__":{"a":1}}}'), '400'],
  ])('%s', async (_, operation, status) => {
    const fine = postUser('fine')
    const [outcome, other] = await bulk([operation, fine])
    expect([outcome.status, outcome.response.status, other.status]).toEqual([status, status, '201'])
    expect(outcome.response.detail).toMatch(/\S/)
  })
})

test('operations for which the time is too short are not begun and say so', async () => {
  const { runBulk } = await import('../../src/scim/bulk.ts')
  const { loadCatalogue } = await import('../../src/scim/schemas.ts')
  const { dialects } = await import('../../src/scim/quirks.ts')
  const { newNotes } = await import('../../src/scim/notes.ts')
  const { world, id, organizationId } = directory
  const answer = await runBulk(
    {
      world,
      catalogue: loadCatalogue(null),
      directory: { id, organizationId, preset: 'generic', notify: true, status: 'active' },
      dialect: dialects.generic,
      base: 'http://gatehouse.test',
      query: {},
      body: { schemas: [REQUEST], Operations: [postUser('late')] },
      conditions: { ifMatch: null, ifNoneMatch: null },
      notes: newNotes(),
    },
    -1,
  )
  const [outcome] = (answer.body as Body).Operations
  expect([answer.status, outcome.status, outcome.response.detail]).toEqual([
    200,
    '503',
    expect.stringContaining('Not begun'),
  ])
})
