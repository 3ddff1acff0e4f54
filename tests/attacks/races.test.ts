// The same request sent many times at once: one effect, a documented answer for everybody else, and never a 500.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, key, organization, person } from '../admin/support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

const at = (org: { id: string }) => `/organizations/${org.id}`
const TIMES = 6

async function atOnce(make: (n: number) => Promise<{ status: number }>): Promise<number[]> {
  const answers = await Promise.all(Array.from({ length: TIMES }, (_, n) => make(n)))
  return answers.map(({ status }) => status).sort()
}

const scim = (directoryId: string, token: string, path: string, body: unknown) =>
  api.fresh.api
    .post(`/scim/v2/${directoryId}${path}`)
    .set('Authorization', `Bearer ${token}`)
    .set('Content-Type', 'application/scim+json')
    .send(JSON.stringify(body))

describe('T-33: of many who ask at once', () => {
  test('one makes the organization, project, domain, account and invitation', async () => {
    const org = await organization(api)
    const admin = await person(api, org, 'admin')
    const once = [201, ...Array(TIMES - 1).fill(409)]
    const email = `race@${org.domain}`
    expect(await atOnce(() => api.post('/organizations', { name: 'Race', slug: 'race' }))).toEqual(once)
    expect(await atOnce(() => api.post(`${at(org)}/projects`, { slug: 'race', name: 'Race' }))).toEqual(once)
    expect(await atOnce(() => api.post(`${at(org)}/domains`, { domain: 'race-domain.test' }))).toEqual(once)
    expect(await atOnce(() => api.post('/accounts', { email, emailVerified: true }))).toEqual(once)
    const invite = () =>
      api.post(`${at(org)}/invitations`, { email: 'r@x.test', role: 'viewer' }, { as: admin.token })
    expect(await atOnce(invite)).toEqual(once)
  })

  test('all block the address, add the member and accept the invitation, which happens once', async () => {
    const org = await organization(api)
    await person(api, org, 'owner')
    const email = `all@${org.domain}`
    const { id } = (await api.post('/accounts', { email, emailVerified: true })).body
    const invited = (await api.post(`${at(org)}/invitations`, { email, role: 'viewer' })).body
    const accept = () => api.post(`/invitations/${invited.id}/acceptance`, { accountId: id })
    expect(await atOnce(accept)).toEqual(Array(TIMES).fill(200))
    const add = () => api.post(`${at(org)}/members`, { accountId: id, role: 'editor' })
    expect(await atOnce(add)).toEqual(Array(TIMES).fill(201))
    expect((await api.get(`${at(org)}/members?q=all@`)).body.items).toHaveLength(1)
    expect(await atOnce(() => api.put(`${at(org)}/blocks/z@y.test`))).toEqual(Array(TIMES).fill(204))
  })

  test('one of two owners removes the other, and the organization keeps one', async () => {
    const org = await organization(api)
    const [one, two] = [await person(api, org, 'owner'), await person(api, org, 'owner')]
    const done = await Promise.all([
      api.delete(`/members/${two.memberId}`, undefined, { as: one.token }),
      api.delete(`/members/${one.memberId}`, undefined, { as: two.token }),
    ])
    expect(done.filter(({ status }) => status === 204)).toHaveLength(1)
    expect((await api.get(`${at(org)}/members?role=owner`)).body.items).toHaveLength(1)
  })

  test('five live tokens of a directory are all, however many ask', async () => {
    const org = await organization(api)
    const directory = (await api.post(`${at(org)}/directories`, { name: 'D' })).body
    const statuses = await atOnce(() => api.post(`/directories/${directory.id}/tokens`, { label: 't' }))
    expect(statuses).toEqual([...Array(5).fill(201), ...Array(TIMES - 5).fill(409)])
  })

  test('one makes the directory’s user, and all of the same Idempotency-Key get one key', async () => {
    const org = await organization(api)
    const directory = (await api.post(`${at(org)}/directories`, { name: 'D' })).body
    const { token } = (await api.post(`/directories/${directory.id}/tokens`, { label: 't' })).body
    const user = {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: `same@${org.domain}`,
      externalId: 'same',
    }
    const pushed = await atOnce(() => scim(directory.id, token, '/Users', user))
    expect(pushed).toEqual([201, ...Array(TIMES - 1).fill(409)])
    const headers = { 'Idempotency-Key': 'k-1' }
    const made = await atOnce(() =>
      api.post(`${at(org)}/api-keys`, { name: 'k', role: 'viewer' }, { headers }),
    )
    expect(made.every((status) => status === 201 || status === 409)).toBe(true)
    expect((await api.get(`${at(org)}/api-keys`)).body.items).toHaveLength(1)
  })

  test('an Idempotency-Key of one caller is nothing to another', async () => {
    const org = await organization(api)
    const headers = { 'Idempotency-Key': 'shared' }
    const [one, two] = [await key(api, org, 'admin'), await key(api, org, 'admin')]
    const wanted = { name: 'k', role: 'viewer' }
    const a = await api.post(`${at(org)}/api-keys`, wanted, { headers, as: one })
    const b = await api.post(`${at(org)}/api-keys`, wanted, { headers, as: two })
    expect(a.body.key).not.toBe(b.body.key)
    const replayed = await api.post(`${at(org)}/api-keys`, wanted, { headers, as: one })
    expect([replayed.headers['idempotency-replayed'], replayed.body.key]).toEqual(['true', a.body.key])
  })
})

describe('invariant 18: seats', () => {
  test('do not go over by a race of acceptances', async () => {
    const org = await organization(api)
    await person(api, org, 'owner')
    await api.patch(at(org), { policies: { seats: 3 } })
    const invited: { accountId: string; id: string }[] = []
    for (let n = 0; n < TIMES; n += 1) {
      const email = `seat${n}@${org.domain}`
      const account = await api.post('/accounts', { email, emailVerified: true })
      const invitation = await api.post(`${at(org)}/invitations`, { email, role: 'viewer' })
      invited.push({ accountId: account.body.id, id: invitation.body.id })
    }
    await atOnce((n) =>
      api.post(`/invitations/${invited[n]?.id}/acceptance`, { accountId: invited[n]?.accountId }),
    )
    const active = (await api.get(`${at(org)}/members?status=active`)).body.items
    expect(active).toHaveLength(3)
  })
})
