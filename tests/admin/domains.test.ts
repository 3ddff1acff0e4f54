// Email domains: claimed by anybody, effective only when proven.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { type DnsServer, dnsServer } from './dns-server.ts'
import { type Client, client, organization, person } from './support.ts'

let api: Client
let dns: DnsServer
beforeAll(async () => {
  dns = await dnsServer()
  api = await client({ settings: { dnsServers: [dns.address] } })
})
afterAll(() => dns.stop())

async function claim(org: { id: string }, domain: string, as?: string) {
  const made = await api.post(`/organizations/${org.id}/domains`, { domain }, as === undefined ? {} : { as })
  expect(made.status).toBe(201)
  const path = `/organizations/${org.id}/domains/${made.body.id}`
  return {
    ...made.body,
    path,
    verify: (options = {}, body: unknown = undefined) => api.post(`${path}/verification`, body, options),
    statusNow: async () =>
      (await api.get(`/organizations/${org.id}/domains`)).body.items.find(
        (one: { id: string }) => one.id === made.body.id,
      )?.status,
    publish: () => dns.texts.set(made.body.proof.name, ['v=spf1 -all', made.body.proof.value]),
  }
}

describe('a domain', () => {
  test('is proven by a TXT record that only its holder can publish', async () => {
    const org = await organization(api)
    const admin = await person(api, org, 'admin')
    const domain = await claim(org, 'Proven.TEST.', admin.token)
    expect(domain).toMatchObject({ domain: 'proven.test', status: 'pending', proof: { type: 'dns-txt' } })
    const early = await domain.verify({ as: admin.token })
    expect([early.status, early.body.code]).toEqual([409, 'domain_unproven'])
    dns.texts.set(domain.proof.name, [`${domain.proof.value}x`])
    expect((await domain.verify({ as: admin.token })).status).toBe(409)
    domain.publish()
    expect((await domain.verify({ as: admin.token })).body).toMatchObject({
      status: 'verified',
      attested: false,
    })
  })

  test('is attested by the host product alone', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const domain = await claim(org, 'attested.test')
    const refused = await domain.verify({ as: owner.token }, { attested: true })
    expect(refused.status).toBe(403)
    expect((await domain.verify({}, { attested: true })).body).toMatchObject({
      status: 'verified',
      attested: true,
    })
    const events = await api.get(`/organizations/${org.id}/events?type=domain.verified`)
    expect(events.body.items[0]).toMatchObject({ actor: { type: 'host' }, data: { attested: true } })
  })

  test.each([
    ['gmail.com', 'public_domain'],
    ['outlook.com', 'public_domain'],
    ['co.uk', 'public_domain'],
    ['github.io', 'public_domain'],
    ['localhost', 'invalid'],
    ['10.0.0.1', 'invalid'],
    ['exa mple.test', 'invalid'],
    ['ａcme.test', 'invalid'],
  ])('T-13: %s belongs to no organization', async (domain, code) => {
    const org = await organization(api)
    const refused = await api.post(`/organizations/${org.id}/domains`, { domain })
    expect([refused.status, refused.body.code, refused.body.errors[0].path]).toEqual([400, code, 'domain'])
  })

  test('is claimed once by one organization', async () => {
    const org = await organization(api)
    await claim(org, 'again.test')
    const twice = await api.post(`/organizations/${org.id}/domains`, { domain: 'AGAIN.test' })
    expect([twice.status, twice.body.code]).toEqual([409, 'domain_exists'])
  })

  test('H2: that a second organization proves is contested for both, until one releases it', async () => {
    const one = await organization(api)
    const two = await organization(api)
    const first = await claim(one, 'fought.test')
    first.publish()
    await first.verify()
    const second = await claim(two, 'fought.test')
    second.publish()
    expect((await second.verify()).body.status).toBe('contested')
    expect(await first.statusNow()).toBe('contested')
    expect((await api.delete(second.path)).status).toBe(204)
    expect(await first.statusNow()).toBe('verified')
  })

  test('H2: the host product decides a contest', async () => {
    const one = await organization(api)
    const two = await organization(api)
    const first = await claim(one, 'decided.test')
    const second = await claim(two, 'decided.test')
    await first.verify({}, { attested: true })
    second.publish()
    await second.verify()
    expect(await first.statusNow()).toBe('contested')
    expect((await second.verify({}, { attested: true })).body.status).toBe('verified')
    expect(await first.statusNow()).toBe('lapsed')
  })

  test('H1: concerns people only once it is proven, and says whom beforehand', async () => {
    const org = await organization(api)
    const domain = await claim(org, 'people.test')
    const early = await api.post(`${domain.path}/preview`)
    expect([early.status, early.body.code]).toEqual([409, 'domain_unproven'])
    await domain.verify({}, { attested: true })
    const invited = await api.post(`/organizations/${org.id}/invitations`, {
      email: 'ana@people.test',
      role: 'viewer',
    })
    const plan = await api.post(`${domain.path}/preview`)
    expect(plan.body.changes).toEqual([{ kind: 'invitation', id: invited.body.id, email: 'ana@people.test' }])
    await api.post(`/organizations/${org.id}/invitations`, { email: 'ben@people.test', role: 'viewer' })
    const stale = await api.post(`${domain.path}/application`, { planHash: plan.body.planHash })
    expect([stale.status, stale.body.code]).toEqual([409, 'plan_changed'])
    expect(stale.body.changes).toHaveLength(2)
    const applied = await api.post(`${domain.path}/application`, { planHash: stale.body.planHash })
    expect(applied.status).toBe(200)
  })
})
