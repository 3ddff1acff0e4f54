// The manners of HTTP at the SCIM door: media types, methods, conditions, addresses, challenges and bodies of every kind.
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { newId } from '../../src/kernel/ids.ts'
import {
  type Body,
  bodyOf,
  ERROR,
  GROUP,
  type Method,
  PATCH,
  type TestDirectory,
  testDirectory,
  USER,
} from './directory.ts'

let directory: TestDirectory
let user: Body
let group: Body
let serial = 0
const mail = () => `m${++serial}@${directory.domain}`
const patch = (...Operations: unknown[]) => ({ schemas: [PATCH], Operations })
const title = (value: string) => patch({ op: 'replace', path: 'title', value })

beforeAll(async () => {
  directory = await testDirectory()
  user = await directory.make('/Users', { userName: mail() })
  group = await directory.make('/Groups', { displayName: 'G' })
})

interface Answered {
  status: number
  text: string
  headers: Record<string, string>
}

function expectError(response: Answered, status: number, scimType?: string): Body {
  const body = bodyOf(response)
  const { schemas, status: text, scimType: type } = body
  expect([response.status, schemas, text, type]).toEqual([status, [ERROR], String(status), scimType])
  expect(body.detail).toMatch(/\S/)
  expect(response.headers['content-type']).toBe('application/scim+json')
  return body
}

describe('media types', () => {
  test('every answer with a body is application/scim+json, without a charset', async () => {
    const answers = [
      await directory.call('get', '/Users'),
      await directory.call('get', `/Users/${user.id}`),
      await directory.call('post', '/Users', { schemas: [USER], userName: mail() }),
      await directory.call('patch', `/Users/${user.id}`, title('a')),
      await directory.call('put', `/Groups/${group.id}`, { schemas: [GROUP], displayName: 'G' }),
      await directory.call('get', '/ServiceProviderConfig'),
      await directory.call('get', '/Schemas'),
      await directory.call('delete', '/Users/nobody'),
      await directory.call('get', '/Me'),
      await directory.api.get(`/scim/v2/${directory.id}/Users`),
      await directory.api.get('/scim/v2'),
    ]
    expect(new Set(answers.map((answer) => answer.headers['content-type']))).toEqual(
      new Set(['application/scim+json']),
    )
  })

  test.each([
    'application/scim+json',
    'application/scim+json; charset=utf-8',
    'application/json',
    'APPLICATION/JSON;q=0.5',
    '*/*',
    'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    'application/xml, application/*;q=0.1',
    '',
  ])('a client that accepts %j is answered', async (accept) => {
    const response = await directory.call('get', `/Users/${user.id}`).set('Accept', accept)
    expect([response.status, response.headers['content-type']]).toEqual([200, 'application/scim+json'])
  })

  test.each(['text/html', 'application/xml, text/plain;q=0.3', 'application/scim+json;q=0, */*;q=0.0'])(
    'a client that accepts only %j is told so before anything is done',
    async (accept) => {
      const userName = mail()
      const response = await directory
        .call('post', '/Users', { schemas: [USER], userName })
        .set('Accept', accept)
      expectError(response, 406)
      const filter = encodeURIComponent(`userName eq "${userName}"`)
      expect(bodyOf(await directory.call('get', `/Users?filter=${filter}`)).totalResults).toBe(0)
    },
  )

  test.each([
    ['text/plain', 415],
    ['application/json-patch+json', 415],
    ['application/scim+jsonx', 415],
    ['application/json; charset=utf-16', 415],
    ['application/scim+json; charset=iso-8859-1', 415],
    ['application/scim+json; charset=UTF-8', 201],
    ['Application/JSON', 201],
  ])('a body of the type %s is answered %i', async (type, status) => {
    const response = await directory
      .call('post', '/Users', { schemas: [USER], userName: mail() })
      .set('Content-Type', type)
    if (status === 415) expectError(response, 415)
    else expect(response.status).toBe(status)
  })
})

describe('methods', () => {
  const all = ['get', 'head', 'post', 'put', 'patch', 'delete', 'options'] as const
  const id = newId()
  test.each([
    ['/Users', 'GET, HEAD, POST, OPTIONS'],
    ['/Groups', 'GET, HEAD, POST, OPTIONS'],
    [`/Users/${id}`, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    [`/Groups/${id}`, 'GET, HEAD, PUT, PATCH, DELETE, OPTIONS'],
    ['/Users/.search', 'POST, OPTIONS'],
    ['/.search', 'POST, OPTIONS'],
    ['/Bulk', 'POST, OPTIONS'],
    ['/ServiceProviderConfig', 'GET, HEAD, OPTIONS'],
    ['/Schemas', 'GET, HEAD, OPTIONS'],
    [`/Schemas/${USER}`, 'GET, HEAD, OPTIONS'],
    ['/ResourceTypes', 'GET, HEAD, OPTIONS'],
    ['/ResourceTypes/User', 'GET, HEAD, OPTIONS'],
  ])('%s takes %s and says so to every other one', async (path, allow) => {
    const address = `/scim/v2/${directory.id}${path}`
    const headers = { Authorization: `Bearer ${directory.token}` }
    const options = await directory.api.options(address).set(headers)
    expect([options.status, options.text, options.headers.allow]).toEqual([204, '', allow])
    for (const method of all.filter((one) => !allow.split(', ').includes(one.toUpperCase()))) {
      const response = await directory.api[method](address).set(headers)
      expect([method, response.status, response.headers.allow]).toEqual([method, 405, allow])
      if (method !== 'head') expectError(response, 405)
    }
  })

  test('/Me is nobody, for a directory is no person: 501 to every method', async () => {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const)
      expectError(await directory.call(method, '/Me', method === 'get' ? undefined : {}), 501)
  })

  test('HEAD answers as GET does, without the body', async () => {
    const headers = { Authorization: `Bearer ${directory.token}` }
    for (const path of ['/Users?count=1', `/Groups/${group.id}`, '/ResourceTypes', '/Users/nobody']) {
      const address = `/scim/v2/${directory.id}${path}`
      const get = await directory.api.get(address).set(headers)
      const head = await directory.api.head(address).set(headers)
      const said = ({ status, headers: h }: Answered) => [
        path,
        status,
        h['content-type'],
        h['content-length'],
        h.etag,
        h['content-location'],
      ]
      expect([said(head), head.text ?? '']).toEqual([said(get), ''])
    }
  })
})

describe('conditions', () => {
  const tags = ['*', 'W/"1"', '"1"', 'W/"9", W/"1"', '"a,b" , "1"']
  test.each(tags)('If-Match: %s lets the first version change', async (tag) => {
    const fresh = await directory.make('/Users', { userName: mail() })
    const response = await directory.call('patch', `/Users/${fresh.id}`, title('x')).set('If-Match', tag)
    expect([response.status, response.headers.etag, bodyOf(response).meta.version]).toEqual([
      200,
      'W/"2"',
      'W/"2"',
    ])
  })

  test.each(['W/"2"', '1', 'W/1', '""', '"', 'W/"1', "W/'1'", ',', 'w/"1"x'])(
    'If-Match: %s is not the first version, and nothing changes',
    async (tag) => {
      const fresh = await directory.make('/Groups', { displayName: 'C' })
      const member = patch({ op: 'add', path: 'members', value: [{ value: user.id }] })
      for (const [method, body] of [
        ['patch', member],
        ['put', { schemas: [GROUP], displayName: 'D' }],
        ['delete', undefined],
      ] as const)
        expectError(await directory.call(method, `/Groups/${fresh.id}`, body).set('If-Match', tag), 412)
      expect(bodyOf(await directory.call('get', `/Groups/${fresh.id}`))).toEqual(fresh)
    },
  )

  test.each(['*', 'W/"1"'])('If-None-Match: %s refuses to change what is there', async (tag) => {
    const fresh = await directory.make('/Groups', { displayName: 'N' })
    const member = patch({ op: 'add', path: 'members', value: [{ value: user.id }] })
    expectError(await directory.call('patch', `/Groups/${fresh.id}`, member).set('If-None-Match', tag), 412)
    expectError(await directory.call('delete', `/Groups/${fresh.id}`).set('If-None-Match', tag), 412)
    const read = await directory.call('get', `/Groups/${fresh.id}`).set('If-None-Match', tag)
    expect([read.status, read.text, read.headers.etag]).toEqual([304, '', 'W/"1"'])
  })

  test('what is not there is 404, whatever the condition', async () => {
    const at = `/Users/${newId()}`
    for (const [name, tag] of [
      ['If-Match', '*'],
      ['If-Match', 'W/"1"'],
      ['If-None-Match', '*'],
    ] as const) {
      expectError(await directory.call('get', at).set(name, tag), 404)
      expectError(await directory.call('put', at, { schemas: [USER], userName: mail() }).set(name, tag), 404)
      expectError(await directory.call('delete', at).set(name, tag), 404)
    }
  })

  test('a condition on a list or on a new resource changes nothing', async () => {
    expect((await directory.call('get', '/Users').set('If-None-Match', '*')).status).toBe(200)
    const made = directory.call('post', '/Users', { schemas: [USER], userName: mail() })
    expect((await made.set('If-None-Match', '*')).status).toBe(201)
  })

  test("a user's version stands while its groups change, and moves with what is the user's own", async () => {
    const fresh = await directory.make('/Users', { userName: mail() })
    await directory.make('/Groups', { displayName: 'V', members: [{ value: fresh.id }] })
    const read = bodyOf(await directory.call('get', `/Users/${fresh.id}`))
    expect([read.groups.length, read.meta.version]).toEqual([1, 'W/"1"'])
  })
})

describe('addresses', () => {
  test('are those of PUBLIC_URL in Location, Content-Location, meta.location and $ref, whatever the Host', async () => {
    const own = await testDirectory('generic', { settings: { publicUrl: 'https://people.example' } })
    const base = `https://people.example/scim/v2/${own.id}`
    const host = { Host: 'evil.test', 'X-Forwarded-Host': 'evil.test' }
    const made = await own.call('post', '/Users', { schemas: [USER], userName: 'a@b.test' }).set(host)
    const location = `${base}/Users/${bodyOf(made).id}`
    expect([made.headers.location, bodyOf(made).meta.location]).toEqual([location, location])
    const read = await own.call('get', `/Users/${bodyOf(made).id}`).set(host)
    expect([read.headers['content-location'], bodyOf(read).meta.location]).toEqual([location, location])
    const members = [{ value: bodyOf(made).id }]
    const crowd = await own.call('post', '/Groups', { schemas: [GROUP], displayName: 'x', members }).set(host)
    expect(bodyOf(crowd).members[0].$ref).toBe(location)
    expect(made.headers.etag).toBe(bodyOf(made).meta.version)
  })

  test.each([
    ['/Users/', 200],
    ['/users', 200],
    ['/USERS?', 200],
    ['/Users?&', 200],
    ['/Users?=&count=1', 200],
    ['/Users?filter=&sortBy=&count=&startIndex=&attributes=', 200],
    ['/Users?unknown=1&unknown[x]=2', 200],
    ['/Users?count=1#/Groups', 200],
    ['/Users?attributes=userName&attributes=title', 200],
    ['/Users?count=1&count=2', 400],
    ['/Users?filter=a&filter=userName%20pr', 400],
    ['/Users?startIndex=1&startIndex=1', 400],
    ['/Users?sortBy=id&sortBy=id', 400],
    ['/Users/%zz', 400],
    ['/Users?filter=%zz', 400],
    ['/Nothing', 404],
    ['/Nothing/x', 404],
    ['/Users/x/y', 404],
    ['//Users', 404],
    ['/./Users/..', 404],
    ['/Users/%2e%2e', 404],
    ['/Users/a%2fb', 404],
    ['/Users/%00', 404],
    ['/Users/%20', 404],
    [`/Users/${'x'.repeat(3000)}`, 404],
    ['/Users/.search', 405],
  ])('GET %s is %i', async (path, status) => {
    const response = await directory.call('get', path)
    if (status === 200) expect(response.status).toBe(200)
    else expectError(response, status, bodyOf(response).scimType)
  })

  test('a parameter given twice is named', async () => {
    const body = expectError(await directory.call('get', '/Users?count=1&count=2'), 400, 'invalidValue')
    expect(body.detail).toContain('count')
  })

  test('an upper-case id is the same resource', async () => {
    const upper = await directory.call('get', `/Users/${user.id.toUpperCase()}`)
    expect([upper.status, bodyOf(upper).id]).toEqual([200, user.id])
  })

  test('another version of the protocol is refused as invalidVers', async () => {
    for (const path of ['/scim/v1/Users', `/scim/v1.1/${directory.id}/Users`, '/scim/v3'])
      expectError(await directory.api.get(path), 400, 'invalidVers')
    for (const path of ['/scim', '/scim/v2', '/scim/v2/', '/scim/Users'])
      expectError(await directory.api.get(path), 404)
  })
})

describe('credentials', () => {
  const at = () => directory.api.get(`/scim/v2/${directory.id}/Users`)

  test.each([
    ['none', ''],
    ['another word', 'non-token'],
    ['Basic credentials', 'Basic b2t0YTp4'],
    ['an empty token', 'Bearer '],
    ['two tokens', 'Bearer a b'],
    ['a token of other letters', 'Bearer a,b'],
  ])('%s are challenged without an error', async (_, header) => {
    const response = await at().set('Authorization', header)
    expectError(response, 401)
    expect(response.headers['www-authenticate']).toBe('Bearer realm="scim", scope="scim"')
  })

  test('a wrong token is invalid_token, and tells not whether the directory is there', async () => {
    const wrong = { Authorization: 'Bearer scim_wrong' }
    const answers = [
      await at().set(wrong),
      await directory.api.get(`/scim/v2/${newId()}/Users`).set(wrong),
      await directory.api.get('/scim/v2/nothing/Nothing').set(wrong),
      await directory.api.get(`/scim/v2/${newId()}/Users`).set('Authorization', `Bearer ${directory.token}`),
    ]
    for (const answer of answers) {
      expectError(answer, 401)
      expect(answer.headers['www-authenticate']).toMatch(
        /^Bearer realm="scim", scope="scim", error="invalid_token", error_description="[ -!#-[\]-~]+"$/,
      )
    }
    expect(new Set(answers.map((answer) => answer.text)).size).toBe(1)
  })

  test('who may not come in learns nothing of the address, the method or the body', async () => {
    for (const method of ['get', 'post', 'delete', 'options'] as const) {
      const response = await directory.api[method](`/scim/v2/${directory.id}/Nothing`).set(
        'Accept',
        'text/html',
      )
      expectError(response, 401)
    }
    const body = await directory.api
      .post(`/scim/v2/${directory.id}/Users`)
      .set('Content-Type', 'text/plain')
      .send('{')
    expectError(body, 401)
  })
})

describe('bodies', () => {
  const post = (body: string | Buffer, encoding = 'identity') =>
    directory
      .call('post', '/Users')
      .set({ 'Content-Type': 'application/scim+json', 'Content-Encoding': encoding })
      .serialize((bytes) => bytes)
      .send(body)
  const raw = (userName: string, more = '') => `{"schemas":["${USER}"],"userName":"${userName}"${more}}`

  const table: [what: string, body: () => string, status: number, scimType: string | undefined][] = [
    ['a byte order mark before it', () => `\ufeff${raw(mail())}`, 201, undefined],
    ['one key twice', () => raw(mail(), `,"userName":"${mail()}"`), 201, undefined],
    ['a number beyond numbers', () => raw(mail(), ',"title":1e999'), 400, 'invalidValue'],
    ['a number of many digits', () => raw(mail(), `,"title":${'9'.repeat(400)}`), 400, 'invalidValue'],
    [
      '__proto__ as a key',
      () => raw(mail(), ',"__proto__":{"active":false},"constructor":1'),
      201,
      undefined,
    ],
    ['nothing in it', () => '', 400, 'invalidSyntax'],
    ['null', () => 'null', 400, 'invalidSyntax'],
    ['a text', () => '"x"', 400, 'invalidSyntax'],
    ['a number', () => '4', 400, 'invalidSyntax'],
    ['a list', () => '[]', 400, 'invalidSyntax'],
    ['half an object', () => '{"userName":', 400, 'invalidSyntax'],
    ['two objects', () => '{}{}', 400, 'invalidSyntax'],
    ['a comma too much', () => '{"a":1,}', 400, 'invalidSyntax'],
    ['a NUL in a value', () => raw('a\\u0000b'), 400, 'invalidValue'],
    ['half a surrogate pair', () => raw('\\ud800'), 400, 'invalidValue'],
    ['a raw NUL', () => raw('a\u0000b'), 400, 'invalidSyntax'],
    ['a thousand lists in each other', () => `${'['.repeat(1000)}${']'.repeat(1000)}`, 400, 'invalidSyntax'],
    ['a million objects in each other', () => '{"a":'.repeat(200_000), 400, 'invalidSyntax'],
    ['more than a mebibyte', () => raw('x'.repeat(1_048_577)), 413, undefined],
  ]
  test.each(table)('a body with %s', async (_, body, status, scimType) => {
    const response = await post(body())
    if (status === 201) expect(response.status).toBe(201)
    else expectError(response, status, scimType)
  })

  test('a body that grows when it is unpacked is 413 all the same', async () => {
    const packed = gzipSync(raw('x'.repeat(5_000_000)))
    expect(packed.length).toBeLessThan(20_000)
    expectError(await post(packed, 'gzip'), 413)
    expectError(await post(packed, 'compress'), 415)
    expectError(await post(Buffer.from('no gzip'), 'gzip'), 400)
  })

  test('bytes that are no UTF-8 are no server fault', async () => {
    const broken = Buffer.concat([
      Buffer.from(`{"schemas":["${USER}"],"userName":"`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ])
    expect((await post(broken)).status).toBeLessThan(500)
  })

  test('a body of a GET or DELETE is passed over', async () => {
    for (const method of ['get', 'delete'] as Method[]) {
      const path = method === 'get' ? '/Users' : '/Users/nobody'
      const response = await directory.call(method, path).set('Content-Type', 'text/plain').send('{')
      expect(response.status).toBe(method === 'get' ? 200 : 404)
    }
  })
})
