// What the receivers of a directory's streams are told of its resources (RFC 9967), over HTTP from the request to the verified token.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { statementsOf } from '../support/world.ts'
import { type Body, ENTERPRISE, GROUP, PATCH, type TestDirectory, testDirectory, USER } from './directory.ts'
import { api, EVENT, pollStream, type TestStream } from './event-stream.ts'

let directory: TestDirectory
beforeAll(async () => {
  directory = await testDirectory('okta')
})

const person = (name: string, more: Record<string, unknown> = {}) => ({
  schemas: [USER],
  userName: `${name}@${directory.domain}`,
  externalId: `ext-${name}`,
  name: { givenName: 'Ana', familyName: 'Ito' },
  ...more,
})
const patch = (...Operations: unknown[]) => ({ schemas: [PATCH], Operations })
const eventsIn = (claims: Body[]) => claims.map(({ events }) => events)

describe('a stream of notices', () => {
  let stream: TestStream
  let user: Body
  beforeAll(async () => {
    stream = await pollStream(directory)
    user = await directory.make('/Users', person('ana'))
  })

  test('tells of a new person with a token that the key set proves', async () => {
    const [claims, ...more] = await stream.take()
    expect(more).toEqual([])
    expect(claims).toEqual({
      iss: directory.world.publicUrl,
      aud: [stream.audience],
      iat: Math.floor(directory.world.clock.now().getTime() / 1000),
      jti: expect.any(String),
      txn: expect.any(String),
      sub_id: { format: 'scim', uri: `/Users/${user.id}`, externalId: 'ext-ana' },
      events: {
        [`${EVENT}:prov:create:notice`]: {
          attributes: ['id', 'externalId', 'userName', 'name', 'active'],
          version: 'W/"1"',
        },
      },
    })
  })

  test('names the attributes that a PATCH really changed, and nothing of one that changed nothing', async () => {
    const change = patch(
      { op: 'replace', path: 'name.familyName', value: 'Mori' },
      { op: 'replace', path: 'name.givenName', value: 'Ana' },
      { op: 'add', path: `${ENTERPRISE}:department`, value: 'Sales' },
    )
    await directory.call('patch', `/Users/${user.id}`, change).expect(200)
    await directory.call('patch', `/Users/${user.id}`, change).expect(200)
    expect(eventsIn(await stream.take())).toEqual([
      {
        [`${EVENT}:prov:patch:notice`]: {
          attributes: ['name.familyName', `${ENTERPRISE}:department`],
          version: 'W/"2"',
        },
      },
    ])
  })

  test('tells of a PUT, and beside it that the person may no longer come in, or may again', async () => {
    await directory.call('put', `/Users/${user.id}`, person('ana', { active: false })).expect(200)
    await directory.call('put', `/Users/${user.id}`, person('ana', { active: false })).expect(200)
    await directory
      .call('patch', `/Users/${user.id}`, patch({ op: 'replace', value: { active: true } }))
      .expect(200)
    expect(eventsIn(await stream.take())).toEqual([
      {
        [`${EVENT}:prov:put:notice`]: {
          attributes: ['name.familyName', `${ENTERPRISE}:department`, 'active'],
          version: 'W/"3"',
        },
        [`${EVENT}:prov:deactivate`]: {},
      },
      {
        [`${EVENT}:prov:patch:notice`]: { attributes: ['active'], version: 'W/"4"' },
        [`${EVENT}:prov:activate`]: {},
      },
    ])
  })

  test('tells of groups and of who really came or left, but not who', async () => {
    const group = await directory.make('/Groups', { displayName: 'Crew', members: [{ value: user.id }] })
    const add = patch({ op: 'add', path: 'members', value: [{ value: user.id }] })
    await directory.call('patch', `/Groups/${group.id}`, add).expect(204)
    const remove = patch({ op: 'remove', path: `members[value eq "${user.id}"]` })
    await directory.call('patch', `/Groups/${group.id}`, remove).expect(204)
    await directory.call('delete', `/Groups/${group.id}`).expect(204)
    const claims = await stream.take()
    expect(claims.map(({ sub_id }) => sub_id)).toEqual(
      Array(3).fill({ format: 'scim', uri: `/Groups/${group.id}` }),
    )
    expect(eventsIn(claims)).toEqual([
      {
        [`${EVENT}:prov:create:notice`]: { attributes: ['id', 'displayName', 'members'], version: 'W/"1"' },
      },
      { [`${EVENT}:prov:patch:notice`]: { attributes: ['members'], version: 'W/"2"' } },
      { [`${EVENT}:prov:delete`]: {} },
    ])
  })

  test('tells of a deletion without any further word of the feed (RFC 9967 §2.4.4)', async () => {
    await directory.call('delete', `/Users/${user.id}`).expect(204)
    expect(eventsIn(await stream.take())).toEqual([{ [`${EVENT}:prov:delete`]: {} }])
  })

  test('tells nothing of a request that was refused', async () => {
    await directory.make('/Users', person('twice'))
    await stream.take()
    await directory.call('post', '/Users', person('twice')).expect(409)
    await directory.call('patch', '/Users/0', patch()).expect(404)
    expect(await stream.take()).toEqual([])
  })

  test('calls all operations of a bulk request by one name and their places', async () => {
    const Operations = [1, 2].map((n) => ({
      method: 'POST',
      path: '/Users',
      bulkId: `b${n}`,
      data: person(`bulk${n}`),
    }))
    const schemas = ['urn:ietf:params:scim:api:messages:2.0:BulkRequest']
    await directory.call('post', '/Bulk', { schemas, Operations }).expect(200)
    const txns = (await stream.take()).map(({ txn }) => txn as string)
    const name = txns[0]?.split(':')[0]
    expect(txns).toEqual([`${name}:0`, `${name}:1`])
  })
})

describe('a full stream', () => {
  let stream: TestStream
  beforeAll(async () => {
    stream = await pollStream(directory, { content: 'full' })
  })

  test('carries a new person as the directory is shown them', async () => {
    const user = await directory.make('/Users', person('full', { password: 'geheim-4711' }))
    const [claims] = await stream.take()
    expect(claims.events[`${EVENT}:prov:create:full`]).toEqual({ data: user, version: 'W/"1"' })
    expect(JSON.stringify(claims)).not.toContain('geheim')
  })

  test('carries a change as the PATCH that makes it, whatever the client wrote', async () => {
    const user = await directory.make('/Users', person('fuller', { title: 'Clerk' }))
    await directory
      .call(
        'patch',
        `/Users/${user.id}`,
        patch(
          { op: 'Replace', value: { 'name.familyName': 'Mori', active: 'False' } },
          { op: 'remove', path: 'title' },
        ),
      )
      .expect(200)
    const claims = await stream.take()
    expect(claims[1].events).toEqual({
      [`${EVENT}:prov:patch:full`]: {
        version: 'W/"2"',
        data: {
          schemas: [PATCH],
          Operations: [
            { op: 'replace', path: 'name.familyName', value: 'Mori' },
            { op: 'remove', path: 'title' },
            { op: 'replace', path: 'active', value: false },
          ],
        },
      },
      [`${EVENT}:prov:deactivate`]: {},
    })
  })

  test('tells the PUT of a group’s list by what moved in it', async () => {
    const [one, two] = [
      await directory.make('/Users', person('m1')),
      await directory.make('/Users', person('m2')),
    ]
    const group = await directory.make('/Groups', { displayName: 'Deck', members: [{ value: one.id }] })
    await stream.take()
    await directory
      .call('put', `/Groups/${group.id}`, {
        schemas: [GROUP],
        displayName: 'Deck',
        members: [{ value: two.id }],
      })
      .expect(200)
    const [{ events }] = await stream.take()
    expect(events[`${EVENT}:prov:patch:full`].data.Operations).toEqual([
      { op: 'remove', path: `members[value eq "${one.id}"]` },
      { op: 'add', path: 'members', value: [{ value: two.id }] },
    ])
  })

  test('says less of what would be too much to carry', async () => {
    const user = await directory.make('/Users', person('long', { title: 'x'.repeat(70_000) }))
    const [{ events, sub_id }] = await stream.take()
    expect(sub_id.uri).toBe(`/Users/${user.id}`)
    expect(events[`${EVENT}:prov:create:notice`].attributes).toContain('title')
  })
})

test('a stream of some events hears of no others', async () => {
  const only = await pollStream(directory, { events: [`${EVENT}:prov:deactivate`, `${EVENT}:prov:delete`] })
  const user = await directory.make('/Users', person('some'))
  await directory.call('patch', `/Users/${user.id}`, patch({ op: 'replace', value: { active: false } }))
  expect(eventsIn(await only.take())).toEqual([{ [`${EVENT}:prov:deactivate`]: {} }])
})

test('a stream of a group holds its people alone: who comes and goes is told, and between what happens to them', async () => {
  const group = await directory.make('/Groups', { displayName: 'CRM' })
  const stream = await pollStream(directory, { groupId: group.id })
  const user = await directory.make('/Users', person('crm'))
  const members = (op: string) => patch({ op, path: 'members', value: [{ value: user.id }] })
  const rename = (title: string) => patch({ op: 'replace', value: { title } })
  await directory.call('patch', `/Groups/${group.id}`, members('add')).expect(204)
  await directory.call('patch', `/Users/${user.id}`, rename('Agent')).expect(200)
  await directory.call('patch', `/Groups/${group.id}`, members('remove')).expect(204)
  await directory.call('patch', `/Users/${user.id}`, rename('Chief')).expect(200)
  const claims = await stream.take()
  expect(eventsIn(claims)).toEqual([
    { [`${EVENT}:feed:add`]: {} },
    { [`${EVENT}:prov:patch:notice`]: { attributes: ['title'], version: 'W/"2"' } },
    { [`${EVENT}:feed:remove`]: {} },
  ])
  expect(new Set(claims.map(({ sub_id }) => sub_id.uri))).toEqual(new Set([`/Users/${user.id}`]))
})

test('a directory without a stream pays nothing: its deeds send the same statements as ever', async () => {
  const silent = await testDirectory('okta', { beside: directory })
  const sent = await statementsOf(silent.world, async () => {
    await silent.make('/Users', { userName: `s@${silent.domain}` })
  })
  expect(sent.filter((text) => /event_streams|security_events|async_requests/.test(text))).toEqual([])
})

test('a stream that is deleted leaves its directory as silent as before', async () => {
  const other = await testDirectory('okta', { beside: directory })
  const { id } = await pollStream(other)
  expect((await api(other, 'delete', `/${id}`)).status).toBe(204)
  const sent = await statementsOf(other.world, async () => {
    await other.make('/Users', { userName: `s@${other.domain}` })
  })
  expect(sent.filter((text) => /event_streams|security_events/.test(text))).toEqual([])
})
