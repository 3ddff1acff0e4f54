// What one organization, or a stranger, could pile up until everybody else suffers.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, metadata, organization, person } from '../admin/support.ts'
import { PATCH, type TestDirectory, testDirectory, USER } from '../scim/directory.ts'

let api: Client
beforeAll(async () => {
  api = await client({ settings: { rateLimits: true } })
})

const at = (org: { id: string }) => `/organizations/${org.id}`
const names = (count: number, from = 0) =>
  Object.fromEntries(Array.from({ length: count }, (_, n) => [`further-${from + n}`, 'v']))

describe('every event reads an organization’s connections, so', () => {
  test('their attributes do not grow without end, by one request or by many', async () => {
    const org = await organization(api)
    const as = (await person(api, org, 'admin')).token
    const wanted = { name: 'IdP', metadataXml: await metadata() }
    const large = await api.post(`${at(org)}/connections`, { ...wanted, attributes: names(60) }, { as })
    expect([large.status, large.body.errors[0].path]).toEqual([400, 'attributes'])
    const made = await api.post(`${at(org)}/connections`, { ...wanted, attributes: names(40) }, { as })
    expect(made.status).toBe(201)
    const grown = await api.patch(`/connections/${made.body.id}`, { attributes: names(40, 40) }, { as })
    expect([grown.status, grown.body.errors[0].path]).toEqual([400, 'attributes'])
  })

  test('there are no more than fifty of them', async () => {
    const org = await organization(api)
    const as = (await person(api, org, 'admin')).token
    const wanted = { name: 'IdP', metadataXml: await metadata() }
    const { id } = (await api.post(`${at(org)}/connections`, wanted, { as })).body
    // Copies, for each own key pair takes its time to make.
    await api.world.dataSource.query(
      `insert into connections select (c).* from (select jsonb_populate_record(c, jsonb_build_object('id', gen_random_uuid())) c
         from connections c, generate_series(1, 49) where c.id = $1) copies`,
      [id],
    )
    const refused = await api.post(`${at(org)}/connections`, wanted, { as })
    expect([refused.status, refused.body.code]).toEqual([409, 'too_many_connections'])
  })
})

test('an organization has no more than twenty webhook endpoints, so that no event becomes a flood at somebody’s door', async () => {
  const org = await organization(api)
  const as = (await person(api, org, 'admin')).token
  const wanted = { url: 'https://victim.test/', events: ['*'] }
  const statuses: number[] = []
  for (let n = 0; n < 21; n += 1) statuses.push((await api.post('/webhook-endpoints', wanted, { as })).status)
  expect(statuses.slice(-2)).toEqual([201, 409])
  const { items } = (await api.get('/webhook-endpoints', undefined, { as })).body
  expect((await api.delete(`/webhook-endpoints/${items[0].id}`, undefined, { as })).status).toBe(204)
  expect((await api.post('/webhook-endpoints', wanted, { as })).status).toBe(201)
})

test('T-39: noise at a connection that is off fills no log', async () => {
  const org = await organization(api)
  const made = (await api.post(`${at(org)}/connections`, { name: 'IdP', metadataXml: await metadata() })).body
  await api.patch(`/connections/${made.id}`, { status: 'off' })
  let limited = 0
  for (let n = 0; n < 80; n += 1) {
    const { status } = await api.fresh.api
      .post(`/saml/${made.id}/acs`)
      .type('form')
      .send({ SAMLResponse: 'bm9pc2U=' })
    expect([403, 429]).toContain(status)
    if (status === 429) limited += 1
  }
  expect(limited).toBeGreaterThan(0)
  const [row] = await api.world.dataSource.query(
    'select count(*)::int as n from sign_ins where connection_id = $1',
    [made.id],
  )
  expect(row.n).toBeLessThanOrEqual(61)
})

describe('one PATCH of a directory, which every other tenant waits for,', () => {
  const many = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, n) => ({ value: `${prefix}${n}@x.test` }))
  let directory: TestDirectory
  beforeAll(async () => {
    directory = await testDirectory('generic', { beside: api.fresh })
  })
  const patch = (id: string, Operations: unknown[]) =>
    directory.call('patch', `/Users/${id}`, { schemas: [PATCH], Operations })

  test('adds no list without end to a list without end', async () => {
    const emails = many(10_000, 'a')
    const refused = await directory.call('post', '/Users', { schemas: [USER], userName: 'long', emails })
    expect(refused.status).toBe(400)
    const { id } = await directory.make('/Users', { userName: 'short', emails: many(900, 'a') })
    expect((await patch(id, [{ op: 'add', path: 'emails', value: many(900, 'b') }])).status).toBe(400)
    const mixed = Array.from({ length: 30 }, () => ({ op: 'add', path: 'emails', value: many(900, 'a') }))
    expect((await patch(id, mixed)).status).toBe(413)
    expect((await patch(id, [{ op: 'add', path: 'emails', value: many(20, 'b') }])).status).toBe(200)
  })

  test('compares no long texts again and again, and copies none into every element', async () => {
    const display = 'x'.repeat(800_000)
    const { id } = await directory.make('/Users', {
      userName: 'wide',
      emails: [...many(400, 'c'), { value: 'one@x.test', display }],
    })
    const terms = Array.from({ length: 50 }, (_, n) => `display co "y${n}"`).join(' or ')
    const asked = Array.from({ length: 100 }, () => ({
      op: 'replace',
      path: `emails[${terms} or value pr].type`,
      value: 'z',
    }))
    expect((await patch(id, asked)).status).toBe(413)
    const copied = [{ op: 'replace', path: 'emails[value pr].display', value: display }]
    expect((await patch(id, copied)).status).toBe(413)
    expect((await patch(id, [{ op: 'replace', path: 'emails.display', value: display }])).status).toBe(413)
    const grown = Array.from({ length: 2 }, (_, n) => ({
      op: 'add',
      path: 'addresses',
      value: [{ locality: `${n}${'x'.repeat(400_000)}` }],
    }))
    expect((await patch(id, grown)).status).toBe(413)
  })

  test('changes a thousand values of a person of ordinary size', async () => {
    const { id } = await directory.make('/Users', { userName: 'ordinary', emails: many(20, 'd') })
    const operations = Array.from({ length: 1000 }, (_, n) => ({
      op: 'replace',
      path: `emails[value eq "d${n % 20}@x.test"].type`,
      value: `t${n}`,
    }))
    expect((await patch(id, operations)).status).toBe(200)
  })
})
