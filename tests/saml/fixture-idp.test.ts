// The fixture identity provider of the demo: its tiles sign in, from its own page and by our request.
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { type FixtureIdp, startFixtureIdp } from '../../idp-fixtures/server.ts'
import { movableClock } from '../../src/kernel/clock.ts'
import { parseIdpMetadata } from '../../src/xml/idp-metadata.ts'
import { testKey } from '../support/identity-provider.ts'
import { type Agent, type SignOn, signOn } from '../support/single-sign-on.ts'

let idp: FixtureIdp
let door: SignOn

beforeAll(async () => {
  door = await signOn({ clock: movableClock() })
  const people = [
    { nameId: 'u-1', email: 'ana@acme.test', firstName: 'Ana', lastName: 'O’Neil <&>', groups: ['editors'] },
  ]
  idp = await startFixtureIdp(await testKey(), people)
  const metadata = parseIdpMetadata(await (await fetch(`${idp.url}/metadata`)).text(), new Date())
  await door.rows('update connections set idp_entity_id = $1, sso_url = $2, certificates = $3', [
    metadata.entityId,
    metadata.ssoUrl,
    JSON.stringify(
      metadata.certificates.map((one) => ({
        certificate: one.der,
        fingerprint: one.fingerprint,
        notAfter: one.notAfter,
      })),
    ),
  ])
})

afterAll(() => idp.close())

async function pressTile(from: string, agent: Agent) {
  const tiles = await (await fetch(from)).text()
  const href = /class="tile" href="([^"]+)"/.exec(tiles)![1]!.replaceAll('&#38;', '&')
  const page = await (await fetch(new URL(href, idp.url))).text()
  const value = (name: string) => new RegExp(`name="${name}" value="([^"]*)"`).exec(page)?.[1]
  return door.signIn(agent, value('SAMLResponse') ?? '', value('RelayState'))
}

test('a tile signs in once the service provider is known, and says so before', async () => {
  const tile = `${idp.url}/tile?person=u-1`
  expect((await fetch(tile)).status).toBe(404)
  idp.target({ acsUrl: door.acsUrl, spEntityId: door.spEntityId, title: 'Gatehouse' })
  expect((await pressTile(idp.url, door.browser())).status).toBe(303)
})

test('a tile answers the request that came to it, with its RelayState', async () => {
  const agent = door.browser()
  const started = await agent.get(`/saml/${door.connectionId}/sign-in`)
  expect((await pressTile(started.headers.location!, agent)).status).toBe(303)
  const [row] = await door.rows('select outcome, idp_initiated from sign_ins order by id desc limit 1')
  expect(row).toEqual({ outcome: 'accepted', idp_initiated: false })
})

test('it answers nothing to an address that is not the service provider’s', async () => {
  const answer = await fetch(`${idp.url}/tile?person=u-1&to=https://evil.test/acs`)
  expect(answer.status).toBe(400)
})
