// Sessions that are taken for more than they are: another organization's provider, another browser, another session's token.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { addAccountAddress } from '../../src/actions/add-account-address.ts'
import { createConnection } from '../../src/actions/create-connection.ts'
import { createOrganization } from '../../src/actions/create-organization.ts'
import { invite } from '../../src/actions/invite.ts'
import { metadata } from '../admin/support.ts'
import { type Scene, scene } from '../pages/scene.ts'

const root = { kind: 'root' } as const
let s: Scene
beforeAll(async () => {
  s = await scene()
})

const cookieOf = (agent: Scene['browser'] extends () => infer A ? A : never, name: string): string | null => {
  const found = (
    agent as unknown as { jar: { getCookies(scope: unknown): { name: string; value: string }[] } }
  ).jar
    .getCookies({ domain: '127.0.0.1', path: '/', secure: false, script: false })
    .find((cookie) => cookie.name === name)
  return found?.value ?? null
}

async function bySingleSignOn(email: string, nameId: string) {
  const agent = s.browser()
  const done = await s.signIn(agent, s.response({ nameId, attributes: { email } }))
  expect(done.status).toBe(303)
  const token = cookieOf(agent, 'gatehouse_session')
  if (token === null) throw new Error('no session')
  return { agent, token }
}

const as = (token: string) => ({ Authorization: `Bearer ${token}` })

describe('invariant 11: the hop that ends a sign-in', () => {
  test('does nothing for a prefetch, and finishes for the person afterwards', async () => {
    const agent = s.browser()
    const posted = await s.post(agent, s.response({ nameId: 'pre', attributes: { email: 'pre@acme.test' } }))
    const hop = posted.headers.location ?? ''
    for (const purpose of ['prefetch', 'prefetch;prerender']) {
      await agent.get(hop).set('Sec-Purpose', purpose)
      expect(cookieOf(agent, 'gatehouse_session')).toBeNull()
    }
    expect((await agent.get(hop)).status).toBe(303)
    expect(cookieOf(agent, 'gatehouse_session')).not.toBeNull()
  })

  test('is of no use at another connection, nor a second time', async () => {
    const other = await createOrganization(s.world, root, { name: 'Other', slug: 'other-hop' })
    const made = await createConnection(s.world, root, other.id, { name: 'O', metadataXml: await metadata() })
    const agent = s.browser()
    await s.post(agent, s.response({ nameId: 'hop', attributes: { email: 'hop@acme.test' } }))
    expect((await agent.get(`/saml/${made.id}/continue`)).status).toBe(403)
    expect(cookieOf(agent, 'gatehouse_session')).toBeNull()
  })
})

describe('T-37: the session that an organization’s provider opened', () => {
  test('tells of the account what the organization knows, and no other address', async () => {
    const { token } = await bySingleSignOn('eve@acme.test', 'eve')
    const { account } = (await s.browser().get('/api/v1/session').set(as(token))).body
    const added = await addAccountAddress(s.world, root, account.id, {
      address: 'eve@private.test',
      verified: true,
    })
    expect(added.emails).toHaveLength(2)
    const shown = (await s.browser().get('/api/v1/session').set(as(token))).body.account
    expect([shown.email, shown.emails]).toEqual([
      'eve@acme.test',
      [expect.objectContaining({ address: 'eve@acme.test' })],
    ])
  })

  test('touches nothing of the account, nothing of another organization, and accepts nothing there', async () => {
    const { token } = await bySingleSignOn('ana@acme.test', 'ana')
    const api = s.api
    const me = (await api.get('/api/v1/session').set(as(token))).body
    const elsewhere = await createOrganization(s.world, root, { name: 'Elsewhere', slug: 'elsewhere' })
    const offer = await invite(s.world, root, elsewhere.id, { email: 'ana@acme.test', role: 'admin' })
    expect((await api.get('/api/v1/organizations/elsewhere').set(as(token))).status).toBe(404)
    expect(
      (await api.post('/api/v1/session/identities').set(as(token)).send({ connectionId: s.connectionId }))
        .status,
    ).toBe(403)
    const [identity] = await s.rows<{ id: string }>('select id from identities where account_id = $1', [
      me.account.id,
    ])
    expect((await api.delete(`/api/v1/session/identities/${identity?.id}`).set(as(token))).status).toBe(403)
    const browser = s.browse()
    browser.agent.jar.setCookie(`gatehouse_session=${token}`, '127.0.0.1', '/')
    const welcome = await browser.open('/welcome')
    expect(welcome.text).not.toContain('Elsewhere')
    const page = await browser.open(`/invitations/${offer.invitationId}`)
    expect(page.text).not.toContain('Elsewhere')
    const hidden = page.forms[0]?.hidden ?? {}
    await browser.post(`/invitations/${offer.invitationId}/acceptance`, { ...hidden, session: me.id ?? '' })
    expect(await s.status(offer.invitationId)).toBe('pending')
  })
})

describe('a call by cookie', () => {
  test('changes nothing without the token of its own session, however the cookie came', async () => {
    const one = await bySingleSignOn('one@acme.test', 'one')
    const two = await bySingleSignOn('two@acme.test', 'two')
    const csrf = (await s.api.get('/api/v1/session').set(as(two.token))).body.csrfToken
    for (const sent of [undefined, '', 'x', csrf]) {
      const call = s.api.delete('/api/v1/session').set('Cookie', `gatehouse_session=${one.token}`)
      const refused = await (sent === undefined ? call : call.set('X-CSRF-Token', sent))
      expect([sent, refused.status]).toEqual([sent, 403])
    }
    expect((await s.api.get('/api/v1/session').set(as(one.token))).status).toBe(200)
  })
})
