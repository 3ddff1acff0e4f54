// What noise and repetition could do: mails to a stranger's mailbox, guesses at codes from many networks, keys that wake up again.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, key, organization, person } from '../admin/support.ts'

let api: Client
beforeAll(async () => {
  api = await client({ settings: { rateLimits: true, trustProxy: 1 } })
})

const at = (org: { id: string }) => `/organizations/${org.id}`

async function mailsTo(to: string): Promise<number> {
  const [row] = await api.world.dataSource.query(
    `select count(*)::int as n from deliveries where channel = 'email' and to_key = $1`,
    [to],
  )
  return row.n
}

describe('T-30: an address gets no more mails of one organization than a few a day', () => {
  test('however often it is invited and the invitation revoked', async () => {
    const org = await organization(api)
    const admin = await person(api, org, 'admin')
    const as = admin.token
    const email = 'victim@elsewhere.test'
    let last = 0
    for (let round = 0; round < 5; round += 1) {
      const made = await api.post(`${at(org)}/invitations`, { email, role: 'viewer' }, { as })
      last = made.status
      if (made.status === 201) await api.put(`/invitations/${made.body.id}/revocation`, undefined, { as })
    }
    expect(last).toBe(429)
    expect(await mailsTo(email)).toBe(3)
    const quiet = await api.post(`${at(org)}/invitations`, { email, role: 'viewer', deliver: 'none' }, { as })
    expect(quiet.status).toBe(201)
  })

  test('nor however often an invitation is re-addressed to it', async () => {
    const org = await organization(api)
    const as = (await person(api, org, 'admin')).token
    const made = await api.post(
      `${at(org)}/invitations`,
      { email: 'a@elsewhere.test', role: 'viewer' },
      { as },
    )
    for (let round = 0; round < 12; round += 1) {
      // Every second address is another one, so that only the target can run out of mails.
      const email = round % 2 === 0 ? 'target@elsewhere.test' : `a${round}@elsewhere.test`
      const moved = await api.patch(`/invitations/${made.body.id}`, { email }, { as })
      expect(moved.status).toBe(round % 2 === 0 && round >= 6 ? 429 : 200)
    }
    expect(await mailsTo('target@elsewhere.test')).toBe(3)
  })
})

test('T-30: nor by a directory that makes and deletes the record again and again', async () => {
  const org = await organization(api)
  const made = await api.post(`${at(org)}/directories`, { name: 'D' })
  const { token } = (await api.post(`/directories/${made.body.id}/tokens`, { label: 't' })).body
  const users = `/scim/v2/${made.body.id}/Users`
  const userName = 'flooded@elsewhere.test'
  for (let round = 0; round < 5; round += 1) {
    const pushed = await api.fresh.api
      .post(users)
      .set('Authorization', `Bearer ${token}`)
      .set('Content-Type', 'application/scim+json')
      .send(
        JSON.stringify({
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
          userName,
          externalId: `x${round}`,
        }),
      )
    expect(pushed.status).toBe(201)
    const { id } = JSON.parse(pushed.text)
    await api.fresh.api.delete(`${users}/${id}`).set('Authorization', `Bearer ${token}`)
  }
  expect(await mailsTo(userName)).toBeLessThanOrEqual(3)
})

describe('T-38: a key', () => {
  test('does not wake up again when its suspended or removed maker comes back, until it is adopted', async () => {
    const org = await organization(api)
    await person(api, org, 'owner')
    const maker = await person(api, org, 'admin')
    const made = await key(api, org, 'admin', maker.token)
    expect((await api.get(`${at(org)}`, undefined, { as: made })).status).toBe(200)
    await api.put(`/members/${maker.memberId}/suspension`)
    expect((await api.get(`${at(org)}`, undefined, { as: made })).status).toBe(401)
    await api.delete(`/members/${maker.memberId}/suspension`)
    expect((await api.get(`${at(org)}`, undefined, { as: made })).status).toBe(401)
    const [{ id }] = (await api.get(`${at(org)}/api-keys`)).body.items
    expect((await api.put(`/api-keys/${id}/adoption`)).body.stopped).toBe(false)
    expect((await api.get(`${at(org)}`, undefined, { as: made })).status).toBe(200)
  })

  test('that was not even tried while its maker was suspended sleeps all the same', async () => {
    const org = await organization(api)
    await person(api, org, 'owner')
    const maker = await person(api, org, 'admin')
    const made = await key(api, org, 'admin', maker.token)
    await api.put(`/members/${maker.memberId}/suspension`)
    await api.delete(`/members/${maker.memberId}/suspension`)
    expect((await api.get(`${at(org)}`, undefined, { as: made })).status).toBe(401)
    expect((await api.get('/session', undefined, { as: maker.token })).status).toBe(401)
    const { items } = (await api.get(`${at(org)}/api-keys`)).body
    expect(items[0].stopped).toBe(true)
  })
})
