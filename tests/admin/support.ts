// The JSON API as tests call it: every answer is held against the schema that the document shows for its route.
import { expect } from '@jest/globals'
import { makeProvider } from '../../idp-fixtures/provider.ts'
import type { World } from '../../src/actions/world.ts'
import type { Method, Route } from '../../src/admin/route.ts'
import { routes } from '../../src/admin/routes.ts'
import { newSelfSigned } from '../../src/kernel/self-signed.ts'
import { type FreshApp, freshApp } from '../support/app.ts'
import type { WorldOptions } from '../support/world.ts'

export interface Answer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the schema has checked.
  body: any
  headers: Record<string, string>
}

export interface CallOptions {
  /** A bearer token; the root key unless said otherwise, null for none. */
  as?: string | null
  headers?: Record<string, string>
}

type Calling = (path: string, body?: unknown, options?: CallOptions) => Promise<Answer>

export interface Client extends Record<Method, Calling> {
  world: World
  fresh: FreshApp
}

/** The API of a fresh application; `body` of `get` and `delete` is left out by passing undefined. */
export async function client(options: WorldOptions = {}): Promise<Client> {
  const fresh = await freshApp(options)
  const call =
    (method: Method): Calling =>
    async (path, body, { as = fresh.rootKey, headers = {} } = {}) => {
      let request = fresh.api[method](`/api/v1${path}`)
      if (as !== null) request = request.set('Authorization', `Bearer ${as}`)
      for (const [name, value] of Object.entries(headers)) request = request.set(name, value)
      const answer = await (body === undefined ? request : request.send(body as object))
      checkAnswer(method, path, answer)
      return answer
    }
  return {
    world: fresh.world,
    fresh,
    get: call('get'),
    post: call('post'),
    put: call('put'),
    patch: call('patch'),
    delete: call('delete'),
  }
}

/** The route of a method and address, or undefined. */
export function routeOf(method: string, path: string): Route | undefined {
  const bare = path.replace(/\?.*$/, '')
  return routes.find(
    (one) => one.method === method && new RegExp(`^${one.path.replace(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  )
}

function checkAnswer(method: Method, path: string, answer: Answer): void {
  if (answer.status >= 400) {
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(answer.body).toMatchObject({
      status: answer.status,
      code: expect.any(String),
      detail: expect.any(String),
      title: expect.any(String),
    })
    return
  }
  const route = routeOf(method, path)
  expect(answer.status).toBe(route?.status)
  if (route?.answer === null) expect(answer.body).toEqual({})
  else expect(() => route?.answer?.parse(answer.body)).not.toThrow()
}

let serial = 0

/** An organization with a proven domain `<slug>.test`. */
export async function organization(api: Client): Promise<{ id: string; slug: string; domain: string }> {
  serial += 1
  const slug = `org-${serial}`
  const made = await api.post('/organizations', { name: `Org ${serial}`, slug })
  const domain = `${slug}.test`
  const claim = await api.post(`/organizations/${slug}/domains`, { domain })
  await api.post(`/organizations/${slug}/domains/${claim.body.id}/verification`, { attested: true })
  return { id: made.body.id, slug, domain }
}

export interface Person {
  accountId: string
  memberId: string
  email: string
  /** A session of theirs in the organization, with an own proof of the moment of its making. */
  token: string
}

/** A member of the given role with a host session. */
export async function person(
  api: Client,
  org: { id: string; domain: string },
  role: string,
): Promise<Person> {
  serial += 1
  const email = `p${serial}@${org.domain}`
  const account = await api.post('/accounts', { email, emailVerified: true, name: `Person ${serial}` })
  const member = await api.post(`/organizations/${org.id}/members`, { accountId: account.body.id, role })
  const token = await session(api, account.body.id, org.id)
  return { accountId: account.body.id, memberId: member.body.id, email, token }
}

/** A fresh host session of an account. */
export async function session(api: Client, accountId: string, organization?: string): Promise<string> {
  const opened = await api.post(`/accounts/${accountId}/sessions`, organization ? { organization } : {})
  expect(opened.status).toBe(201)
  return opened.body.token
}

/** A key of the organization; the root key makes it unless said otherwise. */
export async function key(api: Client, org: { id: string }, role: string, as?: string): Promise<string> {
  const made = await api.post(
    `/organizations/${org.id}/api-keys`,
    { name: `${role} key`, role },
    as === undefined ? {} : { as },
  )
  expect(made.status).toBe(201)
  return made.body.key
}

const providerKey = newSelfSigned('IdP', new Date('2026-01-01T00:00:00Z'), 20)

/** The metadata of an identity provider with this entityID. */
export async function metadata(entityId = 'https://idp.acme.test/saml'): Promise<string> {
  return makeProvider(entityId, 'https://idp.acme.test/sso', await providerKey).metadataXml
}
