// Members and invitations as administrators see them, and what host products hear of them.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, organization, person } from './support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

const at = (org: { id: string }) => `/organizations/${org.id}`
const emails = (answer: { body: { items: { email: string }[] } }) =>
  answer.body.items.map((one) => one.email).sort()

describe('the list of members', () => {
  test('is narrowed by role, status and a part of address or name', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const one = await person(api, org, 'editor')
    const two = await person(api, org, 'editor')
    await api.put(`/members/${two.memberId}/suspension`)
    const list = (query: string) => api.get(`${at(org)}/members${query}`)
    expect(emails(await list(''))).toEqual([owner.email, one.email, two.email].sort())
    expect(emails(await list('?role=editor'))).toEqual([one.email, two.email].sort())
    expect(emails(await list('?status=suspended'))).toEqual([two.email])
    expect(emails(await list(`?q=${one.email.slice(0, 4).toUpperCase()}`))).toContain(one.email)
    expect(emails(await list('?q=Person'))).toHaveLength(3)
    for (const wild of ['%25', '_____', '%5C']) expect(emails(await list(`?q=${wild}`))).toEqual([])
    expect((await list('?status=removed')).status).toBe(400)
  })

  test('shows why each role is there, and only the address by which the organization knows the person', async () => {
    const org = await organization(api)
    const member = await person(api, org, 'editor')
    await api.post(`/accounts/${member.accountId}/emails`, { address: 'private@home.test', verified: true })
    const shown = await api.get(`/members/${member.memberId}`)
    expect(shown.body).toMatchObject({
      email: member.email,
      account: { id: member.accountId, email: member.email },
      role: 'editor',
      status: 'active',
      statusReason: null,
      grants: [{ role: 'editor', origin: { type: 'manual' } }],
    })
    expect(JSON.stringify(shown.body)).not.toContain('private@home.test')
  })

  test('no longer holds who was removed', async () => {
    const org = await organization(api)
    const member = await person(api, org, 'viewer')
    expect((await api.delete(`/members/${member.memberId}`)).status).toBe(204)
    expect(emails(await api.get(`${at(org)}/members`))).toEqual([])
    expect((await api.get(`/members/${member.memberId}`)).status).toBe(404)
    expect((await api.patch(`/members/${member.memberId}`, { role: 'admin' })).status).toBe(404)
  })
})

describe('an invitation', () => {
  const invite = (org: { id: string }, email: string, more = {}) =>
    api.post(`${at(org)}/invitations`, { email, role: 'viewer', ...more })

  test('is shown with its deliveries and the one reason why it is pending', async () => {
    const org = await organization(api)
    await api.post(`${at(org)}/projects`, { slug: 'blog', name: 'Blog' })
    const made = await invite(org, 'Ana@far.test', { projects: ['blog'], message: 'See you there' })
    expect(made.body).toMatchObject({
      email: 'Ana@far.test',
      role: 'viewer',
      projects: ['blog'],
      status: 'pending',
      statusReason: 'awaiting_person',
      invitedBy: { type: 'host', id: null },
      deliveries: [{ channel: 'email', status: 'queued' }],
    })
    const silent = await invite(org, 'ben@far.test', { deliver: 'none' })
    expect(silent.body.deliveries).toEqual([])
    await api.world.dataSource.query(`update deliveries set status = 'bounced' where invitation_id = $1`, [
      made.body.id,
    ])
    expect((await api.get(`/invitations/${made.body.id}`)).body.statusReason).toBe('delivery_failed')
    await api.put(`${at(org)}/blocks/ana@far.test`)
    const blocked = (await api.get(`/invitations/${made.body.id}`)).body
    expect(['blocked', 'revoked']).toContain(
      blocked.status === 'pending' ? blocked.statusReason : blocked.status,
    )
  })

  test('gives a link with a code once, and ends earlier ones when it replaces them', async () => {
    const org = await organization(api)
    const made = await invite(org, 'link@far.test', { deliver: 'none' })
    const path = `/invitations/${made.body.id}/deliveries`
    const first = await api.post(path, { channel: 'link' })
    expect(first.body.url).toMatch(`http://gatehouse.test/invitations/${made.body.id}#t=`)
    expect(first.body.code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/)
    const second = await api.post(path, { channel: 'link', replace: true })
    expect(second.body.url).not.toBe(first.body.url)
    const [row] = await api.world.dataSource.query(
      'select count(*)::int n from deliveries where invitation_id = $1 and replaced_at is null',
      [made.body.id],
    )
    expect(row.n).toBe(1)
    expect((await api.post(path, { channel: 'slack' })).status).toBe(422)
  })

  test('expires by time alone, is found as such, and lives again when it is extended', async () => {
    const org = await organization(api)
    const made = await invite(org, 'late@far.test')
    api.world.clock.advance(7 * 86_400 + 1)
    const list = (status: string) => api.get(`${at(org)}/invitations?status=${status}`)
    expect(emails(await list('expired'))).toEqual(['late@far.test'])
    expect(emails(await list('pending'))).toEqual([])
    const extended = await api.post(`/invitations/${made.body.id}/extension`, { days: 14 })
    expect(extended.body.status).toBe('pending')
    expect(emails(await list('pending'))).toEqual(['late@far.test'])
    expect((await api.post(`/invitations/${made.body.id}/extension`, { days: 8 })).status).toBe(400)
  })

  test('is accepted and declined by the host product for an account that it has proven', async () => {
    const org = await organization(api)
    const account = await api.post('/accounts', { email: 'yes@far.test', emailVerified: true })
    const other = await api.post('/accounts', { email: 'other@far.test', emailVerified: true })
    const made = await invite(org, 'yes@far.test')
    const path = `/invitations/${made.body.id}/acceptance`
    const wrong = await api.post(path, { accountId: other.body.id })
    expect([wrong.status, wrong.body.reason]).toEqual([409, 'address_unproven'])
    const accepted = await api.post(path, { accountId: account.body.id })
    expect(accepted.body).toMatchObject({
      invitation: { status: 'accepted' },
      membership: { role: 'viewer', status: 'active', email: 'yes@far.test' },
    })
    expect((await api.post(path, { accountId: account.body.id })).body).toEqual(accepted.body)
    const declined = await invite(org, 'other@far.test')
    const answer = await api.put(`/invitations/${declined.body.id}/declination`, { accountId: other.body.id })
    expect(answer.body.status).toBe('declined')
    const revoked = await invite(org, 'third@far.test')
    expect((await api.put(`/invitations/${revoked.body.id}/revocation`)).body.status).toBe('revoked')
  })
})

describe('insights', () => {
  test('count what became of invitations, and hold changes of configuration against their days', async () => {
    const org = await organization(api)
    const account = await api.post('/accounts', { email: 'in@count.test', emailVerified: true })
    const made = await api.post(`${at(org)}/invitations`, { email: 'in@count.test', role: 'viewer' })
    await api.post(`${at(org)}/invitations`, { email: 'out@count.test', role: 'viewer' })
    api.world.clock.advance(7200)
    await api.post(`/invitations/${made.body.id}/acceptance`, { accountId: account.body.id })
    const { body } = await api.get(`${at(org)}/insights?days=30`)
    expect(body.funnel).toMatchObject({ invited: 2, accepted: 1, pending: 1, declined: 0 })
    expect(body.medianHoursToJoin).toBe(2)
    expect(body.days.at(-1)).toMatchObject({ invited: 2, joined: 1 })
    expect(body.annotations[0]).toMatchObject({ type: 'domain.verified', after: { invited: 2, joined: 1 } })
  })
})

describe('a webhook endpoint', () => {
  test('belongs to its organization, and hears its events through the outbox of the same deed', async () => {
    const org = await organization(api)
    const other = await organization(api)
    const admin = await person(api, org, 'admin')
    const as = admin.token
    const made = await api.post(
      '/webhook-endpoints',
      { url: 'http://127.0.0.1:9/x', events: ['project.*'] },
      { as },
    )
    expect(made.body).toMatchObject({ organizationId: org.id, events: ['project.*'] })
    expect(made.body.secret).toMatch(/^whsec_/)
    await api.post(`${at(org)}/projects`, { slug: 'a', name: 'A' })
    await api.post(`${at(other)}/projects`, { slug: 'a', name: 'A' })
    await api.patch(at(org), { name: 'Silent' })
    const rows = await api.world.dataSource.query(
      `select e.type, e.organization_id from outbox o join events e on e.id = o.event_id where o.endpoint_id = $1`,
      [made.body.id],
    )
    expect(rows).toEqual([{ type: 'project.created', organization_id: org.id }])
    expect((await api.get('/webhook-endpoints', undefined, { as })).body.items).toHaveLength(1)
    expect((await api.delete(`/webhook-endpoints/${made.body.id}`, undefined, { as })).status).toBe(204)
  })
})

describe('an explanation', () => {
  test('names for an invited stranger who must act, and a fix that works', async () => {
    const org = await organization(api)
    await api.post(`${at(org)}/invitations`, { email: 'why@far.test', role: 'viewer' })
    const { body } = await api.get(`${at(org)}/explanation?email=why@far.test`)
    expect(body.verdict).toBe('can_join')
    expect(body.reason.nextActor).toBe('person')
    expect((await api.get(`${at(org)}/explanation?email=nobody`)).status).toBe(400)
    expect((await api.get(`${at(org)}/explanation`)).status).toBe(400)
  })
})
