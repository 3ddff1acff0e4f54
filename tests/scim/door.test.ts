// The SCIM door as clients see it: resources, errors, discovery and the manners of HTTP.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { newId } from '../../src/kernel/ids.ts'
import {
  type Body,
  bodyOf,
  ENTERPRISE,
  ERROR,
  GROUP,
  LIST,
  PATCH,
  type TestDirectory,
  testDirectory,
  USER,
} from './directory.ts'

let directory: TestDirectory
let serial = 0
const mail = (local = `p${++serial}`) => `${local}@${directory.domain}`
const person = (more: Record<string, unknown> = {}) => ({
  schemas: [USER],
  userName: mail(),
  active: true,
  ...more,
})
const patch = (...Operations: unknown[]) => ({ schemas: [PATCH], Operations })

beforeAll(async () => {
  directory = await testDirectory()
})

function expectError(
  response: { status: number; text: string; headers: Record<string, string> },
  status: number,
  scimType?: string,
): Body {
  const body = bodyOf(response)
  expect([response.status, body.schemas, body.status, body.scimType]).toEqual([
    status,
    [ERROR],
    String(status),
    scimType,
  ])
  expect(body.detail).toMatch(/\S/)
  expect(response.headers['content-type']).toBe('application/scim+json')
  return body
}

describe('users', () => {
  test('a created user comes back with id, meta and Location, and without the password', async () => {
    const response = await directory.call(
      'post',
      '/Users',
      person({
        userName: 'Ana.Lee@Example.test',
        password: 's3cret',
        name: { givenName: 'Ana', familyName: 'Lee' },
        externalId: 'x-1',
      }),
    )
    const user = bodyOf(response)
    expect(response.status).toBe(201)
    expect(user).toEqual({
      schemas: [USER],
      id: user.id,
      externalId: 'x-1',
      userName: 'Ana.Lee@Example.test',
      name: { givenName: 'Ana', familyName: 'Lee' },
      active: true,
      meta: {
        resourceType: 'User',
        created: '2026-03-02T09:00:00.000Z',
        lastModified: '2026-03-02T09:00:00.000Z',
        location: `http://gatehouse.test/scim/v2/${directory.id}/Users/${user.id}`,
        version: 'W/"1"',
      },
    })
    expect([response.headers.location, response.headers.etag]).toEqual([user.meta.location, 'W/"1"'])
    expect(response.headers['content-type']).toBe('application/scim+json')
    expect(bodyOf(await directory.call('get', `/Users/${user.id}`))).toEqual(user)
  })

  test('C11: a userName that lives here in other letters is refused as uniqueness', async () => {
    await directory.make('/Users', { userName: 'Twice@example.test' })
    expectError(
      await directory.call('post', '/Users', person({ userName: 'tWICE@EXAMPLE.test' })),
      409,
      'uniqueness',
    )
  })

  test('C10: an externalId that lives here is refused as uniqueness', async () => {
    await directory.make('/Users', { userName: mail(), externalId: 'ext-9' })
    expectError(await directory.call('post', '/Users', person({ externalId: 'ext-9' })), 409, 'uniqueness')
  })

  test('two directories may both have the same userName and externalId', async () => {
    const other = await testDirectory('generic', { beside: directory })
    await directory.make('/Users', { userName: 'same@example.test', externalId: 'same' })
    await other.make('/Users', { userName: 'same@example.test', externalId: 'same' })
  })

  test("another directory's user is not found by any verb", async () => {
    const other = await testDirectory('generic', { beside: directory })
    const user = await other.make('/Users', { userName: 'far@example.test' })
    const at = `/Users/${user.id}`
    expectError(await directory.call('get', at), 404)
    expectError(await directory.call('put', at, person()), 404)
    expectError(
      await directory.call('patch', at, patch({ op: 'replace', path: 'active', value: false })),
      404,
    )
    expectError(await directory.call('delete', at), 404)
    expect(bodyOf(await other.call('get', at)).active).toBe(true)
  })

  test.each(['010101001010101011001010101011', '00919288221112222', 'x%00y', '%F0%9F%98%80', newId()])(
    'the id %s is not found',
    async (id) => {
      expectError(await directory.call('get', `/Users/${id}`), 404)
      expectError(await directory.call('delete', `/Groups/${id}`), 404)
    },
  )

  test('PUT clears what it does not name, keeps active, and moves the version once', async () => {
    const user = await directory.make('/Users', {
      userName: mail(),
      title: 'Engineer',
      active: false,
      nickName: 'Z',
    })
    const answer = bodyOf(
      await directory.call(
        'put',
        `/Users/${user.id}`,
        person({ userName: user.userName, nickName: 'Y', active: undefined }),
      ),
    )
    expect([answer.title, answer.nickName, answer.active, answer.meta.version]).toEqual([
      undefined,
      'Y',
      false,
      'W/"2"',
    ])
  })

  test('a PUT and a PATCH that change nothing move neither version nor lastModified', async () => {
    const user = await directory.make('/Users', {
      userName: mail(),
      title: 'Engineer',
      emails: [{ value: mail('w'), type: 'work' }],
    })
    directory.world.clock.advance(60)
    const put = bodyOf(await directory.call('put', `/Users/${user.id}`, user))
    const patched = bodyOf(
      await directory.call(
        'patch',
        `/Users/${user.id}`,
        patch(
          { op: 'add', path: 'emails', value: [user.emails[0]] },
          { op: 'replace', value: { title: 'Engineer' } },
        ),
      ),
    )
    expect([put.meta, patched.meta]).toEqual([user.meta, user.meta])
  })

  test('a deleted user is gone and the userName free', async () => {
    const user = await directory.make('/Users', { userName: 'gone@example.test' })
    const response = await directory.call('delete', `/Users/${user.id}`)
    expect([response.status, response.text]).toEqual([204, ''])
    expectError(await directory.call('get', `/Users/${user.id}`), 404)
    await directory.make('/Users', { userName: 'gone@example.test' })
  })

  test('an extension is stored under its URN and named in schemas', async () => {
    const user = await directory.make('/Users', {
      userName: mail(),
      [ENTERPRISE.toUpperCase()]: { Department: 'SEO', manager: { value: 'm1', displayName: 'Boss' } },
    })
    expect(user.schemas).toEqual([USER, ENTERPRISE])
    expect(user[ENTERPRISE]).toEqual({ department: 'SEO', manager: { value: 'm1' } })
  })

  test('unknown attributes are passed over', async () => {
    const user = await directory.make('/Users', {
      userName: mail(),
      favouriteColour: 'blue',
      name: { givenName: 'A', shoeSize: 4 },
    })
    expect([user.favouriteColour, user.name]).toEqual([undefined, { givenName: 'A' }])
  })
})

describe('versions', () => {
  test('If-Match lets the version seen change and refuses another with 412', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const change = (tag: string) =>
      directory
        .call('patch', `/Users/${user.id}`, patch({ op: 'replace', path: 'title', value: tag }))
        .set('If-Match', tag)
    expectError(await change('W/"7"'), 412)
    expect((await change('W/"1"')).status).toBe(200)
    expectError(await change('W/"1"'), 412)
    expectError(await directory.call('delete', `/Users/${user.id}`).set('If-Match', 'W/"1"'), 412)
  })

  test('If-None-Match answers 304 while the version stands', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const read = () => directory.call('get', `/Users/${user.id}`).set('If-None-Match', 'W/"1"')
    expect([(await read()).status, (await read()).text]).toEqual([304, ''])
    await directory.call('patch', `/Users/${user.id}`, patch({ op: 'replace', path: 'title', value: 'x' }))
    expect((await read()).status).toBe(200)
  })

  test('of parallel writers with one version only one wins', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const writes = Array.from({ length: 8 }, (_, index) =>
      directory
        .call('patch', `/Users/${user.id}`, patch({ op: 'replace', path: 'title', value: `t${index}` }))
        .set('If-Match', 'W/"1"'),
    )
    const statuses = (await Promise.all(writes)).map((response) => response.status).sort()
    expect(statuses).toEqual([200, ...Array.from({ length: 7 }, () => 412)])
  })

  test('parallel creates of one userName give one 201 and the rest 409', async () => {
    const statuses = (
      await Promise.all(
        Array.from({ length: 8 }, () =>
          directory.call('post', '/Users', person({ userName: 'race@example.test' })),
        ),
      )
    ).map((response) => response.status)
    expect(statuses.sort()).toEqual([201, ...Array.from({ length: 7 }, () => 409)])
  })

  test('parallel PATCHes of different attributes lose nothing', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const names = ['title', 'nickName', 'userType', 'locale', 'timezone']
    await Promise.all(
      names.map((name) =>
        directory.call('patch', `/Users/${user.id}`, patch({ op: 'replace', path: name, value: name })),
      ),
    )
    const read = bodyOf(await directory.call('get', `/Users/${user.id}`))
    expect(names.map((name) => read[name])).toEqual(names)
  })
})

describe('groups', () => {
  const member = (user: Body) => ({ value: user.id })
  const idsIn = async (group: Body) =>
    (bodyOf(await directory.call('get', `/Groups/${group.id}`)).members ?? [])
      .map((m: Body) => m.value)
      .sort()

  test('a group shows its members with address, name and type, and its people the group', async () => {
    const user = await directory.make('/Users', { userName: mail(), displayName: 'Ana' })
    const group = await directory.make('/Groups', { displayName: 'SEO', members: [member(user)] })
    const $ref = `http://gatehouse.test/scim/v2/${directory.id}`
    expect(group.members).toEqual([
      { value: user.id, $ref: `${$ref}/Users/${user.id}`, display: 'Ana', type: 'User' },
    ])
    expect(bodyOf(await directory.call('get', `/Users/${user.id}`)).groups).toEqual([
      { value: group.id, $ref: `${$ref}/Groups/${group.id}`, display: 'SEO', type: 'direct' },
    ])
  })

  test('C17: members that are nobody here are accepted and not stored', async () => {
    const far = await (await testDirectory('generic', { beside: directory })).make('/Users', {
      userName: 'x@y.test',
    })
    const group = await directory.make('/Groups', {
      displayName: 'Ghosts',
      members: [{ value: newId() }, { value: 'no-id' }, member(far)],
    })
    expect(group.members).toBeUndefined()
    const response = await directory.call(
      'patch',
      `/Groups/${group.id}`,
      patch({ op: 'add', path: 'members', value: [member(far)] }),
    )
    expect([response.status, await idsIn(group)]).toEqual([204, []])
    expect(bodyOf(await directory.call('get', `/Groups/${group.id}`)).meta.version).toBe('W/"1"')
  })

  test('fifty parallel PATCHes of one member each lose nobody', async () => {
    const users = await Promise.all(
      Array.from({ length: 50 }, () => directory.make('/Users', { userName: mail() })),
    )
    const group = await directory.make('/Groups', { displayName: 'Crowd' })
    const add = (user: Body) =>
      directory.call(
        'patch',
        `/Groups/${group.id}`,
        patch({ op: 'add', path: 'members', value: [member(user)] }),
      )
    const statuses = new Set((await Promise.all(users.map(add))).map((response) => response.status))
    expect([[...statuses], await idsIn(group)]).toEqual([[204], users.map((user) => user.id).sort()])
  })

  test('members leave by any of the shapes that clients write', async () => {
    const users = await Promise.all(
      Array.from({ length: 6 }, () => directory.make('/Users', { userName: mail() })),
    )
    const group = await directory.make('/Groups', { displayName: 'Shapes', members: users.map(member) })
    const [a, b, c, d, e] = users.map((user) => user.id)
    const change = async (...ops: unknown[]) =>
      expect((await directory.call('patch', `/Groups/${group.id}`, patch(...ops))).status).toBe(204)
    await change({ op: 'Remove', path: 'members', value: [{ $ref: null, value: a }] })
    await change({ op: 'remove', path: `members[value eq "${b}"]` })
    await change({ op: 'remove', path: `members[value eq "${c}" or value eq "${d}"]` })
    await change({ op: 'remove', path: 'members', value: { value: e } })
    expect(await idsIn(group)).toEqual([users[5].id])
    await change({ op: 'remove', path: 'members' })
    expect(await idsIn(group)).toEqual([])
  })

  test('a group is renamed without a list of its members being read or written', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const group = await directory.make('/Groups', { displayName: 'Old', members: [member(user)] })
    await directory.call(
      'patch',
      `/Groups/${group.id}`,
      patch({ op: 'replace', value: { id: group.id, displayName: 'New' } }),
    )
    const read = bodyOf(await directory.call('get', `/Groups/${group.id}`))
    expect([read.id, read.displayName, read.members.length]).toEqual([group.id, 'New', 1])
  })

  test('PUT says the whole group, its members too', async () => {
    const [a, b] = [
      await directory.make('/Users', { userName: mail() }),
      await directory.make('/Users', { userName: mail() }),
    ]
    const group = await directory.make('/Groups', { displayName: 'Put', members: [member(a)] })
    const put = bodyOf(
      await directory.call('put', `/Groups/${group.id}`, {
        schemas: [GROUP],
        displayName: 'Put 2',
        members: [member(b)],
      }),
    )
    expect([put.displayName, put.members.map((m: Body) => m.value)]).toEqual(['Put 2', [b.id]])
  })

  test('excludedAttributes=members leaves them out and unread', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const group = await directory.make('/Groups', { displayName: 'Unread', members: [member(user)] })
    const texts: string[] = []
    directory.world.onStatement = (text) => texts.push(text)
    const read = bodyOf(await directory.call('get', `/Groups/${group.id}?excludedAttributes=members`))
    delete directory.world.onStatement
    expect([
      read.displayName,
      read.members,
      texts.some((text) => text.includes('directory_group_members')),
    ]).toEqual(['Unread', undefined, false])
  })
})

describe('lists', () => {
  let own: TestDirectory
  let users: Body[]
  beforeAll(async () => {
    own = await testDirectory('generic', { beside: directory })
    users = []
    for (let index = 0; index < 7; index++) {
      users.push(
        await own.make('/Users', {
          userName: `u${index}@list.test`,
          externalId: `e${index}`,
          title: index % 2 ? 'odd' : 'even',
          emails: [
            { value: `Work${index}@list.test`, type: 'work' },
            { value: `home${index}@list.test`, type: 'home' },
          ],
        }),
      )
    }
  })
  const list = async (query: Record<string, string | number>) =>
    bodyOf(await own.call('get', `/Users?${new URLSearchParams(query as Record<string, string>)}`))
  const namesIn = (body: Body) => body.Resources.map((user: Body) => user.userName)

  test('a page says where it starts, how much it holds and how many there are', async () => {
    const body = await list({ startIndex: 3, count: 2 })
    expect([body.schemas, body.totalResults, body.startIndex, body.itemsPerPage, namesIn(body)]).toEqual([
      [LIST],
      7,
      3,
      2,
      ['u2@list.test', 'u3@list.test'],
    ])
  })

  test.each([
    [{ count: 0 }, 7, 0],
    [{ count: -5 }, 7, 0],
    [{ startIndex: -3, count: 100 }, 7, 7],
    [{ startIndex: 100 }, 7, 0],
    [{ count: 100000 }, 7, 7],
  ])('the page %j has %i in all and shows %i', async (query, total, shown) => {
    const body = await list(query)
    expect([body.totalResults, body.Resources.length]).toEqual([total, shown])
  })

  test.each([
    ['userName eq "U3@LIST.TEST"', ['u3@list.test']],
    ['externalId eq "e3" and active eq true', ['u3@list.test']],
    ['externalId eq "E3"', []],
    ['emails[type eq "work"].value eq "work4@LIST.test"', ['u4@list.test']],
    ['emails[type eq "home" and value eq "work4@list.test"]', []],
    [
      'emails.value eq "home1@list.test" or urn:ietf:params:scim:schemas:core:2.0:User:userName sw "U5"',
      ['u1@list.test', 'u5@list.test'],
    ],
    ['title eq "ODD" and not (userName co "u1")', ['u3@list.test', 'u5@list.test']],
    ['meta.created gt "2030-01-01T00:00:00Z"', []],
    ['nickName pr', []],
    ['id eq "nonsense"', []],
  ])('the filter %s finds exactly %j', async (filter, names) => {
    const body = await list({ filter })
    expect([body.totalResults, namesIn(body)]).toEqual([names.length, names])
  })

  test('sortBy and sortOrder order the whole list before it is cut', async () => {
    expect(namesIn(await list({ sortBy: 'userName', sortOrder: 'descending', count: 2 }))).toEqual([
      'u6@list.test',
      'u5@list.test',
    ])
    expect(namesIn(await list({ sortBy: 'title', count: 5 })).slice(-1)).toEqual(['u1@list.test'])
  })

  test.each([
    'userName',
    'userName eq',
    'userName eq "a" and',
    'foo eq "x"',
    'active gt true',
    'a[b[c eq "d"]]',
    `${'('.repeat(40)}userName pr${')'.repeat(40)}`,
    'userName eq "\\u0000"',
  ])('the filter %s is refused as invalidFilter', async (filter) => {
    expectError(await own.call('get', `/Users?${new URLSearchParams({ filter })}`), 400, 'invalidFilter')
  })

  test('attributes shows only what was asked for, with id and schemas', async () => {
    const body = await list({
      attributes: 'userName,emails.value,urn:ietf:params:scim:schemas:core:2.0:User:title',
      count: 1,
    })
    expect(body.Resources[0]).toEqual({
      schemas: [USER],
      id: users[0].id,
      userName: 'u0@list.test',
      title: 'even',
      emails: [{ value: 'Work0@list.test' }, { value: 'home0@list.test' }],
    })
  })

  test('.search answers as GET does', async () => {
    const body = bodyOf(
      await own.call('post', '/Users/.search', {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
        filter: 'title eq "odd"',
        attributes: ['userName'],
        count: 1,
      }),
    )
    expect([body.totalResults, body.Resources[0].userName, body.Resources[0].title]).toEqual([
      3,
      'u1@list.test',
      undefined,
    ])
  })
})

describe('manners', () => {
  test.each([
    ['no token', (t: string) => t.slice(0, 0)],
    ['another word', () => 'non-token'],
    ['Basic credentials', () => 'Basic b2t0YTp4'],
    ['a wrong token', (t: string) => `Bearer ${t}x`],
  ])('%s is 401 with WWW-Authenticate', async (_, header) => {
    const response = await directory.api
      .get(`/scim/v2/${directory.id}/Users`)
      .set('Authorization', header(directory.token))
    expectError(response, 401)
    expect(response.headers['www-authenticate']).toMatch(/^Bearer realm="scim"/)
  })

  test("another directory's token is 401 at this address", async () => {
    const other = await testDirectory('generic', { beside: directory })
    expectError(
      await directory.api.get(`/scim/v2/${directory.id}/Users`).set('Authorization', `Bearer ${other.token}`),
      401,
    )
  })

  test('an expired token is 401', async () => {
    const other = await testDirectory('generic', { beside: directory })
    await other.world.dataSource.query(
      'update directory_tokens set expires_at = $2 where directory_id = $1',
      [other.id, other.world.clock.now()],
    )
    expectError(await other.call('get', '/Users'), 401)
  })

  test.each([
    ['post', '/Users', '{"userName":', 400, 'invalidSyntax'],
    ['post', '/Users', '', 400, 'invalidSyntax'],
    ['post', '/Users', '[]', 400, 'invalidSyntax'],
    ['post', '/Users', { userName: 'x' }, 400, 'invalidSyntax'],
    ['post', '/Users', { schemas: [USER] }, 400, 'invalidValue'],
    ['post', '/Users', { schemas: [USER], userName: 'a\u0000b' }, 400, 'invalidValue'],
    ['post', '/Users', { schemas: [USER], userName: 'x'.repeat(600) }, 400, 'invalidValue'],
    ['post', '/Users', { schemas: [USER], userName: 'a', active: 'perhaps' }, 400, 'invalidValue'],
    [
      'post',
      '/Users',
      '{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"\\ud800"}',
      400,
      'invalidValue',
    ],
    ['post', '/Groups', { schemas: [GROUP] }, 400, 'invalidValue'],
    ['post', '/Groups', { schemas: [GROUP], displayName: 'x', members: [{ value: 4 }] }, 400, 'invalidValue'],
    ['post', '/Users', `{"a":"${'x'.repeat(1_100_000)}"}`, 413, undefined],
    ['get', '/Users?count=ten', undefined, 400, 'invalidValue'],
    ['get', '/Users?sortBy=shoe', undefined, 400, 'invalidPath'],
    ['get', '/Nothing', undefined, 404, undefined],
    ['get', '/Users/%zz', undefined, 400, undefined],
    ['get', '/Me', undefined, 501, undefined],
    ['get', '/Schemas?filter=a', undefined, 403, undefined],
  ] as const)('%s %s with %j is %i %s', async (method, path, body, status, scimType) => {
    expectError(await directory.call(method, path, body), status, scimType)
  })

  test.each([
    ['userName', { op: 'replace', path: 'shoeSize', value: 1 }, 'invalidPath'],
    ['userName', { op: 'replace', path: 'emails[', value: 1 }, 'invalidPath'],
    ['userName', { op: 'remove' }, 'noTarget'],
    ['userName', { op: 'remove', path: 'userName' }, 'mutability'],
    ['userName', { op: 'replace', path: 'id', value: 'x' }, 'mutability'],
    ['userName', { op: 'move', path: 'title', value: 'x' }, 'invalidSyntax'],
    ['userName', { op: 'replace', path: 'emails[type eq "fax"].value', value: 'a@b.test' }, 'noTarget'],
    ['userName', { op: 'replace', path: 'emails[size eq 1].value', value: 'a@b.test' }, 'invalidFilter'],
  ])('a PATCH with %j is refused', async (_, operation, scimType) => {
    const user = await directory.make('/Users', {
      userName: mail(),
      emails: [{ value: 'w@b.test', type: 'work' }],
    })
    expectError(
      await directory.call(
        'patch',
        `/Users/${user.id}`,
        patch({ op: 'replace', path: 'title', value: 'not written' }, operation),
      ),
      400,
      scimType,
    )
    expect(bodyOf(await directory.call('get', `/Users/${user.id}`))).toEqual(user)
  })

  test('another media type is 415', async () => {
    const response = await directory.call('post', '/Users', person()).set('Content-Type', 'text/plain')
    expectError(response, 415)
  })

  test('a method that an address does not take is 405 and names those it takes', async () => {
    const response = await directory.call('delete', '/Users')
    expectError(response, 405)
    expect(response.headers.allow).toBe('GET, HEAD, POST, OPTIONS')
  })

  test('discovery names every schema of its resource types, without the password and without null', async () => {
    const [types, schemas, config] = await Promise.all(
      ['/ResourceTypes', '/Schemas', '/ServiceProviderConfig'].map(async (path) =>
        bodyOf(await directory.call('get', path)),
      ),
    )
    const urns = schemas.Resources.map((schema: Body) => schema.id)
    for (const type of types.Resources) {
      expect(urns).toContain(type.schema)
      expect(bodyOf(await directory.call('get', `/Schemas/${type.schema}`)).id).toBe(type.schema)
    }
    const text = JSON.stringify([types, schemas, config])
    expect([text.includes('null'), text.includes('"password"'), config.filter.supported]).toEqual([
      false,
      false,
      true,
    ])
  })
})
