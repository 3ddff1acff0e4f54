// The story that started it, with real HTTP: an account that is not connected, an invitation, scanners, a tile, a directory.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { makeProvider, type Provider } from '../../idp-fixtures/provider.ts'
import { newId } from '../../src/kernel/ids.ts'
import { type FreshApp, freshApp } from '../support/app.ts'
import { testKey } from '../support/identity-provider.ts'
import { permutations } from './orders.ts'

let app: FreshApp
let key: Awaited<ReturnType<typeof testKey>>
beforeAll(async () => {
  app = await freshApp()
  key = await testKey()
})

// biome-ignore lint/suspicious/noExplicitAny: the story looks freely into the bodies of answers.
type Body = any
type Method = 'get' | 'post' | 'put' | 'patch' | 'delete' | 'head'

/** A request with a bearer; throws on another status than the expected one. */
async function call(
  bearer: string,
  method: Method,
  path: string,
  body?: object,
  expected = [200, 201, 204],
): Promise<Body> {
  app.world.clock.advance(1)
  const request = app.api[method](path).set('Authorization', `Bearer ${bearer}`)
  const answer = await (body === undefined
    ? request
    : request.type('application/json').send(JSON.stringify(body)))
  if (!expected.includes(answer.status)) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  return answer.text ? JSON.parse(answer.text) : null
}

const root = <T = Body>(method: Method, path: string, body?: object, expected?: number[]): Promise<T> =>
  call(app.rootKey, method, `/api/v1${path}`, body, expected)

interface Story {
  email: string
  organizationId: string
  /** The bearer of an administrator. */
  admin: string
  provider: Provider
  connection: { acsUrl: string; spEntityId: string; signInUrl: string }
  directory: { path: string; token: string }
}

/** An organization with a proven domain, a Connection, a directory, and an administrator; nobody knows Ana yet. */
async function begin(): Promise<Story> {
  const slug = `acme-${newId()}`
  const { id } = await root('post', '/organizations', { name: 'Acme', slug })
  const domain = await root('post', `/organizations/${id}/domains`, { domain: `${slug}.test` })
  await root('post', `/organizations/${id}/domains/${domain.id}/verification`, { attested: true })
  await root('post', `/organizations/${id}/projects`, { slug: 'blog', name: 'Blog' })
  await root('post', `/organizations/${id}/projects`, { slug: 'shop', name: 'Shop' })
  const provider = makeProvider(`https://idp.${slug}.test`, `https://idp.${slug}.test/sso`, key)
  const connection = await root('post', `/organizations/${id}/connections`, {
    name: 'Acme IdP',
    entityId: provider.entityId,
    ssoUrl: provider.ssoUrl,
    certificates: [key.certificatePem],
    attributes: { email: 'email', firstName: 'firstName', lastName: 'lastName' },
  })
  const directory = await root('post', `/organizations/${id}/directories`, { name: 'Okta', preset: 'okta' })
  const { token } = await root('post', `/directories/${directory.id}/tokens`, { label: 'story' })
  const ada = await root('post', '/accounts', { email: `ada@${slug}.test`, emailVerified: true })
  await root('post', `/organizations/${id}/members`, { accountId: ada.id, role: 'admin' })
  const session = await root('post', `/accounts/${ada.id}/sessions`, { organization: id })
  const path = `/scim/v2/${directory.id}`
  return {
    email: `ana@${slug}.test`,
    organizationId: id,
    admin: session.token,
    provider,
    connection,
    directory: { path, token },
  }
}

type Step = 'account' | 'invite' | 'scan' | 'sign in' | 'push'

/** What happens, and what each answered where something later needs it. */
function steps(s: Story) {
  let opened = ''
  const deeds: Record<Step, () => Promise<unknown>> = {
    account: () =>
      root('post', '/accounts', { email: s.email, emailVerified: true, name: 'Ana Lind' }, [201, 409]),
    invite: async () => {
      const wanted = { email: s.email, role: 'editor', projects: ['blog'] }
      const invitations = `/api/v1/organizations/${s.organizationId}/invitations`
      const { id } = await call(s.admin, 'post', invitations, wanted)
      const link = await call(s.admin, 'post', `/api/v1/invitations/${id}/deliveries`, { channel: 'link' })
      const { pathname, hash } = new URL(link.url)
      opened = `${pathname}?t=${new URLSearchParams(hash.slice(1)).get('t')}`
    },
    scan: async () => {
      for (let round = 0; round < 10; round += 1) {
        await app.api.head(opened)
        expect((await app.api.get(opened)).status).toBe(200)
      }
    },
    'sign in': async () => {
      const browser = app.browser()
      const { base64 } = s.provider.respond({
        acsUrl: s.connection.acsUrl,
        audience: s.connection.spEntityId,
        nameId: 'u-ana',
        now: app.world.clock.now(),
        attributes: { email: s.email, firstName: 'Ana', lastName: 'Lind' },
      })
      const posted = await browser
        .post(new URL(s.connection.acsUrl).pathname)
        .type('form')
        .send({ SAMLResponse: base64 })
      expect([posted.status, posted.headers['gatehouse-reason']]).toEqual([303, undefined])
      const hop = await browser.get(posted.headers.location ?? '')
      expect(hop.status).toBe(303)
      const session = JSON.parse((await browser.get('/api/v1/session')).text)
      expect(session).toMatchObject({
        organization: { id: s.organizationId },
        authenticatedBy: { type: 'saml' },
      })
    },
    push: () =>
      call(s.directory.token, 'post', `${s.directory.path}/Users`, {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
        userName: s.email,
        externalId: '00u-ana',
        active: true,
        emails: [{ value: s.email, primary: true, type: 'work' }],
        name: { givenName: 'Ana', familyName: 'Lind' },
      }),
  }
  return deeds
}

const explanation = (s: Story) =>
  call(
    s.admin,
    'get',
    `/api/v1/organizations/${s.organizationId}/explanation?email=${encodeURIComponent(s.email)}`,
  )

async function endOf(s: Story) {
  const { items: members } = await call(
    s.admin,
    'get',
    `/api/v1/organizations/${s.organizationId}/members?q=ana@`,
  )
  const { items: invitations } = await call(
    s.admin,
    'get',
    `/api/v1/organizations/${s.organizationId}/invitations`,
  )
  const accounts = await root('get', `/accounts?email=${encodeURIComponent(s.email)}`)
  const why = await explanation(s)
  return {
    accounts: (accounts.items ?? accounts).length,
    members: members.map((m: Body) => [m.status, m.role, m.projects]),
    origins: members
      .flatMap((m: Body) => m.grants.map((g: Body) => `${g.origin.type}:${g.role ?? 'project'}`))
      .sort(),
    invitations: invitations.map((i: Body) => [
      i.role,
      ['accepted', 'satisfied'].includes(i.status) ? 'settled' : i.status,
    ]),
    verdict: [why.verdict, why.reason.code],
  }
}

const joined = {
  accounts: 1,
  members: [['active', 'editor', ['blog']]],
  origins: ['directory-default:viewer', 'invitation:editor', 'invitation:project', 'jit-default:viewer'],
  invitations: [['editor', 'settled']],
  verdict: ['joined', 'joined'],
}

describe('the story that started it', () => {
  test('an unconnected account, an invitation, ten scanners, a tile, a directory: one account, one membership, as invited', async () => {
    const s = await begin()
    const happen = steps(s)
    await happen.account()
    await happen.invite()
    await happen.scan()
    const before = await explanation(s)
    expect(before).toMatchObject({
      verdict: 'can_join',
      reason: {
        code: 'account_exists',
        message: expect.stringContaining('not connected'),
        nextActor: 'person',
      },
      wouldHappen: {
        invitation: { outcome: 'join', reason: 'joined' },
        signIn: { rule: 'R4', outcome: 'link', reason: 'joined' },
        directory: { rule: 'C3', outcome: 'link', reason: 'joined' },
      },
    })
    const texts = before.evidence.map((e: Body) => e.text).join('\n')
    expect(texts).toContain('The account is not connected to the single sign-on "Acme IdP".')
    expect(texts.match(/looks like a mail scanner/g)?.length).toBeGreaterThanOrEqual(10)
    await tryFixes(s, before.fixes)
    await happen['sign in']()
    await happen.push()
    expect(await endOf(s)).toEqual(joined)
    const after = await explanation(s)
    expect(after.reason).toMatchObject({ code: 'joined', nextActor: 'nobody' })
    const told = after.evidence.map((e: Body) => e.text).join('\n')
    expect(told).toContain('The account is connected to "Acme IdP" by rule R4 (P3).')
    expect(told).toContain(`"Okta" has a record with user name ${s.email}, bound to the account.`)
  })

  /** Every fix that the explanation offers is taken by the server, and the sign-in leads to the identity provider. */
  async function tryFixes(s: Story, fixes: Body[]) {
    expect(fixes.length).toBeGreaterThan(0)
    for (const fix of fixes.filter((f) => f.method !== 'GET')) {
      await call(s.admin, fix.method.toLowerCase(), fix.href, fix.body)
    }
    const [start] = fixes.filter((f) => f.method === 'GET')
    const answer = await app.browser().get(new URL(start.href).pathname)
    expect([answer.status, answer.headers.location?.startsWith(s.provider.ssoUrl)]).toEqual([303, true])
  }

  const rest = permutations<Step>(['account', 'scan', 'sign in', 'push'])
  test.each(rest.map((order) => [order.join(', '), order]))(
    'in the order invite, %s it ends alike',
    async (_title, order) => {
      const s = await begin()
      const happen = steps(s)
      await happen.invite()
      for (const step of order as Step[]) await happen[step]()
      expect(await endOf(s)).toEqual(joined)
    },
  )
})
