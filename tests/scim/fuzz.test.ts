// Random requests over real HTTP: whatever comes, the answer is a success or a well-formed SCIM error, and never another directory's row.
// FUZZ_SCALE=100 makes a long run of it; a failure prints the seed that repeats it.
import { Agent, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { newId } from '../../src/kernel/ids.ts'
import {
  type Body,
  ENTERPRISE,
  ERROR,
  GROUP,
  PATCH,
  type TestDirectory,
  testDirectory,
  USER,
} from './directory.ts'

const SCALE = Number(process.env.FUZZ_SCALE ?? 1)
const LIMIT_MS = 60_000 * Math.max(1, SCALE)
const CANARY = 'canary-of-the-other-directory'
const agent = new Agent({ keepAlive: true })

let server: Server
let directory: TestDirectory
let lenient: TestDirectory
let known: string[]
let foreign: string

beforeAll(async () => {
  directory = await testDirectory('generic')
  lenient = await testDirectory('entra', { beside: directory })
  const other = await testDirectory('generic', { beside: directory })
  const user = await directory.make('/Users', { userName: 'me@fuzz.test', externalId: 'e' })
  const group = await directory.make('/Groups', { displayName: 'g', members: [{ value: user.id }] })
  const far = await other.make('/Users', { userName: `${CANARY}@fuzz.test`, displayName: CANARY })
  known = [user.id, group.id]
  foreign = far.id
  server = directory.app.listen(0)
})
afterAll(() => {
  agent.destroy()
  server.close()
})

interface Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

/** Sends the path as it stands, which fetch would set right. */
function send(
  to: TestDirectory,
  method: string,
  path: string,
  body: string,
  headers: Record<string, string> = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { port } = server.address() as AddressInfo
    const outgoing = request(
      {
        agent,
        port,
        method,
        path: `/scim/v2/${to.id}${path}`,
        headers: {
          Authorization: `Bearer ${to.token}`,
          'Content-Type': 'application/scim+json',
          'Content-Length': Buffer.byteLength(body),
          ...headers,
        },
      },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (more: string) => {
          text += more
        })
        incoming.on('end', () =>
          resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text }),
        )
      },
    )
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** What is wrong with an answer, or null. */
function fault({ status, headers, text }: Answer): string | null {
  if (text.includes(CANARY)) return 'shows another directory'
  if (status >= 500 && status !== 501) return `is ${status}`
  if (text === '') return [204, 304].includes(status) || status === 200 ? null : `${status} without a body`
  if (headers['content-type'] !== 'application/scim+json') return `is ${headers['content-type']}`
  const body = JSON.parse(text) as Body
  if (status >= 400) return errorFault(body, status)
  for (const outcome of body.Operations ?? []) {
    if (Number(outcome.status) >= 500) return `an operation is ${outcome.status}`
    const inner = Number(outcome.status) >= 400 ? errorFault(outcome.response, Number(outcome.status)) : null
    if (inner !== null) return inner
  }
  return null
}

function errorFault(body: Body, status: number): string | null {
  const { schemas, status: said, detail, scimType } = body
  const isError = JSON.stringify(schemas) === JSON.stringify([ERROR]) && said === String(status)
  const isWorded = typeof detail === 'string' && /\S/.test(detail)
  return isError && isWorded && (scimType === undefined || /^\w+$/.test(scimType)) ? null : 'is no SCIM error'
}

async function hold(...sent: Parameters<typeof send>): Promise<void> {
  const answer = await send(...sent)
  const wrong = fault(answer)
  const [to, method, path, body] = sent
  const what = `${to === directory ? 'generic' : 'entra'} ${method} ${path} ${body} → ${answer.status} ${answer.text}`
  expect(wrong === null ? null : `${wrong}: ${what}`).toBeNull()
}

const runs = (count: number) => ({ numRuns: Math.ceil(count * SCALE) })

const nasty = fc.constantFrom(
  '\u0000',
  '\ud800',
  '\u202e',
  '\ufeff',
  'ı',
  'İ',
  'ß',
  'ﬁ',
  '１',
  '💥',
  "'; drop table directory_users; --",
  '\\',
  '"',
  '%',
  '_',
  '%00',
  '$1',
  '{{x}}',
  '../../..',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'bulkId:',
  'bulkId:a',
  'bulkId:__proto__',
  '1e999',
  '-0',
  'NaN',
  'Infinity',
  '9'.repeat(400),
  '2026-02-30T25:61:61Z',
  'a'.repeat(2000),
  '('.repeat(300),
  '['.repeat(300),
)
/** Mostly what is right, so that the rest gets past the first gate. */
const mostly = <T, U>(right: fc.Arbitrary<T>, wrong: fc.Arbitrary<U>): fc.Arbitrary<T | U> =>
  fc.oneof({ arbitrary: right, weight: 9 }, { arbitrary: wrong as fc.Arbitrary<T | U>, weight: 1 })
const id = mostly(
  fc.constantFrom(
    'known0',
    'known0',
    'known1',
    'known1',
    'foreign',
    newId(),
    '',
    'me',
    'bulkId:a',
    'bulkId:b',
    'bulkId:none',
  ),
  nasty,
)
const idOf = (chosen: string) =>
  chosen === 'foreign' ? foreign : (known[Number(/^known(\d)$/.exec(chosen)?.[1] ?? Number.NaN)] ?? chosen)
/** The id of a resource that is there, if one was chosen, at the address of its type. */
const idAt = (type: string, chosen: string) =>
  idOf(chosen.startsWith('known') ? (/users/i.test(type) ? 'known0' : 'known1') : chosen)
const attribute = fc.constantFrom(
  'userName',
  'externalId',
  'displayName',
  'active',
  'name.givenName',
  'emails',
  'emails.value',
  'emails.primary',
  'groups.value',
  'members',
  'members.value',
  'id',
  'meta.created',
  'meta.version',
  'meta.resourceType',
  `${ENTERPRISE}:manager.value`,
  `${ENTERPRISE}:department`,
  `${USER}:title`,
  'x509Certificates.value',
)
const strange = fc.constantFrom('password', 'urn:x:y', 'no.such.thing', ENTERPRISE, '$ref', 'schemas')
const word = mostly(attribute, fc.oneof(strange, nasty, fc.string({ unit: 'binary', maxLength: 12 })))
const literal = mostly(
  fc.oneof(
    fc
      .string({ unit: 'binary', maxLength: 20 })
      .map((text) => JSON.stringify(text.replace(/[\0\p{Surrogate}]/gu, ''))),
    fc.constantFrom(
      'true',
      'false',
      'null',
      '1',
      '"2026-01-01T00:00:00Z"',
      '"me@fuzz.test"',
      '"User"',
      '"%"',
    ),
  ),
  fc.oneof(
    nasty.map((text) => JSON.stringify(text)),
    fc.constantFrom('-1.5e308', '1e999', '"', 'TRUE', ''),
  ),
)
const operator = mostly(
  fc.constantFrom('eq', 'eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le', 'EQ'),
  fc.constantFrom('pr', 'like', ''),
)
/** Filters that are nearly right: the grammar's own parts, put together at random. */
const filter = fc.letrec<{ any: string }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.tuple(word, operator, literal).map((parts) => parts.join(' ')),
    word.map((name) => `${name} pr`),
    fc
      .tuple(tie('any'), mostly(fc.constantFrom('and', 'or', 'AND'), fc.constantFrom('xor', '')), tie('any'))
      .map((p) => p.join(' ')),
    tie('any').map((inner) => `(${inner})`),
    tie('any').map((inner) => `not (${inner})`),
    fc
      .tuple(
        fc.constantFrom('emails', 'groups', 'members', 'addresses', 'name', 'userName'),
        fc.constantFrom('type', 'value', 'primary', 'x'),
        operator,
        literal,
      )
      .map(([name, ...inner]) => `${name}[${inner.join(' ')}]`),
  ),
})).any
const path = fc.oneof(
  attribute,
  fc
    .tuple(attribute, filter, fc.constantFrom('', '.value', '.type', '.x', '.'))
    .map(([a, f, s]) => `${a}[${f}]${s}`),
  nasty,
)
const json = fc.letrec<{ any: unknown }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 4 },
    nasty,
    id.map(idOf),
    fc.integer(),
    fc.double(),
    fc.constantFrom(true, false, null),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(word, tie('any'), { maxKeys: 4 }),
    fc.record({ value: tie('any') }),
  ),
})).any
/** Values that mostly fit where they stand. */
const fitting: Record<string, fc.Arbitrary<unknown>> = {
  active: fc.constantFrom(true, false),
  title: fc.string({ minLength: 1, maxLength: 9 }),
  displayName: fc.string({ minLength: 1, maxLength: 9 }),
  externalId: fc.string({ minLength: 1, maxLength: 3 }),
  'name.givenName': fc.string({ minLength: 1, maxLength: 9 }),
  emails: fc.array(
    fc.record(
      { value: fc.emailAddress(), type: fc.constantFrom('work', 'home') },
      { requiredKeys: ['value'] },
    ),
    { maxLength: 3 },
  ),
  'emails[type eq "work"].value': fc.emailAddress(),
  'emails[primary eq true]': fc.record({ value: fc.emailAddress() }),
  roles: fc.array(fc.record({ value: fc.string({ minLength: 1, maxLength: 4 }) }), { maxLength: 3 }),
  members: fc.array(fc.record({ value: id.map(idOf) }), { maxLength: 3 }),
  [`${ENTERPRISE}:department`]: fc.string({ minLength: 1, maxLength: 9 }),
  [`${ENTERPRISE}:manager`]: fc.record({ value: id.map(idOf) }),
}
const pair = fc
  .constantFrom(...Object.keys(fitting))
  .chain((name) => fc.tuple(fc.constant(name), mostly(fitting[name] ?? json, json)))
const resource = fc
  .tuple(
    fc.array(pair, { maxLength: 4 }),
    mostly(fc.constant([]), fc.array(fc.tuple(word, json), { maxLength: 3 })),
    fc.constantFrom(USER, GROUP),
  )
  .map(([fit, any, schema]) => ({
    schemas: [schema],
    ...(schema === USER ? { userName: `${newId()}@fuzz.test` } : { displayName: 'f' }),
    ...Object.fromEntries([...fit.filter(([name]) => !/[.[]|^urn/.test(name)), ...any]),
  }))
const patch = fc
  .array(
    mostly(
      fc
        .tuple(fc.constantFrom('add', 'remove', 'replace'), pair)
        .map(([op, [at, value]]) => (op === 'remove' ? { op, path: at } : { op, path: at, value })),
      fc.record({ op: fc.constantFrom('add', 'remove', ''), path, value: json }, { requiredKeys: ['op'] }),
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((Operations) => ({ schemas: [PATCH], Operations }))
const endpoint = fc.constantFrom('/Bulk', '/Me', '', '//', '/Users/.search', 'https://x.test/Users')
const type = fc.constantFrom('/Users', '/Groups', 'Users', '/groups/')
const one = fc
  .tuple(type, id, fc.constantFrom('', '', '?attributes=id', '?'))
  .map(([at, chosen, query]) => `${at.replace(/\/$/, '')}/${idAt(at, chosen)}${query}`)
const bulkId = mostly(fc.constantFrom('a', 'b', 'c', 'd', 'e', '__proto__'), json)
const operation = mostly<unknown, unknown>(
  fc.oneof(
    resource.chain((data) =>
      fc.record({
        method: fc.constant('POST'),
        path: fc.constant(data.schemas[0] === USER ? '/Users' : 'Groups'),
        bulkId,
        data: fc.constant(data),
      }),
    ),
    fc.record({ method: fc.constant('PUT'), path: one, data: resource }),
    fc.record({ method: fc.constantFrom('PATCH', 'patch'), path: one, data: patch }),
    // What the other operations work on must not be deleted.
    fc.record({ method: fc.constant('DELETE'), path: one, version: fc.constantFrom('W/"0"', 'x') }),
    fc.constant({ method: 'DELETE', path: '/Users/bulkId:a' }),
  ),
  fc.record(
    {
      method: fc.constantFrom('POST', 'PUT', 'GET', ''),
      path: fc.oneof(endpoint, nasty),
      bulkId,
      version: json,
      data: json,
    },
    { requiredKeys: [] },
  ),
)
/** Of several operations with one bulkId the first alone keeps it, most of the time: twins are refused whole. */
const operations = fc
  .tuple(fc.array(mostly(operation, json), { maxLength: 8 }), fc.nat(9))
  .map(([list, chance]) => {
    const taken = new Set<unknown>()
    return list.map((item, at) => {
      if (chance === 0 || typeof item !== 'object' || item === null || !('bulkId' in item)) return item
      const own = taken.has(item.bulkId) ? `${at}` : item.bulkId
      taken.add(own)
      return { ...item, bulkId: own }
    })
  })

test(
  'bulk requests of whatever operations',
  async () => {
    const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
    const message = fc.record(
      {
        schemas: fc.constant([REQUEST]),
        Operations: mostly(operations, json),
        failOnErrors: mostly(fc.integer({ min: 1, max: 9 }), json),
      },
      { requiredKeys: ['schemas', 'Operations'] },
    )
    await fc.assert(
      fc.asyncProperty(message, async (body) => {
        await hold(directory, 'POST', '/Bulk', JSON.stringify(body))
        await hold(lenient, 'POST', '/Bulk', JSON.stringify(body))
      }),
      runs(60),
    )
  },
  LIMIT_MS,
)

test(
  'filters, orders and projections that are nearly right',
  async () => {
    const query = fc.record(
      {
        filter,
        sortBy: mostly(fc.constantFrom('userName', 'id', 'externalId', 'meta.created', 'displayName'), word),
        sortOrder: mostly(fc.constantFrom('descending', 'ASCENDING'), nasty),
        count: mostly(fc.integer({ min: -1, max: 5 }).map(String), nasty),
        startIndex: mostly(fc.nat().map(String), nasty),
        cursor: mostly(fc.constant(''), nasty),
        attributes: fc.array(word, { maxLength: 3 }).map((names) => names.join(',')),
        excludedAttributes: word,
      },
      { requiredKeys: [] },
    )
    const address = fc.constantFrom('/Users', '/Groups', '/Users/.search', '/.search', '/Schemas')
    await fc.assert(
      fc.asyncProperty(query, address, async (words, to) => {
        const search = new URLSearchParams(words as Record<string, string>).toString().slice(0, 12_000)
        if (to.endsWith('.search')) await hold(directory, 'POST', to, JSON.stringify(words))
        else await hold(directory, 'GET', `${to}?${search}`, '')
      }),
      runs(150),
    )
  },
  LIMIT_MS,
)

test(
  'resources and PATCHes at every address, with conditions of every form',
  async () => {
    const tag = fc.oneof(fc.constantFrom('*', 'W/"1"', '"', ',,', 'W/'), fc.string({ maxLength: 8 }))
    const conditions = fc.record({ 'If-Match': tag, 'If-None-Match': tag }, { requiredKeys: [] })
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('POST', 'PUT', 'PATCH'),
        fc.constantFrom('/Users', '/Groups'),
        id,
        fc.tuple(resource, patch, mostly(fc.constant(false), fc.constant(true))),
        conditions,
        async (method, type, chosen, [whole, change, swap], headers) => {
          const body = (method === 'PATCH') === swap ? whole : change
          const address =
            chosen === '' || method === 'POST'
              ? type
              : `${type}/${encodeURIComponent(idAt(type, chosen).replace(/\p{Surrogate}/gu, ''))}`
          const clean = Object.fromEntries(
            Object.entries(headers).map(([k, v]) => [k, v.replace(/[^\x20-\x7e]/g, '')]),
          )
          await hold(directory, method, address, JSON.stringify(body), clean)
          await hold(lenient, method, address, JSON.stringify(body))
        },
      ),
      runs(100),
    )
  },
  LIMIT_MS,
)

test(
  'bytes that are no JSON, or nearly',
  async () => {
    const whole = JSON.stringify({
      schemas: [USER],
      userName: 'x@fuzz.test',
      emails: [{ value: 'a', primary: true }],
    })
    const mutated = fc
      .tuple(fc.nat(whole.length), fc.nat(6), fc.string({ unit: 'binary', maxLength: 4 }))
      .map(([at, gone, text]) => whole.slice(0, at) + text + whole.slice(at + gone))
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(mutated, fc.string({ unit: 'binary' }), fc.json()),
        fc.constantFrom('/Users', '/Groups', '/Bulk', '/.search', '/Users/x'),
        async (body, address) => {
          await hold(directory, 'POST', address, body)
        },
      ),
      runs(120),
    )
  },
  LIMIT_MS,
)

test(
  'addresses of any letters that HTTP lets pass',
  async () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'Users',
        'Groups',
        '.search',
        '..',
        '.',
        '',
        '%00',
        '%2f',
        '%',
        '%zz',
        '%ff',
        '%C0%AF',
        '*',
        ':id',
        'Bulk',
        'Me',
        ';a=b',
      ),
      fc.string({ maxLength: 8 }).map((text) => text.replace(/[^\x21-\x7e]|#/g, '')),
    )
    const address = fc
      .tuple(fc.array(piece, { maxLength: 4 }), fc.constantFrom('', '?', '?filter=%', '?&&=', '?count[]=1'))
      .map(([parts, query]) => `/${parts.join('/')}${query}`)
    await fc.assert(
      fc.asyncProperty(
        address,
        fc.constantFrom('GET', 'DELETE', 'PUT', 'PROPFIND', 'OPTIONS'),
        async (to, method) => {
          await hold(directory, method, to, '')
        },
      ),
      runs(150),
    )
  },
  LIMIT_MS,
)

test('nothing of all that has touched the other directory', async () => {
  const rows: { user_name: string; version: number }[] = await directory.world.dataSource.query(
    'select user_name, version from directory_users where id = $1',
    [foreign],
  )
  expect(rows).toEqual([{ user_name: `${CANARY}@fuzz.test`, version: 1 }])
})
