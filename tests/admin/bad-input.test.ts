// Bad input at every route: the documented refusal, the field named, no row changed, never a 500.
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Route } from '../../src/admin/route.ts'
import { routes } from '../../src/admin/routes.ts'
import { type Client, client, key, metadata, organization, person, session } from './support.ts'

const UNKNOWN = '0198c0de-0000-7000-8000-000000000000'

interface Scene {
  org: { id: string; slug: string; domain: string }
  /** Ids by the name of the parameter. */
  ids: Record<string, string>
  owner: string
  editor: string
  key: string
}

let api: Client
let ours: Scene
let theirs: Scene
let accountSession: string

/** An organization with one of everything that a route may name. */
async function scene(): Promise<Scene> {
  const org = await organization(api)
  const owner = await person(api, org, 'owner')
  const editor = await person(api, org, 'editor')
  const at = `/organizations/${org.id}`
  const claim = await api.post(`${at}/domains`, { domain: `second.${org.domain}` })
  const invited = await api.post(`${at}/invitations`, { email: `new@${org.domain}`, role: 'editor' })
  const connection = await api.post(`${at}/connections`, { name: 'IdP', metadataXml: await metadata() })
  const directory = await api.post(`${at}/directories`, { name: 'Directory' })
  const token = await api.post(`/directories/${directory.body.id}/tokens`, { label: 'one' })
  const oauth = await api.post(`/directories/${directory.body.id}/oauth-clients`, { label: 'one' })
  const apiKey = await api.post(`${at}/api-keys`, { name: 'key', role: 'admin' })
  const endpoint = await api.post('/webhook-endpoints', {
    url: 'http://127.0.0.1:9/hook',
    events: ['*'],
    organizationId: org.id,
  })
  for (const made of [claim, invited, connection, directory, token, oauth, apiKey, endpoint])
    expect(made.status).toBe(201)
  return {
    org,
    owner: owner.token,
    editor: editor.token,
    key: await key(api, org, 'admin'),
    ids: {
      org: org.id,
      email: `blocked@${org.domain}`,
      accountId: owner.accountId,
      domainId: claim.body.id,
      memberId: editor.memberId,
      invitationId: invited.body.id,
      connectionId: connection.body.id,
      directoryId: directory.body.id,
      tokenId: token.body.id,
      clientId: oauth.body.id,
      secretId: oauth.body.secrets[0].id,
      keyId: apiKey.body.id,
      endpointId: endpoint.body.id,
      attemptId: UNKNOWN,
      conflictId: UNKNOWN,
      identityId: UNKNOWN,
    },
  }
}

beforeAll(async () => {
  api = await client()
  everyTable = await tableQuery()
  ours = await scene()
  theirs = await scene()
  const stranger = await api.post('/accounts', { email: 'stranger@elsewhere.test', emailVerified: true })
  accountSession = await session(api, stranger.body.id)
}, 120_000)

function address(route: Route, ids: Record<string, string>): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(ids[name] ?? UNKNOWN))
  return path + required(route)
}

/** The query without which a route is not even asked. */
function required(route: Route): string {
  return route.operationId === 'explain' ? '?email=who%40elsewhere.test' : ''
}

/** Headers without which the request is refused before its body is read. */
function headersOf(route: Route): Record<string, string> {
  return route.requiresIfMatch ? { 'If-Match': '"x"' } : {}
}

/** Every row of every table that a request could change, apart from what only counts uses. */
async function fingerprint(): Promise<string> {
  const rows = await api.world.dataSource.query(everyTable)
  return rows.map((row: { name: string; n: number; h: string }) => `${row.name} ${row.n} ${row.h}`).join('\n')
}

let everyTable = ''

/** One statement over all tables, because it runs before and after each test. */
async function tableQuery(): Promise<string> {
  const tables: { name: string }[] = await api.world.dataSource.query(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'
     and table_name not in ('rate_limits', 'migrations', 'idempotency_keys', 'api_keys') order by 1`,
  )
  return tables
    .map(
      ({ name }) =>
        `select '${name}' as name, count(*)::int n, md5(coalesce(string_agg(t::text, '|' order by t::text), '')) h from "${name}" t`,
    )
    .join(' union all ')
}

async function unchanged(work: () => Promise<void>): Promise<void> {
  const before = await fingerprint()
  await work()
  expect(await fingerprint()).toBe(before)
}

const named = routes.map((route) => [`${route.method.toUpperCase()} ${route.path}`, route] as const)
const withBody = named.filter(([, route]) => route.body !== null)
const withIds = named.filter(([, route]) => /\{/.test(route.path))

describe('every route', () => {
  test.each(named)('%s refuses a missing, a malformed and an unknown token', async (_, route) => {
    await unchanged(async () => {
      for (const as of [null, 'key_unknown', `ses_${'a'.repeat(43)}`]) {
        const answer = await api[route.method](address(route, ours.ids), undefined, { as })
        expect(answer.status).toBe(401)
        expect(answer.body.code).toBe('unauthenticated')
        expect(answer.headers['www-authenticate']).toMatch(/^Bearer/)
      }
      const basic = await api[route.method](address(route, ours.ids), undefined, {
        as: null,
        headers: { Authorization: 'Basic cm9vdDpyb290' },
      })
      expect(basic.status).toBe(401)
    })
  })

  test.each(withIds)('%s answers 404 for what does not exist', async (_, route) => {
    await unchanged(async () => {
      for (const id of [UNKNOWN, 'no-such-thing', '%00', 'a%2Fb', "x'--"]) {
        const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
        const target = names[names.length - 1] === 'email' ? (names[0] as string) : (names.at(-1) as string)
        const path = route.path.replace(/\{(\w+)\}/g, (_m, name: string) =>
          name === target ? id : encodeURIComponent(ours.ids[name] ?? UNKNOWN),
        )
        const query = required(route)
        const body = route.body === null ? undefined : await goodBody(route)
        const answer = await api[route.method](path + query, body, {
          as: callerFor(route),
          headers: headersOf(route),
        })
        expect({ id, status: answer.status, body: answer.body }).toMatchObject({ id, status: 404 })
      }
    })
  })

  test.each(withIds)('%s answers 404 for what is another organization’s', async (_, route) => {
    if (['root', 'session', 'anybody'].includes(route.need)) return
    await unchanged(async () => {
      for (const as of [ours.owner, ours.key]) {
        const body = route.body === null ? undefined : await goodBody(route)
        const answer = await api[route.method](address(route, theirs.ids), body, {
          as,
          headers: headersOf(route),
        })
        expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 404 })
      }
    })
  })

  test.each(named)('%s refuses who stands too low', async (_, route) => {
    const low: Record<string, string[]> = {
      root: [ours.owner, ours.key, ours.editor],
      owner: [ours.key, ours.editor],
      admin: [ours.editor],
    }
    await unchanged(async () => {
      for (const as of low[route.need] ?? []) {
        const body = route.body === null ? undefined : await goodBody(route)
        const answer = await api[route.method](address(route, ours.ids), body, {
          as,
          headers: headersOf(route),
        })
        const none = /\/(conflicts|approvals|attempts)\/?/.test(route.path) && answer.status === 404
        if (!none) expect({ status: answer.status, code: answer.body.code }).toMatchObject({ status: 403 })
      }
    })
  })

  test.each(withBody)(
    '%s refuses bodies that are no JSON, of another type and too large',
    async (_, route) => {
      const as = callerFor(route)
      const path = address(route, ours.ids)
      const send = (type: string, body: string) => {
        let request = api.fresh.api[route.method](`/api/v1${path}`)
          .set('Authorization', `Bearer ${as}`)
          .set('Content-Type', type)
        for (const [name, value] of Object.entries(headersOf(route))) request = request.set(name, value)
        return request.send(body)
      }
      await unchanged(async () => {
        const broken = await send('application/json', '{"name": ')
        expect([broken.status, broken.body.code]).toEqual([400, 'malformed_json'])
        const form = await send('application/x-www-form-urlencoded', 'name=x')
        expect([form.status, form.body.code]).toEqual([415, 'unsupported_media_type'])
        const charset = await send('application/json; charset=utf-7', '{}')
        expect(charset.status).toBe(415)
        const large = await send('application/json', JSON.stringify({ name: 'x'.repeat(1_100_000) }))
        expect([large.status, large.body.code]).toEqual([413, 'body_too_large'])
      })
    },
  )

  test.each(withBody)('%s names the field that is wrong', async (_, route) => {
    const as = callerFor(route)
    const path = address(route, ours.ids)
    await unchanged(async () => {
      const unknown = await api[route.method](
        path,
        Array.isArray(await goodBody(route))
          ? [{ unheardOf: 1 }]
          : { ...((await goodBody(route)) as object), unheardOf: 1 },
        { as, headers: headersOf(route) },
      )
      expect(unknown.status).toBe(400)
      expect(unknown.body.errors.map((one: { path: string }) => one.path)).toEqual(
        expect.arrayContaining([expect.stringMatching(/unheardOf$|^0/)]),
      )
      for (const body of ['text', 7, true, null, { name: { deep: [] } }, [[]]]) {
        const answer = await api.fresh.api[route.method](`/api/v1${path}`)
          .set('Authorization', `Bearer ${as}`)
          .set('If-Match', '"x"')
          .set('Content-Type', 'application/json')
          .send(JSON.stringify(body))
        expect({ body, status: answer.status }).toEqual({ body, status: 400 })
        expect(answer.body.errors.length).toBeGreaterThan(0)
      }
    })
  })

  test.each(named)('%s tells other methods which ones there are', async (_, route) => {
    const methods = routes.filter((one) => one.path === route.path).map((one) => one.method)
    const other = (['put', 'patch', 'post'] as const).find((method) => !methods.includes(method))
    if (other === undefined) return
    const answer = await api[other](address(route, ours.ids))
    expect(answer.status).toBe(405)
    for (const method of methods) expect(answer.headers.allow).toContain(method.toUpperCase())
  })

  test.each(named.filter(([, route]) => route.query !== null))(
    '%s refuses unknown and wrong parameters',
    async (_, route) => {
      const as = callerFor(route)
      for (const query of [
        'unheardOf=1',
        'limit=0',
        'limit=201',
        'limit=ten',
        'cursor=%00',
        'cursor=bm8',
        'limit=1&limit=2',
      ]) {
        if (!query.startsWith('unheardOf') && route.query?.shape.limit === undefined) continue
        const answer = await api[route.method](withQuery(address(route, ours.ids), query), undefined, { as })
        expect({ query, status: answer.status }).toEqual({ query, status: 400 })
        expect(answer.body.errors[0].path).toBe(query.split('=')[0])
      }
    },
  )
})

describe('the API', () => {
  test('knows no other address', async () => {
    for (const path of [
      '/api/v1/nothing',
      '/api/v1/organizations/',
      '/api/v1/Organizations',
      '/api/v2/roles',
    ]) {
      const answer = await api.fresh.api.get(path).set(api.fresh.root)
      expect([path, answer.status, answer.headers['content-type']]).toEqual([
        path,
        404,
        'application/problem+json',
      ])
    }
  })

  test('takes a broken percent-encoding for the caller’s fault', async () => {
    const answer = await api.fresh.api.get('/api/v1/organizations/%E0%A4%A').set(api.fresh.root)
    expect(answer.status).toBe(400)
  })

  test('opens nothing to an account session', async () => {
    for (const path of [
      `/organizations/${ours.org.id}`,
      `/organizations/${ours.org.id}/members`,
      '/accounts',
    ]) {
      expect([403, 404]).toContain((await api.get(path, undefined, { as: accountSession })).status)
    }
  })
})

function callerFor(route: Route): string {
  return route.need === 'session' || route.need === 'member' ? ours.owner : api.fresh.rootKey
}

const bodies: Record<string, unknown> = {
  createOrganization: { name: 'New', slug: 'new' },
  createProject: { slug: 'p', name: 'P' },
  createApiKey: { name: 'k', role: 'viewer' },
  createDomain: { domain: 'other.test' },
  applyDomain: { planHash: 'x' },
  createAccount: { email: 'x@other.test', emailVerified: false },
  addAccountEmail: { address: 'y@other.test', verified: false },
  addMember: { accountId: UNKNOWN, role: 'viewer' },
  changeMember: { role: 'viewer' },
  createInvitation: { email: 'z@other.test', role: 'viewer' },
  deliverInvitation: { channel: 'link' },
  extendInvitation: { days: 7 },
  acceptInvitation: { accountId: UNKNOWN },
  declineInvitation: { accountId: UNKNOWN },
  createDirectory: { name: 'd' },
  createDirectoryToken: { label: 't' },
  createOauthClient: { label: 'c' },
  createEventStream: { delivery: { method: 'poll' } },
  updateEventStream: { status: 'paused' },
  previewMappings: [],
  putMappings: [],
  resolveConflict: { choice: 'keep' },
  decideApproval: { approve: true },
  createWebhookEndpoint: { url: 'http://127.0.0.1:9/hook', events: ['*'] },
  confirmProof: { code: '000000' },
  startConnecting: { connectionId: UNKNOWN },
}

function withQuery(path: string, query: string): string {
  return `${path}${path.includes('?') ? '&' : '?'}${query}`
}

async function goodBody(route: Route): Promise<unknown> {
  if (route.operationId === 'createConnection') return { name: 'c', metadataXml: await metadata() }
  if (route.operationId === 'createWebhookEndpoint')
    return { ...(bodies.createWebhookEndpoint as object), organizationId: ours.org.id }
  return bodies[route.operationId] ?? {}
}
