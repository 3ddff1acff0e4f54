// The single sign-on door over HTTP, on a real database.

import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { newId } from '../../src/kernel/ids.ts'
import { type Agent, type Answer, type SignOn, signOn } from '../support/single-sign-on.ts'

let door: SignOn

beforeAll(async () => {
  door = await signOn()
})

const cookiesOf = (answer: Answer) => [answer.headers['set-cookie'] ?? []].flat() as string[]
const sessionOf = (answer: Answer) => cookiesOf(answer).find((one) => one.startsWith('gatehouse_session='))
const reasonOf = (answer: Answer) => answer.headers['gatehouse-reason']

async function people(): Promise<{ accounts: number; sessions: number; members: number }> {
  const [row] = await door.rows<{ accounts: number; sessions: number; members: number }>(
    `select (select count(*)::int from accounts) as accounts, (select count(*)::int from sessions) as sessions,
            (select count(*)::int from memberships where status = 'active') as members`,
  )
  return row!
}

async function lastLog() {
  const [row] = await door.rows<{
    outcome: string
    reason: string | null
    checks: { name: string; ok: boolean }[]
    response_xml: string | null
  }>('select outcome, reason, checks, response_xml from sign_ins order by id desc limit 1')
  return row!
}

/** Starts at our door and gives what the provider is asked. */
async function begin(agent: Agent, returnTo?: string) {
  const answer = await agent
    .get(`/saml/${door.connectionId}/sign-in`)
    .query(returnTo ? { return_to: returnTo } : {})
  const url = new URL(answer.headers.location ?? '')
  const xml = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
  return { answer, url, id: / ID="([^"]+)"/.exec(xml)![1]!, relayState: url.searchParams.get('RelayState')! }
}

describe('a sign-in from the identity provider’s tile', () => {
  test('B2: joins a person of a proven domain and opens a session one hop later', async () => {
    const agent = door.browser()
    const posted = await door.post(
      agent,
      door.response({ nameId: 'b2', attributes: { email: 'b2@acme.test' } }),
    )
    expect(posted.status).toBe(303)
    expect(posted.headers.location).toBe(`/saml/${door.connectionId}/continue`)
    expect(sessionOf(posted)).toBeUndefined()
    expect(cookiesOf(posted).join()).toMatch(/gatehouse_sign_in=psi_[^;]+;.*HttpOnly; SameSite=Lax/)
    const before = await people()
    const finished = await agent.get(posted.headers.location!).set('Sec-Fetch-Site', 'cross-site')
    expect(finished.status).toBe(303)
    expect(sessionOf(finished)).toMatch(/^gatehouse_session=[^;]+;.*HttpOnly; SameSite=Lax/)
    expect(await people()).toEqual({
      accounts: before.accounts + 1,
      sessions: before.sessions + 1,
      members: before.members + 1,
    })
    expect(await lastLog()).toMatchObject({
      outcome: 'accepted',
      response_xml: expect.stringContaining('[removed]'),
    })
  })

  test('T-34: posted again it opens nothing, in the same envelope or another, one after the other or at once', async () => {
    const assertionId = '_replayed'
    const field = door.response({ nameId: 'replay', attributes: { email: 'replay@acme.test' }, assertionId })
    const posts = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const agent = door.browser()
        return { agent, posted: await door.post(agent, field) }
      }),
    )
    const finished = await Promise.all(posts.map(({ agent, posted }) => agent.get(posted.headers.location!)))
    expect(finished.filter((one) => one.status === 303 && sessionOf(one))).toHaveLength(1)
    expect(new Set(finished.filter((one) => one.status !== 303).map(reasonOf))).toEqual(
      new Set(['assertion_replayed']),
    )
    const again = await door.signIn(door.browser(), field)
    expect([again.status, reasonOf(again)]).toEqual([403, 'assertion_replayed'])
    const another = await door.signIn(
      door.browser(),
      door.response({ nameId: 'replay', assertionId, attributes: { email: 'replay@acme.test' } }),
    )
    expect([another.status, reasonOf(another)]).toEqual([403, 'assertion_replayed'])
  })

  test('the hop finishes once, in the browser that got the cookie, and never by HEAD', async () => {
    const agent = door.browser()
    const posted = await door.post(
      agent,
      door.response({ nameId: 'hop', attributes: { email: 'hop@acme.test' } }),
    )
    const head = await agent.head(posted.headers.location!)
    expect([head.status, sessionOf(head)]).toEqual([200, undefined])
    const other = await door.browser().get(posted.headers.location!)
    expect([other.status, reasonOf(other)]).toEqual([403, 'request_unknown'])
    expect((await agent.get(posted.headers.location!)).status).toBe(303)
    const twice = await agent.get(posted.headers.location!)
    expect([twice.status, reasonOf(twice)]).toEqual([403, 'request_unknown'])
  })

  test('B15: a browser that holds another account’s session is asked before anything changes', async () => {
    const agent = door.browser()
    await door.signIn(agent, door.response({ nameId: 'first', attributes: { email: 'first@acme.test' } }))
    const page = await door.signIn(
      agent,
      door.response({ nameId: 'second', attributes: { email: 'second@acme.test' } }),
    )
    expect(page.status).toBe(200)
    expect(page.text).toContain('first@acme.test')
    expect(page.text).toContain('second@acme.test')
    expect(sessionOf(page)).toBeUndefined()
    const nonce = /name="nonce" value="([^"]+)"/.exec(page.text)![1]
    const address = `/saml/${door.connectionId}/continue`
    const foreign = await agent
      .post(address)
      .type('form')
      .set('Sec-Fetch-Site', 'cross-site')
      .send({ nonce, confirm: 'yes' })
    expect([foreign.status, sessionOf(foreign)]).toEqual([403, undefined])
    const without = await agent.post(address).type('form').send({ confirm: 'yes' })
    expect([without.status, sessionOf(without)]).toEqual([403, undefined])
    const finished = await agent
      .post(address)
      .type('form')
      .set('Sec-Fetch-Site', 'same-origin')
      .send({ nonce, confirm: 'yes' })
    expect([finished.status, sessionOf(finished) !== undefined]).toEqual([303, true])
  })

  test('B4: outside a proven domain it leads to the proof page, with no session and no account', async () => {
    const before = await people()
    const agent = door.browser()
    const posted = await door.post(
      agent,
      door.response({ nameId: 'b4', attributes: { email: 'b4@else.test' } }),
    )
    expect([posted.status, reasonOf(posted)]).toEqual([303, 'proof_required'])
    const finished = await agent.get(posted.headers.location!)
    expect([finished.status, reasonOf(finished), sessionOf(finished)]).toEqual([
      303,
      'proof_required',
      undefined,
    ])
    expect(await people()).toEqual(before)
  })

  test('without an address, or with two, is refused by name', async () => {
    for (const email of [undefined, ['a@acme.test', 'b@acme.test']]) {
      const refused = await door.signIn(
        door.browser(),
        door.response({ nameId: 'none', attributes: { email } }),
      )
      expect([refused.status, reasonOf(refused)]).toEqual([403, 'attribute_missing'])
    }
  })
})

describe('a sign-in that begins here', () => {
  test('comes back to the browser that began it, and to where it was going', async () => {
    const agent = door.browser()
    const { answer, url, id, relayState } = await begin(agent, '/welcome')
    expect(answer.status).toBe(303)
    expect(url.origin + url.pathname).toBe('https://idp.acme.test/sso')
    expect(relayState.length).toBeLessThanOrEqual(80)
    const finished = await door.signIn(
      agent,
      door.response({ nameId: 'sp', inResponseTo: id, attributes: { email: 'sp@acme.test' } }),
      relayState,
    )
    expect([finished.status, sessionOf(finished) !== undefined]).toEqual([303, true])
    const again = await door.signIn(
      agent,
      door.response({ nameId: 'sp', inResponseTo: id, attributes: { email: 'sp@acme.test' } }),
      relayState,
    )
    expect([again.status, reasonOf(again)]).toEqual([403, 'request_unknown'])
  })

  test('in another browser is refused, and the request survives for its own', async () => {
    const agent = door.browser()
    const { id } = await begin(agent)
    const stranger = await door.signIn(
      door.browser(),
      door.response({ nameId: 'own', inResponseTo: id, attributes: { email: 'own@acme.test' } }),
    )
    expect([stranger.status, reasonOf(stranger)]).toEqual([403, 'request_unknown'])
    await door.post(agent, Buffer.from(`<samlp:Response InResponseTo="${id}"/>`).toString('base64'))
    const finished = await door.signIn(
      agent,
      door.response({ nameId: 'own', inResponseTo: id, attributes: { email: 'own@acme.test' } }),
    )
    expect(finished.status).toBe(303)
  })

  test.each([
    ['an unknown request', (xml: string) => xml.replaceAll('_asked', '_unknown')],
    [
      'a request named by the Response alone',
      (xml: string) => xml.replace(/(<saml:SubjectConfirmationData[^>]*) InResponseTo="[^"]*"/, '$1'),
    ],
    [
      'a request named by the Assertion alone',
      (xml: string) => xml.replace(/(<samlp:Response[^>]*) InResponseTo="[^"]*"/, '$1'),
    ],
  ])('is refused with %s', async (_, edit) => {
    const refused = await door.signIn(door.browser(), door.response({ inResponseTo: '_asked', edit }))
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'request_unknown'])
  })

  test('is not begun by HEAD', async () => {
    const [before] = await door.rows<{ n: number }>('select count(*)::int as n from saml_requests')
    expect((await door.browser().head(`/saml/${door.connectionId}/sign-in`)).status).toBe(200)
    expect(await door.rows('select count(*)::int as n from saml_requests')).toEqual([before])
  })
})

describe('what is refused before anybody is asked', () => {
  const invalid: [string, Parameters<SignOn['response']>[0], string][] = [
    ['unsigned', { sign: false }, 'Signature'],
    [
      'with SHA-1',
      { sign: { signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' } },
      'Algorithms',
    ],
    ['for another audience', { audience: 'https://else.test' }, 'Audience'],
    ['for another address', { recipient: 'https://else.test/acs' }, 'Recipient'],
    ['of another issuer', { issuer: 'https://evil.test' }, 'Response issuer'],
    ['with a comment in the NameID', { editSigned: (xml) => xml.replace('u-17', 'u-<!---->17') }, 'Document'],
    [
      'with two assertions',
      {
        editSigned: (xml) =>
          xml.replace(
            '<samlp:Status>',
            '<samlp:Extensions><saml:Assertion/></samlp:Extensions><samlp:Status>',
          ),
      },
      'Structure',
    ],
  ]

  test.each(invalid)(
    'a Response %s: one page for all, the cause in the log alone, no row of a person',
    async (_, options, check) => {
      const before = await people()
      const refused = await door.post(door.browser(), door.response(options))
      expect([refused.status, reasonOf(refused), sessionOf(refused)]).toEqual([
        403,
        'saml_response_invalid',
        undefined,
      ])
      expect(refused.headers['content-type']).toBe('text/html; charset=utf-8')
      const plain = await door.post(door.browser(), Buffer.from('<a/>').toString('base64'))
      expect(refused.text).toBe(plain.text)
      const logged = await door.rows<{ checks: { name: string; ok: boolean }[] }>(
        'select checks from sign_ins order by id desc limit 2',
      )
      expect(logged[1]!.checks.filter((one) => !one.ok).map((one) => one.name)).toEqual([check])
      expect(await people()).toEqual(before)
    },
  )

  test('an answer of the provider that is an error says so in the log', async () => {
    const xml = door.provider
      .respond({ acsUrl: door.acsUrl, audience: 'x', nameId: 'x', now: door.world.clock.now(), sign: false })
      .xml.replace(/<saml:Assertion.*<\/saml:Assertion>/, '')
      .replace('status:Success', 'status:Responder')
    const refused = await door.post(door.browser(), Buffer.from(xml).toString('base64'))
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'saml_response_invalid'])
    expect((await lastLog()).checks.at(-1)).toMatchObject({
      name: 'Status',
      detail: expect.stringContaining('Responder'),
    })
  })

  test('T-18: a transient NameID is refused by name', async () => {
    const refused = await door.post(
      door.browser(),
      door.response({ format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }),
    )
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'attribute_missing'])
  })
})

describe('bad input', () => {
  const acs = () => `/saml/${door.connectionId}/acs`

  test.each([
    ['no body', () => door.browser().post(acs()), 400],
    ['JSON', () => door.browser().post(acs()).send({ SAMLResponse: door.response() }), 400],
    ['an empty field', () => door.browser().post(acs()).type('form').send('SAMLResponse='), 400],
    ['no base64', () => door.browser().post(acs()).type('form').send('SAMLResponse=%3Cxml%3E'), 400],
    [
      'two fields',
      () => door.browser().post(acs()).type('form').send('SAMLResponse=PGEvPg==&SAMLResponse=PGEvPg=='),
      400,
    ],
    ['an array field', () => door.browser().post(acs()).type('form').send('SAMLResponse[]=PGEvPg=='), 400],
    [
      'a Response in the query too',
      () =>
        door
          .browser()
          .post(`${acs()}?SAMLResponse=PGEvPg%3D%3D`)
          .type('form')
          .send('SAMLResponse=PGEvPg%3D%3D'),
      400,
    ],
    ['a Response in the query alone', () => door.browser().post(`${acs()}?SAMLResponse=PGEvPg%3D%3D`), 400],
    [
      'over 256 KiB',
      () =>
        door
          .browser()
          .post(acs())
          .type('form')
          .send({ SAMLResponse: Buffer.from(`<a>${'x'.repeat(300_000)}</a>`).toString('base64') }),
      413,
    ],
    [
      'over a megabyte',
      () =>
        door
          .browser()
          .post(acs())
          .type('form')
          .send(`SAMLResponse=${'A'.repeat(1_200_000)}`),
      413,
    ],
    ['GET at the consumer', () => door.browser().get(acs()), 405],
    ['POST at the metadata', () => door.browser().post(`/saml/${door.connectionId}/metadata`), 405],
    [
      'an unknown Connection',
      () => door.browser().post(`/saml/${newId()}/acs`).type('form').send('SAMLResponse=PGEvPg=='),
      404,
    ],
    ['no identifier', () => door.browser().get("/saml/x'--/metadata"), 404],
    ['a broken address', () => door.browser().get('/saml/%E0%A4%A/metadata'), 400],
    [
      'a charset that is not UTF-8',
      () =>
        door
          .browser()
          .post(acs())
          .set('content-type', 'application/x-www-form-urlencoded; charset=utf-16')
          .send('SAMLResponse=x'),
      415,
    ],
    ['a lost cookie', () => door.browser().get(`/saml/${door.connectionId}/continue`), 403],
    [
      'a made-up cookie',
      () =>
        door.browser().get(`/saml/${door.connectionId}/continue`).set('cookie', 'gatehouse_sign_in=psi_x'),
      403,
    ],
  ])('%s is answered with a page and changes nothing', async (_, send, status) => {
    const before = await people()
    const answer = await send()
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(await people()).toEqual(before)
  })
})

test('the metadata of a Connection names its own address and key', async () => {
  const answer = await door.api.get(`/saml/${door.connectionId}/metadata`).responseType('text')
  expect(answer.status).toBe(200)
  expect(answer.headers['content-type']).toBe('application/samlmetadata+xml')
  const xml = String(answer.body)
  expect(xml).toContain(`entityID="${door.spEntityId}"`)
  expect(xml).toContain(`Location="${door.acsUrl}"`)
  expect(xml).toContain('use="encryption"')
})

describe('a Connection with other settings', () => {
  let main: SignOn
  beforeAll(() => {
    main = door
  })
  afterAll(() => {
    door = main
  })

  test('B16: `off` refuses what was not asked for; `restart` offers to begin here', async () => {
    for (const [idpInitiated, offers] of [
      ['off', false],
      ['restart', true],
    ] as const) {
      door = await signOn({ connection: { idpInitiated } })
      const refused = await door.post(door.browser(), door.response())
      expect([refused.status, reasonOf(refused)]).toEqual([403, 'idp_initiated_off'])
      expect(refused.text.includes(`/saml/${door.connectionId}/sign-in`)).toBe(offers)
      const agent = door.browser()
      const { id } = await begin(agent)
      expect((await door.signIn(agent, door.response({ inResponseTo: id }))).status).toBe(303)
    }
  })

  test('a Connection that is off takes nothing and starts nothing', async () => {
    door = await signOn({ connection: { status: 'off' } })
    for (const answer of [
      await door.post(door.browser(), door.response()),
      await door.api.get(`/saml/${door.connectionId}/sign-in`),
    ]) {
      expect([answer.status, reasonOf(answer)]).toEqual([403, 'connection_off'])
    }
  })

  test('B18: a Connection in test reports and changes nothing', async () => {
    door = await signOn({ connection: { status: 'test' } })
    const before = await people()
    const refused = await door.signIn(door.browser(), door.response())
    expect([refused.status, reasonOf(refused)]).toEqual([403, 'test_mode'])
    expect(await people()).toEqual(before)
    expect((await lastLog()).outcome).toBe('test')
  })

  test('a provider that takes requests by POST gets a form that may go nowhere else', async () => {
    door = await signOn({ connection: { ssoBinding: 'post' } })
    const page = await door.api.get(`/saml/${door.connectionId}/sign-in`)
    expect(page.status).toBe(200)
    expect(page.text).toContain('action="https://idp.acme.test/sso"')
    expect(page.headers['content-security-policy']).toContain("form-action 'self' https://idp.acme.test")
  })

  test('an encrypted Assertion signs in with the key of our metadata', async () => {
    door = await signOn()
    const metadata = await door.api.get(`/saml/${door.connectionId}/metadata`).responseType('text')
    const der = /<ds:X509Certificate>([^<]+)</.exec(String(metadata.body))![1]!
    const encryptTo = `-----BEGIN CERTIFICATE-----\n${der.match(/.{1,64}/g)!.join('\n')}\n-----END CERTIFICATE-----\n`
    const finished = await door.signIn(door.browser(), door.response({ sign: { encryptTo } }))
    expect([finished.status, sessionOf(finished) !== undefined]).toEqual([303, true])
  })

  test('T-39: noise from one network stops that network, and nobody else', async () => {
    door = await signOn({ settings: { rateLimits: true, trustProxy: 1 } })
    const from = (address: string, field: string) =>
      door
        .browser()
        .post(`/saml/${door.connectionId}/acs`)
        .set('X-Forwarded-For', address)
        .type('form')
        .send({ SAMLResponse: field })
    for (let i = 0; i < 60; i++) await from('192.0.2.1', 'PGEvPg==')
    const stopped = await from('192.0.2.1', door.response())
    expect([stopped.status, reasonOf(stopped)]).toEqual([429, 'rate_limited'])
    expect((await from('192.0.2.2', door.response())).status).toBe(303)
  })
})
