// A seeded directory is one that was pushed: the same rows, and the product works on it.
import { beforeAll, expect, test } from '@jest/globals'
import supertest from 'supertest'
import { type Seeded, seedDirectory } from '../../scripts/bench/seeding/seed-directory.ts'
import { createApp } from '../../src/app/app.ts'
import { movableClock } from '../../src/kernel/clock.ts'
import { type Body, bodyOf, PATCH } from '../scim/directory.ts'
import { freshDatabase } from '../support/database.ts'
import { freshWorld } from '../support/world.ts'

const PEOPLE = 40
let seeded: Seeded
let call: (method: 'get' | 'post' | 'patch', path: string, body?: unknown) => supertest.Test
let rows: (sql: string, values?: unknown[]) => Promise<Body[]>

beforeAll(async () => {
  const { url, dataSource } = await freshDatabase()
  const options = { databaseUrl: url, people: PEOPLE, groups: [0, 25], slug: 'seeded', say: () => {} }
  seeded = await seedDirectory({ ...options, events: true })
  const world = await freshWorld({ dataSource, clock: movableClock() })
  const deeds = { isReady: async () => true, followClock: async () => {}, moveClock: async () => {} }
  const api = supertest(createApp(world, deeds))
  rows = (sql, values) => dataSource.query(sql, values)
  call = (method, path, body) => {
    const request = api[method](`${seeded.base}${path}`).set(seeded.headers)
    return body === undefined ? request : request.send(JSON.stringify(body))
  }
})

/** How many rows each table has for one person, and what stands in them apart from ids, names and times. */
async function tracesOf(person: string): Promise<Body> {
  const [user] = await rows('select * from directory_users where id = $1', [person])
  const [membership] = await rows('select * from memberships where account_id = $1', [user.account_id])
  const parts = {
    user: [user],
    emails: await rows('select * from directory_user_emails where directory_user_id = $1', [person]),
    accounts: await rows('select * from accounts where id = $1', [user.account_id]),
    addresses: await rows('select * from account_addresses where account_id = $1', [user.account_id]),
    memberships: [membership],
    keys: await rows('select * from membership_keys where membership_id = $1', [membership.id]),
    grants: await rows('select * from grants where membership_id = $1', [membership.id]),
    events: await rows('select * from events where account_id = $1 order by id', [user.account_id]),
  }
  const shared = new Set([seeded.id, seeded.organizationId])
  const text = JSON.stringify(parts)
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => (shared.has(id) ? id : 'an id'))
    .replace(/p00000\d\d/g, 'a name')
    .replace(/Department \d\d/g, 'a department')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'a time')
  return JSON.parse(text)
}

test('a seeded person has the rows of a pushed one', async () => {
  const pushed = await tracesOf(seeded.people[0]!)
  expect(pushed).toMatchObject({
    memberships: [{ status: 'active' }],
    addresses: [{ verified_at: 'a time' }],
    emails: [{}],
    keys: [{}],
    grants: [{}],
  })
  expect(pushed.events.length).toBeGreaterThan(0)
  for (const person of [seeded.people[1]!, seeded.people[PEOPLE - 1]!])
    expect(await tracesOf(person)).toEqual(pushed)
})

test('ids are UUIDv7, each of its own, and sort in the order of the names', async () => {
  expect(new Set(seeded.people).size).toBe(PEOPLE)
  expect(seeded.people.slice(1)).toEqual(seeded.people.slice(1).sort())
  for (const id of seeded.people) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab]/)
})

test('a seeded person is found by name and read by id', async () => {
  const filter = encodeURIComponent(`userName eq "P0000007@seeded.test"`)
  const found = bodyOf(await call('get', `/Users?filter=${filter}`))
  expect(found.totalResults).toBe(1)
  const { text } = await call('get', `/Users/${seeded.people[7]}`).expect(200)
  expect(JSON.parse(text)).toEqual(found.Resources[0])
  expect(JSON.parse(text)).toMatchObject({ externalId: '00u-p0000007', active: true })
  expect(bodyOf(await call('get', '/Users?count=5')).totalResults).toBe(PEOPLE)
})

test('E1: a seeded person who is deactivated is suspended, and a reactivation restores the membership', async () => {
  const set = (active: boolean) =>
    call('patch', `/Users/${seeded.people[8]}`, {
      schemas: [PATCH],
      Operations: [{ op: 'replace', value: { active } }],
    }).expect(200)
  const status = async () => {
    const joined = 'select m.status from memberships m join directory_users u on u.account_id = m.account_id'
    return (await rows(`${joined} where u.id = $1`, [seeded.people[8]]))[0].status
  }
  await set(false)
  expect(await status()).toBe('suspended')
  await set(true)
  expect(await status()).toBe('active')
})

test('the name of a seeded person is taken, and a new one is free', async () => {
  const create = (name: string) =>
    call('post', '/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `${name}@seeded.test`,
    })
  expect((await create('p0000009')).status).toBe(409)
  expect((await create('newcomer')).status).toBe(201)
})

test('a seeded group has its members, takes one more and loses one', async () => {
  const [empty, full] = seeded.groups
  const membersOf = async (id: string): Promise<string[]> =>
    (bodyOf(await call('get', `/Groups/${id}`)).members ?? []).map((member: Body) => member.value).sort()
  expect(await membersOf(empty!.id)).toEqual([])
  expect(await membersOf(full!.id)).toEqual(seeded.people.slice(0, 25).sort())
  const Operations = [
    { op: 'add', path: 'members', value: [{ value: seeded.people[30] }] },
    { op: 'remove', path: `members[value eq "${seeded.people[3]}"]` },
  ]
  await call('patch', `/Groups/${full!.id}`, { schemas: [PATCH], Operations }).expect(204)
  const expected = [...seeded.people.slice(0, 3), ...seeded.people.slice(4, 25), seeded.people[30]]
  expect(await membersOf(full!.id)).toEqual(expected.sort())
})

test('every foreign key of the seeded rows holds', async () => {
  // Seeding may leave them unchecked; each is asked anew here.
  const keys = await rows(`
    select k.conrelid::regclass::text as "table", k.confrelid::regclass::text as "target",
      a.attname as "column", f.attname as "key"
    from pg_constraint k
    join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
    join pg_attribute f on f.attrelid = k.confrelid and f.attnum = k.confkey[1]
    where k.contype = 'f' and cardinality(k.conkey) = 1`)
  expect(keys.length).toBeGreaterThan(20)
  for (const { table, target, column, key } of keys) {
    const orphans = `select count(*)::int as orphans from ${table} t where t.${column} is not null
      and not exists (select 1 from ${target} r where r.${key} = t.${column})`
    expect({ table, column, ...(await rows(orphans))[0] }).toEqual({ table, column, orphans: 0 })
  }
})
