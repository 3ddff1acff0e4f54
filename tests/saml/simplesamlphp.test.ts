// Sign-ins through a real SimpleSAMLphp.
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { movableClock } from '../../src/kernel/clock.ts'
import { parseIdpMetadata } from '../../src/xml/idp-metadata.ts'
import {
  type ServiceProvider,
  type SimpleSamlPhp,
  simpleSamlPhpMissing,
  startSimpleSamlPhp,
} from '../support/simplesamlphp.ts'
import { type SignOn, signOn } from '../support/single-sign-on.ts'

const missing = simpleSamlPhpMissing()
if (missing && process.env.REQUIRE_ALL === '1') throw new Error(missing)
if (missing) process.stderr.write(`Skipped: sign-ins through SimpleSAMLphp. ${missing}\n`)

const whenInstalled = missing ? describe.skip : describe

whenInstalled('a person of SimpleSAMLphp', () => {
  let idp: SimpleSamlPhp
  let door: SignOn
  let sp: ServiceProvider

  beforeAll(async () => {
    ;[idp, door] = await Promise.all([startSimpleSamlPhp(), signOn({ clock: movableClock() })])
    const metadata = parseIdpMetadata(await (await fetch(idp.metadataUrl)).text(), new Date())
    const certificates = metadata.certificates.map((one) => ({
      certificate: one.der,
      fingerprint: one.fingerprint,
      notAfter: one.notAfter,
    }))
    await door.rows('update connections set idp_entity_id = $1, sso_url = $2, certificates = $3', [
      metadata.entityId,
      metadata.ssoUrl,
      JSON.stringify(certificates),
    ])
    sp = { entityId: door.spEntityId, acsUrl: door.acsUrl }
    idp.serve(sp)
  }, 30_000)

  afterAll(() => idp?.stop())

  async function arrive(agent = door.browser(), from?: string) {
    const { action, fields } = await idp.signIn(from)
    expect(action).toBe(door.acsUrl)
    const finished = await door.signIn(agent, fields.SAMLResponse ?? '', fields.RelayState)
    return { status: finished.status, reason: finished.headers['gatehouse-reason'], agent }
  }

  const lastLog = async () =>
    (
      await door.rows<Record<string, unknown>>(
        'select outcome, name_id, attributes, idp_initiated, checks from sign_ins order by id desc limit 1',
      )
    )[0]

  test('signs in from its own link, with Response and Assertion signed', async () => {
    expect(await arrive()).toMatchObject({ status: 303, reason: undefined })
    expect(await lastLog()).toMatchObject({
      outcome: 'accepted',
      name_id: 'ana-1',
      idp_initiated: true,
      attributes: { email: ['ana@acme.test'], lastName: ['Lind & Söhne'], groups: ['editors', 'staff'] },
      checks: expect.arrayContaining([
        { name: 'Signature', ok: true, detail: 'Signed: response and assertion.' },
      ]),
    })
  })

  test('signs in by our request, and the same account comes back', async () => {
    const agent = door.browser()
    const started = await agent.get(`/saml/${door.connectionId}/sign-in`)
    expect(await arrive(agent, started.headers.location)).toMatchObject({ status: 303, reason: undefined })
    expect(await lastLog()).toMatchObject({ outcome: 'accepted', idp_initiated: false })
    expect(await door.rows('select count(*)::int as n from accounts')).toEqual([{ n: 1 }])
  })

  test.each([
    ['the Assertion alone', "'saml20.sign.response' => false, 'saml20.sign.assertion' => true"],
    ['the Response alone', "'saml20.sign.response' => true, 'saml20.sign.assertion' => false"],
  ])('signs in with a signature on %s', async (_, settings) => {
    idp.serve({ ...sp, settings })
    expect(await arrive()).toMatchObject({ status: 303, reason: undefined })
  })

  test('is refused with nothing signed', async () => {
    idp.serve({ ...sp, settings: "'saml20.sign.response' => false, 'saml20.sign.assertion' => false" })
    expect(await arrive()).toMatchObject({ status: 403, reason: 'saml_response_invalid' })
  })

  test('signs in encrypted under the legacy switch, for its cipher is CBC', async () => {
    const metadata = await door.api.get(`/saml/${door.connectionId}/metadata`).responseType('text')
    const encryptTo = /<ds:X509Certificate>([^<]+)</.exec(String(metadata.body))?.[1] ?? ''
    idp.serve({ ...sp, encryptTo })
    expect(await arrive()).toMatchObject({ status: 403, reason: 'saml_response_invalid' })
    await door.rows(`update connections set legacy = '{"sha1": false, "encryption": true}'`)
    expect(await arrive()).toMatchObject({ status: 303, reason: undefined })
  })
})
