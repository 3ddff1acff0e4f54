// Bad input at every door: the documented refusal in the door's own form, naming the field, and not a row changed.
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Response, Test } from 'supertest'
import { routes } from '../src/admin/routes.ts'
import { newId } from '../src/kernel/ids.ts'
import { reader, statement } from '../src/store/database.ts'
import { type FreshApp, freshApp } from './support/app.ts'
import { testProvider } from './support/identity-provider.ts'

// What a refusal may write: the logs of requests and sign-ins, and the counting of limits.
const EVIDENCE = [
  'directory_requests',
  'sign_ins',
  'delivery_openings',
  'rate_limits',
  'idempotency_keys',
  'directory_tokens',
]

// A refused sign-in is a decision, and every decision leaves its record.
const SIGN_IN_EVIDENCE = [...EVIDENCE, 'events']

let it: FreshApp
let organizationId: string
let directory: { id: string; token: string }
let other: { id: string; token: string }
let connection: { id: string; acsUrl: string }

beforeAll(async () => {
  it = await freshApp()
  const made = await post('/organizations', { name: 'Acme', slug: 'acme' })
  organizationId = made.id as string
  directory = await directoryOf(organizationId)
  const elsewhere = await post('/organizations', { name: 'Other', slug: 'other' })
  other = await directoryOf(elsewhere.id as string)
  const provider = await testProvider()
  const { metadataXml } = provider
  const connected = await post(`/organizations/${organizationId}/connections`, { name: 'IdP', metadataXml })
  connection = { id: connected.id as string, acsUrl: connected.acsUrl as string }
})

describe('the JSON API', () => {
  const called = routes.map((route) => [route.method, route.path, route] as const)
  const withBody = called.filter(([, , route]) => route.body !== null && !route.bodyOptional)
  const withKey = called.filter(([, , route]) => route.need !== 'anybody')
  const withId = called.filter(([, path]) => /\{(?!email)/.test(path))

  test.each(withKey)('%s %s refuses who has no key, and a wrong one', async (method, path) => {
    const address = fill(path, newId())
    for (const key of [
      undefined,
      'Bearer ',
      `Bearer key_${'x'.repeat(43)}`,
      'Basic cm9vdDpyb290',
      'Bearer \u00e9',
    ]) {
      const answer = await unchanged(() => call(method, address, key))
      expectProblem(answer, 401)
    }
  })

  test.each(withId)(
    '%s %s says 404 of what is nobody’s and of what can be no id',
    async (method, path, route) => {
      for (const id of [newId(), 'nothing', '%00', '..%2f..', "1'or'1", 'x'.repeat(400), '%F0%9F%92%A9']) {
        const answer = await unchanged(() => {
          const sent = call(method, fill(path, id), root()).set('If-Match', '"x"')
          return route.body === null ? sent : sent.send({})
        })
        expect(route.need === 'session' ? [401, 404] : [400, 404, 422]).toContain(answer.status)
        expectProblem(answer, answer.status)
      }
    },
  )

  test.each(withBody)(
    '%s %s refuses a body that is no JSON, no object, too large or of another kind',
    async (method, path) => {
      const address = fill(path, newId(), organizationId)
      const bodies: [string, string | Buffer, number[]][] = [
        ['application/json', '{"a":', [400, 404]],
        ['application/json', '"text"', [400, 404]],
        ['application/json', '[[[[', [400, 404]],
        ['application/json', 'null', [400, 404]],
        ['application/json', `{"a":"${'x'.repeat(3_000_000)}"}`, [413]],
        ['application/json', Buffer.from([0x7b, 0xff, 0xfe, 0x7d]), [400, 404]],
        ['text/plain', 'a=b', [415]],
        ['application/xml', '<a/>', [415]],
      ]
      for (const [type, body, statuses] of bodies) {
        const answer = await unchanged(() =>
          call(method, address, root()).set('If-Match', '"x"').set('Content-Type', type).send(body),
        )
        expect([address, type, answer.status]).toEqual([
          address,
          type,
          statuses.find((status) => status === answer.status),
        ])
        expectProblem(answer, answer.status)
      }
    },
    60_000,
  )

  test.each(withBody)('%s %s names a field that it does not know', async (method, path, route) => {
    if (route.body?.def.type === 'array') return
    const answer = await unchanged(() =>
      call(method, fill(path, newId(), organizationId), root())
        .set('If-Match', '"x"')
        .send({ nobodyKnowsThis: 1 }),
    )
    expectProblem(answer, 400)
    const errors = answer.body.errors as { path: string }[]
    expect(errors.map((fault) => fault.path)).toContain('nobodyKnowsThis')
  })

  test.each([
    { name: 'A\u0000', slug: 'a' },
    { name: '', slug: 'b' },
    { name: 'C', slug: 'Not A Slug' },
    { name: 'D', slug: 'd', owner: { email: 'no address' } },
    { name: 'E', slug: 'e'.repeat(64) },
    { name: { toString: 1 }, slug: 'f' },
    { name: 'G', slug: 'acme' },
  ])('refuses the organization %j', async (body) => {
    const answer = await unchanged(() => call('post', '/organizations', root()).send(body))
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expectProblem(answer, answer.status)
  })

  test.each([
    '?limit=0',
    '?limit=201',
    '?limit=x',
    '?cursor=%00',
    '?cursor=zzz',
    '?limit=1&limit=2',
    '?nothing=1',
    '?status[]=x',
  ])('refuses the list %s', async (query) => {
    const answer = await unchanged(() =>
      call('get', `/organizations/${organizationId}/members${query}`, root()),
    )
    expectProblem(answer, 400)
  })
})

describe('the SCIM door', () => {
  const users = () => `/scim/v2/${directory.id}/Users`

  test.each([
    ['no token', undefined],
    ['an empty token', 'Bearer '],
    ['a wrong token', `Bearer scim_${'x'.repeat(43)}`],
    ['another scheme', 'Basic eDp5'],
  ])('refuses %s', async (_name, key) => {
    const answer = await unchanged(() => scim('get', users(), key))
    expectScim(answer, 401)
    expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
  })

  test('refuses another directory’s token, and another directory’s ids', async () => {
    expectScim(await unchanged(() => scim('get', users(), `Bearer ${other.token}`)), 401)
    const made = await scim('post', `/scim/v2/${other.id}/Users`, `Bearer ${other.token}`).send(
      person('zoe@other.test'),
    )
    const id = made.body.id as string
    last = undefined
    for (const method of ['get', 'delete'] as const) {
      expectScim(await unchanged(() => scim(method, `${users()}/${id}`, token())), 404)
    }
    const patch = { schemas: [PATCH], Operations: [{ op: 'replace', path: 'active', value: false }] }
    expectScim(await unchanged(() => scim('patch', `${users()}/${id}`, token()).send(patch)), 404)
  })

  test.each(['nothing', '%00', '..%2fUsers', 'x'.repeat(3000), '%F0%9F%92%A9', "1'or'1"])(
    'says 404 of the id %s',
    async (id) => {
      expectScim(await unchanged(() => scim('get', `${users()}/${id}`, token())), 404)
      expectScim(await unchanged(() => scim('delete', `${users()}/${id}`, token())), 404)
    },
  )

  test.each<[string, string, string | Buffer, number]>([
    ['malformed JSON', 'application/scim+json', '{"userName":', 400],
    ['no object', 'application/scim+json', '[]', 400],
    ['a scalar', 'application/scim+json', '"x"', 400],
    ['invalid UTF-8', 'application/scim+json', Buffer.from('{"userName":"\xff\xfe"}', 'latin1'), 400],
    ['another kind', 'text/plain', 'x', 415],
    ['too much', 'application/scim+json', `{"userName":"${'x'.repeat(5_000_000)}"}`, 413],
    ['UTF-16', 'application/scim+json; charset=utf-16', Buffer.from('{"userName":"x"}', 'utf16le'), 415],
    [
      'no userName',
      'application/scim+json',
      '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"]}',
      400,
    ],
    [
      'a userName that is no text',
      'application/scim+json',
      JSON.stringify({ ...person('x'), userName: { a: 1 } }),
      400,
    ],
    ['a NUL character', 'application/scim+json', JSON.stringify(person('a\u0000b')), 400],
    [
      'depth',
      'application/scim+json',
      `{"userName":"d","name":${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}}`,
      400,
    ],
  ])('refuses a person made of %s', async (_name, type, body, status) => {
    const answer = await unchanged(() => scim('post', users(), token()).set('Content-Type', type).send(body))
    expectScim(answer, status)
  })

  test.each([
    'userName eq',
    'userName eq "a" and',
    '('.repeat(2000),
    'nobody.knows eq "x"',
    'userName xx "a"',
    'userName eq "\u0000"',
    `userName eq "${'x'.repeat(10_000)}"`,
    'emails[type eq "work"',
  ])('refuses the filter %#', async (filter) => {
    expectScim(
      await unchanged(() => scim('get', `${users()}?filter=${encodeURIComponent(filter)}`, token())),
      400,
    )
  })

  test.each([
    '?count=x',
    '?startIndex=99999999999999999999',
    '?sortBy=%00',
    '?filter=%E0%A4%A',
    '?attributes=%00',
  ])('answers the list %s without a fault of its own', async (query) => {
    const answer = await unchanged(() => scim('get', `${users()}${query}`, token()))
    expect(answer.status).toBeLessThan(500)
  })
})

describe('the SAML door', () => {
  const acs = () => new URL(connection.acsUrl).pathname

  test.each<[string, string, number]>([
    ['no field', 'a=b', 400],
    ['an empty field', 'SAMLResponse=', 400],
    ['no base64', 'SAMLResponse=%%%', 400],
    ['text', `SAMLResponse=${encodeURIComponent(Buffer.from('hello').toString('base64'))}`, 403],
    ['a DOCTYPE', form('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'), 403],
    [
      'an unsigned Response',
      form('<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"/>'),
      403,
    ],
    ['depth', form(`${'<a>'.repeat(9000)}${'</a>'.repeat(9000)}`), 403],
    ['NUL', form('<a>\u0000</a>'), 403],
    ['too much', `SAMLResponse=${'A'.repeat(2_000_000)}`, 413],
  ])('refuses %s by a page with a reason, and opens no session', async (_name, body, status) => {
    const answer = await unchanged(
      () => it.api.post(acs()).set('Content-Type', 'application/x-www-form-urlencoded').send(body),
      SIGN_IN_EVIDENCE,
    )
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(answer.headers['gatehouse-reason'] ?? '').toMatch(
      status === 403 ? /^saml_response_invalid$/ : /^[a-z_]*$/,
    )
    expect(String(answer.headers['set-cookie'] ?? '')).not.toContain('gatehouse_session=')
  })

  test.each(['nothing', '%00', 'x'.repeat(3000), '00000000-0000-7000-8000-000000000000'])(
    'says 4xx of the connection %#',
    async (id) => {
      for (const path of [`/saml/${id}/metadata`, `/saml/${id}/sign-in`, `/saml/${id}/continue`]) {
        const answer = await unchanged(() => it.api.get(path))
        expect([path, Math.floor(answer.status / 100)]).toEqual([path, 4])
      }
    },
  )
})

describe('the pages', () => {
  test.each([
    '/invitations/nothing',
    `/invitations/${newId()}`,
    `/invitations/${newId()}?t=inv_${'x'.repeat(43)}`,
    `/invitations/${newId()}?t=%00&t=2`,
    '/invitations/%00',
    '/join?address=%00&code=%F0%9F%92%A9',
    '/sign-in?return_to=javascript:alert(1)',
    '/welcome?a[b]=c',
    '/proof?handle=%00',
    '/dev/mailbox.json?to=%00',
  ])('answer %# without a fault of their own', async (path) => {
    const answer = await unchanged(() => it.api.get(path))
    expect(answer.status).toBeLessThan(500)
  })

  test.each(['/join', '/sign-in', '/sign-out', '/proof', `/invitations/${newId()}`])(
    'refuse a form %# that is not from here',
    async (path) => {
      for (const [type, body] of [
        ['application/x-www-form-urlencoded', 'address=a%40b.test&code=K7QM-4D2P&nonce=x'],
        ['application/x-www-form-urlencoded', `address=${'x'.repeat(100_000)}`],
        ['application/x-www-form-urlencoded', Array.from({ length: 2000 }, (_, n) => `a${n}=1`).join('&')],
        ['multipart/form-data; boundary=x', '--x--'],
        ['application/json', '{"address":{"a":1}}'],
        ['application/x-www-form-urlencoded', 'address=%E0%A4%A'],
        ['application/x-www-form-urlencoded', 'address[a]=1&code[]=2'],
      ] as const) {
        const answer = await unchanged(() =>
          it.api.post(path).set('Content-Type', type).set('Sec-Fetch-Site', 'cross-site').send(body),
        )
        expect([path, type, Math.floor(answer.status / 100)]).toEqual([path, type, 4])
      }
    },
  )
})

const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** Runs a request and demands that it changed no row besides what is evidence of it. */
async function unchanged(request: () => Test, evidence: readonly string[] = EVIDENCE): Promise<Response> {
  const before = last?.evidence === evidence ? last.rows : await fingerprint(evidence)
  const answer = await request()
  expect([answer.status, answer.text?.slice(0, 300)]).not.toEqual([500, expect.anything()])
  const after = await fingerprint(evidence)
  expect(after).toEqual(before)
  last = { evidence, rows: after }
  return answer
}

// What the tables were after the last request that changed nothing.
let last: { evidence: readonly string[]; rows: unknown } | undefined

const everyTable = statement(
  'test.tables',
  `select tablename as name from pg_tables where schemaname = 'public' order by 1`,
)

async function fingerprint(evidence: readonly string[]): Promise<unknown> {
  const read = reader(it.world.dataSource)
  const tables = await read.rows<{ name: string }>(everyTable)
  const each = tables
    .filter(({ name }) => !evidence.includes(name))
    .map(
      ({ name }) =>
        `select '${name}' as name, count(*)::int as rows, coalesce(sum(hashtext(t::text)::bigint), 0)::text as sum from ${name} t`,
    )
  return read.rows(statement(`test.fingerprint-${evidence.length}`, each.join(' union all ')))
}

function expectProblem(answer: Response, status: number): void {
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json'])
  expect(answer.body).toMatchObject({ status, code: expect.any(String), detail: expect.any(String) })
}

function expectScim(answer: Response, status: number): void {
  expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/scim+json'])
  expect(answer.body).toMatchObject({
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
  })
}

function call(method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, key?: string): Test {
  const sent = it.api[method](`/api/v1${path}`)
  return key === undefined ? sent : sent.set('Authorization', key)
}

function scim(method: 'get' | 'post' | 'patch' | 'delete', path: string, key?: string): Test {
  const sent = it.api[method](path).type('application/scim+json')
  return key === undefined ? sent : sent.set('Authorization', key)
}

function root(): string {
  return it.root.Authorization
}

function token(): string {
  return `Bearer ${directory.token}`
}

/** The path with `{email}` as an address, `{org}` as `org` (else `id`), and every other name as `id`. */
function fill(path: string, id: string, org = id): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) =>
    name === 'email' ? 'ana%40acme.test' : name === 'org' ? org : id,
  )
}

function person(userName: string): object {
  return { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], userName, active: true }
}

function form(xml: string): string {
  return `SAMLResponse=${encodeURIComponent(Buffer.from(xml, 'utf8').toString('base64'))}`
}

async function post(path: string, body: object): Promise<Record<string, unknown>> {
  const answer = await call('post', path, root()).send(body)
  if (answer.status !== 201) throw new Error(`${path} answered ${answer.status}: ${answer.text}`)
  return answer.body as Record<string, unknown>
}

async function directoryOf(organization: string): Promise<{ id: string; token: string }> {
  const made = await post(`/organizations/${organization}/directories`, { name: 'Okta', preset: 'generic' })
  const { token } = await post(`/directories/${made.id as string}/tokens`, { label: 'first' })
  return { id: made.id as string, token: token as string }
}
