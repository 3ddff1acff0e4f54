// Requests that are answered by event (RFC 9967 §2.5.1): kept, done once whatever stops in between, and told in the stream.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { claimRequests } from '../../src/actions/claim-async-requests.ts'
import { settleAsyncRequest } from '../../src/actions/settle-async-request.ts'
import { startOutbound } from '../../src/outbound/outbound.ts'
import { prefersAsync } from '../../src/scim/async-requests.ts'
import { eventually, later } from '../outbound/fixtures.ts'
import {
  type Body,
  bodyOf,
  ERROR,
  type Method,
  PATCH,
  type TestDirectory,
  testDirectory,
  USER,
} from './directory.ts'
import { api, EVENT, pollStream, type TestStream, verified } from './event-stream.ts'

const RESPONSE = `${EVENT}:misc:asyncresp`
const BULK = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'

const started: { stop(): Promise<unknown> }[] = []
afterEach(async () => {
  for (const one of started.splice(0).reverse()) await one.stop()
})

let directory: TestDirectory
let stream: TestStream
beforeEach(async () => {
  directory = await testDirectory('okta')
  stream = await pollStream(directory)
})

const carry = () => started.push(startOutbound(directory.world))
const person = (name: string) => ({
  schemas: [USER],
  userName: `${name}@${directory.domain}`,
  externalId: name,
})

/** Sends a request that prefers to be answered by event; fails unless it is promised. */
async function promised(method: Method, path: string, body?: unknown) {
  const answer = await directory.call(method, path, body).set('Prefer', 'return=minimal, Respond-Async')
  expect([answer.status, answer.text]).toEqual([202, ''])
  const txn = answer.headers['set-txn'] as string
  expect(answer.headers['preference-applied']).toBe('respond-async')
  expect(answer.headers.location).toBe(
    `${directory.world.publicUrl}/scim/v2/${directory.id}/async-requests/${txn}`,
  )
  return { txn, path: new URL(answer.headers.location as string).pathname }
}

/** All that the stream tells until `count` requests have been answered. */
async function told(count: number): Promise<Body[]> {
  const claims: Body[] = []
  await eventually(async () => {
    claims.push(...(await stream.take()))
    return claims.filter(({ events }) => events[RESPONSE]).length >= count
  })
  return claims
}

const usersNow = async () => bodyOf(await directory.call('get', '/Users')).totalResults as number

describe('a request that prefers to be answered by event', () => {
  test('is done later, and its answer names it and what was made', async () => {
    const { txn } = await promised('post', '/Users', person('ana'))
    expect(await usersNow()).toBe(0)
    carry()
    const claims = await told(1)
    const found = bodyOf(await directory.call('get', '/Users'))
    const user = found.Resources[0]
    const answer = claims.find(({ events }) => events[RESPONSE])
    expect(answer).toMatchObject({
      txn,
      sub_id: { format: 'scim', uri: `/Users/${user.id}`, externalId: 'ana' },
      events: {
        [RESPONSE]: { method: 'POST', status: '201', version: 'W/"1"', location: user.meta.location },
      },
    })
    // What it did is told under the same name.
    const made = claims.find(({ events }) => events[`${EVENT}:prov:create:notice`])
    expect([made.txn, made.sub_id.uri]).toEqual([txn, `/Users/${user.id}`])
  })

  test('is done after those that its directory sent before it', async () => {
    const user = await directory.make('/Users', person('ana'))
    const title = (value: string) => ({
      schemas: [PATCH],
      Operations: [{ op: 'replace', value: { title: value } }],
    })
    for (const value of ['one', 'two', 'three']) await promised('patch', `/Users/${user.id}`, title(value))
    await promised('put', `/Users/${user.id}`, { ...person('ana'), title: 'four' })
    await promised('delete', `/Users/${user.id}`)
    carry()
    const answers = (await told(5)).filter(({ events }) => events[RESPONSE])
    expect(answers.map(({ events }) => [events[RESPONSE].method, events[RESPONSE].status])).toEqual([
      ['PATCH', '200'],
      ['PATCH', '200'],
      ['PATCH', '200'],
      ['PUT', '200'],
      ['DELETE', '204'],
    ])
    expect(answers.map(({ events }) => events[RESPONSE].version)).toEqual([
      'W/"2"',
      'W/"3"',
      'W/"4"',
      'W/"5"',
      undefined,
    ])
    expect(await usersNow()).toBe(0)
  })

  test('is answered with the whole SCIM error where it fails', async () => {
    await directory.make('/Users', person('ana'))
    const { txn, path } = await promised('post', '/Users', person('ana'))
    carry()
    const answer = (await told(1)).find(({ events }) => events[RESPONSE])
    expect(answer).toMatchObject({ txn, sub_id: { format: 'scim', uri: '/Users' } })
    expect(answer.events[RESPONSE]).toEqual({
      method: 'POST',
      status: '409',
      response: { schemas: [ERROR], status: '409', scimType: 'uniqueness', detail: expect.any(String) },
    })
    const shown = await directory.api.get(path).set('Authorization', `Bearer ${directory.token}`)
    expect([shown.status, shown.headers['content-type']]).toEqual([200, 'application/secevent+jwt'])
    const claims = await verified(
      directory,
      shown.text,
      `${directory.world.publicUrl}/scim/v2/${directory.id}`,
    )
    expect(claims.events).toEqual(answer.events)
  })

  test('tells at its address that it still waits, to its own directory alone', async () => {
    const { path } = await promised('post', '/Users', person('ana'))
    const get = (token: string) => directory.api.get(path).set('Authorization', `Bearer ${token}`)
    expect((await get(directory.token)).status).toBe(202)
    expect((await directory.api.get(path)).status).toBe(401)
    const other = await testDirectory('okta', { beside: directory })
    const elsewhere = path.replace(directory.id, other.id)
    const asked = await directory.api.get(elsewhere).set('Authorization', `Bearer ${other.token}`)
    expect(asked.status).toBe(404)
  })

  test('is answered at once where no stream could tell, and for what is no change', async () => {
    const silent = await testDirectory('okta', { beside: directory })
    const made = await silent
      .call('post', '/Users', { ...person('ana'), userName: `a@${silent.domain}` })
      .set('Prefer', 'respond-async')
    expect([made.status, made.headers['preference-applied']]).toEqual([201, undefined])
    expect((await directory.call('get', '/Users').set('Prefer', 'respond-async')).status).toBe(200)
    const search = { schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'] }
    expect(
      (await directory.call('post', '/Users/.search', search).set('Prefer', 'respond-async')).status,
    ).toBe(200)
    expect((await directory.call('post', '/Users', []).set('Prefer', 'respond-async')).status).toBe(400)
    expect((await directory.call('post', '/Users', '{').set('Prefer', 'respond-async')).status).toBe(400)
  })

  test('keeps its body unreadable while it waits, and not at all afterwards', async () => {
    await promised('post', '/Users', person('secretive'))
    const kept = () => directory.world.dataSource.query('select r::text as text from async_requests r')
    expect(JSON.stringify(await kept())).not.toContain('secretive')
    carry()
    await told(1)
    const [row] = await directory.world.dataSource.query(
      'select request_encrypted, state from async_requests',
    )
    expect(row).toEqual({ request_encrypted: null, state: 'done' })
  })
})

describe('a bulk request that prefers to be answered by event', () => {
  test('has one answer for each operation that was asked for, by its place', async () => {
    const Operations = [
      { method: 'POST', path: '/Users', bulkId: 'a', data: person('a') },
      { method: 'POST', path: '/Users', bulkId: 'again', data: person('a') },
      { method: 'POST', path: '/Users', bulkId: 'b', data: person('b') },
    ]
    const { txn, path } = await promised('post', '/Bulk', { schemas: [BULK], failOnErrors: 1, Operations })
    carry()
    const answers = (await told(3)).filter(({ events }) => events[RESPONSE])
    expect(answers.map((one) => [one.txn, one.events[RESPONSE].bulkId, one.events[RESPONSE].status])).toEqual(
      [
        [`${txn}:0`, 'a', '201'],
        [`${txn}:1`, 'again', '409'],
        [`${txn}:2`, 'b', '424'],
      ],
    )
    expect(answers[2].events[RESPONSE].response.detail).toContain('failOnErrors')
    const shown = bodyOf(await directory.api.get(path).set('Authorization', `Bearer ${directory.token}`))
    expect(Object.keys(shown.sets)).toHaveLength(3)
  })

  test('goes on where an attempt that stopped half-way left it', async () => {
    const { world } = directory
    const Operations = ['a', 'b'].map((n) => ({ method: 'POST', path: '/Users', bulkId: n, data: person(n) }))
    Operations.push({
      method: 'POST',
      path: '/Groups',
      bulkId: 'g',
      data: { displayName: 'G', members: [{ value: 'bulkId:a' }, { value: 'bulkId:b' }] } as never,
    })
    await promised('post', '/Bulk', { schemas: [BULK], Operations })
    const [first] = await claimRequests(world, { limit: 1, leaseSeconds: 60, except: [] })
    // The first attempt does everything and stops before it can say so.
    await world.performRequest?.(first as never, false)
    expect(await usersNow()).toBe(2)
    later(world, 61)
    carry()
    const answers = (await told(3)).filter(({ events }) => events[RESPONSE])
    expect(answers.map(({ events }) => events[RESPONSE].status)).toEqual(['201', '201', '201'])
    expect(await usersNow()).toBe(2)
    const groups = bodyOf(await directory.call('get', '/Groups'))
    expect(groups.Resources.map((group: Body) => group.members.length)).toEqual([2])
  })
})

describe('an attempt that stops', () => {
  test('after the deed: nobody does it again, and the answer is told by whoever takes over', async () => {
    const { world } = directory
    const { txn } = await promised('post', '/Users', person('ana'))
    const [first] = await claimRequests(world, { limit: 1, leaseSeconds: 60, except: [] })
    await world.performRequest?.(first as never, false)
    expect(await usersNow()).toBe(1)
    later(world, 61)
    carry()
    const answer = (await told(1)).find(({ events }) => events[RESPONSE])
    expect([answer.txn, answer.events[RESPONSE].status, answer.events[RESPONSE].version]).toEqual([
      txn,
      '201',
      'W/"1"',
    ])
    expect(await usersNow()).toBe(1)
  })

  test('and goes on when another has begun does nothing and tells nothing', async () => {
    const { world } = directory
    const user = await directory.make('/Users', person('ana'))
    const Operations = [{ op: 'replace', value: { title: 'Clerk' } }]
    await promised('patch', `/Users/${user.id}`, { schemas: [PATCH], Operations })
    const claim = () => claimRequests(world, { limit: 1, leaseSeconds: 60, except: [] })
    const [slow] = await claim()
    expect(await claim()).toEqual([])
    later(world, 61)
    const [quick] = await claim()
    const done = await world.performRequest?.(quick as never, false)
    expect(await world.performRequest?.(slow as never, false)).toBeNull()
    const wrong = {
      place: null,
      subject: { format: 'scim', uri: '/Users' },
      response: { status: '418' },
    } as const
    await settleAsyncRequest(world, slow as never, [wrong])
    await settleAsyncRequest(world, quick as never, done ?? [])
    await settleAsyncRequest(world, quick as never, done ?? [])
    const answers = (await told(1)).filter(({ events }) => events[RESPONSE])
    expect(answers.map(({ events }) => events[RESPONSE].status)).toEqual(['200'])
  })

  test('is not made by two nodes at a time: each of many requests is done once', async () => {
    for (let n = 0; n < 12; n += 1) await promised('post', '/Users', person(`n${n}`))
    carry()
    started.push(startOutbound({ ...directory.world }))
    const answers = (await told(12)).filter(({ events }) => events[RESPONSE])
    expect(answers.map(({ events }) => events[RESPONSE].status)).toEqual(Array(12).fill('201'))
    expect(await usersNow()).toBe(12)
  })
})

test('no more than a thousand requests of a directory wait: the next is told to come again', async () => {
  const { world } = directory
  await world.dataSource.query(
    `insert into async_requests (id, directory_id, state, request_encrypted, progress, next_at, created_at)
     select gen_random_uuid(), $1, 'queued', 'x', '{}', $2, $2 from generate_series(1, 1000)`,
    [directory.id, world.clock.now()],
  )
  const answer = await directory.call('post', '/Users', person('ana')).set('Prefer', 'respond-async')
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '10'])
})

test('ServiceProviderConfig tells whether requests are answered by event, and which events there are', async () => {
  const { securityEvents } = bodyOf(await directory.call('get', '/ServiceProviderConfig'))
  expect(securityEvents.asyncRequest).toBe('request')
  expect(securityEvents.eventUris).toHaveLength(12)
  expect(securityEvents.eventUris).toContain(RESPONSE)
  await api(directory, 'delete', `/${stream.id}`)
  expect(bodyOf(await directory.call('get', '/ServiceProviderConfig')).securityEvents.asyncRequest).toBe(
    'none',
  )
})

test('the Prefer header is read as RFC 7240 writes it', () => {
  const asks = [
    'respond-async',
    'wait=10, respond-async',
    'RESPOND-ASYNC;foo=bar',
    'respond-async=""',
    'a="x,y", respond-async',
  ]
  const asksNot = [
    undefined,
    '',
    'respond-asynchronous',
    'a="respond-async"',
    'a="x, respond-async"',
    'respond-async=no',
    'wait=10',
  ]
  expect(asks.map(prefersAsync)).toEqual(asks.map(() => true))
  expect(asksNot.map(prefersAsync)).toEqual(asksNot.map(() => false))
})
