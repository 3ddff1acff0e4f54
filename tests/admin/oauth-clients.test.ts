// OAuth clients of a directory as administrators make, see and end them.
import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals'
import { exportJWK, generateKeyPair } from 'jose'
import { type Client, client, organization, person } from './support.ts'

let api: Client
let org: Awaited<ReturnType<typeof organization>>
let path: string
let jwk: Record<string, unknown>
let secretJwk: Record<string, unknown>

beforeAll(async () => {
  api = await client()
  const pair = await generateKeyPair('ES256', { extractable: true })
  jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k' }
  secretJwk = { ...(await exportJWK(pair.privateKey)), kid: 'k' }
})

beforeEach(async () => {
  org = await organization(api)
  const made = await api.post(`/organizations/${org.id}/directories`, { name: 'D' })
  path = `/directories/${made.body.id}`
})

const inSeconds = (seconds: number) =>
  new Date(api.world.clock.now().getTime() + seconds * 1000).toISOString()

async function eventsOf(id: string): Promise<string[]> {
  const { body } = await api.get(`/organizations/${org.id}/events`)
  return body.items
    .filter((one: { subject: { id: string } | null }) => one.subject?.id === id)
    .map(({ type }: { type: string }) => type)
    .filter((type: string) => type.startsWith('directory.oauth'))
}

describe('an OAuth client with secrets', () => {
  test('shows its secret once, and its address to the identity provider', async () => {
    const made = await api.post(`${path}/oauth-clients`, { label: 'Entra', expiresAt: inSeconds(60) })
    const { clientSecret, ...shown } = made.body
    expect(clientSecret).toMatch(/^scimcs_[\w-]{43}$/)
    expect(shown).toMatchObject({
      clientId: shown.id,
      label: 'Entra',
      tokenUrl: `http://gatehouse.test/scim/v2/${path.split('/')[2]}/oauth/token`,
      assertion: null,
      expiresAt: inSeconds(60),
      lastUsedAt: null,
      secrets: [{ hint: clientSecret.slice(-4), lastUsedAt: null }],
    })
    expect((await api.get(`${path}/oauth-clients`)).body.items).toEqual([shown])
  })

  test('has further secrets, five at most, each with its end; expired ones do not count', async () => {
    const { body } = await api.post(`${path}/oauth-clients`, { label: 'Entra' })
    const secrets = `${path}/oauth-clients/${body.id}/secrets`
    expect((await api.post(secrets, { expiresAt: inSeconds(60) })).body.expiresAt).toBe(inSeconds(60))
    for (let more = 0; more < 3; more += 1) expect((await api.post(secrets)).status).toBe(201)
    const sixth = await api.post(secrets)
    expect([sixth.status, sixth.body.code]).toEqual([409, 'too_many_secrets'])
    api.world.clock.advance(61)
    expect((await api.post(secrets)).status).toBe(201)
    const past = await api.post(secrets, { expiresAt: inSeconds(0) })
    expect([past.status, past.body.errors[0].path]).toEqual([400, 'expiresAt'])
    const listed = (await api.get(`${path}/oauth-clients`)).body.items[0].secrets
    expect(listed).toHaveLength(6)
    expect((await api.delete(`${secrets}/${listed[0].id}`)).status).toBe(204)
    expect((await api.delete(`${secrets}/${listed[0].id}`)).status).toBe(404)
  })

  test('is told when it and its secret were last used', async () => {
    const { body } = await api.post(`${path}/oauth-clients`, { label: 'Entra' })
    const form = {
      grant_type: 'client_credentials',
      client_id: body.clientId,
      client_secret: body.clientSecret,
    }
    const asked = api.fresh.api.post(new URL(body.tokenUrl).pathname).type('form').send(form)
    expect((await asked).status).toBe(200)
    const [listed] = (await api.get(`${path}/oauth-clients`)).body.items
    expect([listed.lastUsedAt, listed.secrets[0].lastUsedAt]).toEqual([inSeconds(0), inSeconds(0)])
  })

  test('is one of ten at most, and each change of it is in the audit trail', async () => {
    const made = []
    for (let more = 0; more < 10; more += 1)
      made.push(await api.post(`${path}/oauth-clients`, { label: 'c' }))
    const eleventh = await api.post(`${path}/oauth-clients`, { label: 'c' })
    expect([eleventh.status, eleventh.body.code]).toEqual([409, 'too_many_clients'])
    const first = `${path}/oauth-clients/${made[0]?.body.id}`
    const { body: secret } = await api.post(`${first}/secrets`)
    expect((await api.delete(`${first}/secrets/${secret.id}`)).status).toBe(204)
    expect((await api.delete(first)).status).toBe(204)
    expect((await api.post(`${path}/oauth-clients`, { label: 'c' })).status).toBe(201)
    expect((await eventsOf(path.split('/')[2] ?? '')).slice(0, 4)).toEqual([
      'directory.oauth_client_created',
      'directory.oauth_client_deleted',
      'directory.oauth_secret_deleted',
      'directory.oauth_secret_created',
    ])
  })
})

describe('an OAuth client with assertions', () => {
  test('shows whom it trusts, has no secret, and gets none', async () => {
    const assertion = { issuer: 'https://idp.test', subject: 's', jwksUrl: 'https://idp.test/keys' }
    const made = await api.post(`${path}/oauth-clients`, { label: 'WIF', assertion })
    expect(made.body).toMatchObject({ clientSecret: null, secrets: [] })
    expect(made.body.assertion).toEqual({ ...assertion, audience: null, jwks: null, repeatable: false })
    const secret = await api.post(`${path}/oauth-clients/${made.body.id}/secrets`)
    expect([secret.status, secret.body.code]).toEqual([409, 'client_has_assertion'])
  })

  test('keeps of a pasted key what verifies, and is its own issuer where none is named', async () => {
    const pasted = { keys: [{ ...jwk, x5c: ['MII'], note: 'ours' }] }
    const made = await api.post(`${path}/oauth-clients`, { label: 'own', assertion: { jwks: pasted } })
    const { clientId, assertion } = made.body
    expect([assertion.issuer, assertion.subject]).toEqual([clientId, clientId])
    expect(assertion.jwks).toEqual({ keys: [jwk] })
  })

  test.each<[string, () => unknown, string]>([
    ['no keys', () => ({}), 'assertion.jwksUrl'],
    ['keys twice', () => ({ jwksUrl: 'https://i.test', jwks: { keys: [jwk] } }), 'assertion.jwksUrl'],
    ['a private key', () => ({ jwks: { keys: [jwk, secretJwk] } }), 'assertion.jwks.keys.1'],
    ['a shared key', () => ({ jwks: { keys: [{ kty: 'oct', k: 'AAAA' }] } }), 'assertion.jwks.keys.0'],
    ['a broken key', () => ({ jwks: { keys: [{ ...jwk, x: '!' }] } }), 'assertion.jwks.keys.0'],
    ['a key for encryption', () => ({ jwks: { keys: [{ ...jwk, use: 'enc' }] } }), 'assertion.jwks.keys.0'],
    ['a kid that is no text', () => ({ jwks: { keys: [{ ...jwk, kid: 1 }] } }), 'assertion.jwks.keys.0'],
    ['a list without keys', () => ({ jwks: { keys: [] } }), 'assertion.jwks.keys'],
    ['no address', () => ({ jwksUrl: 'file:///etc/passwd' }), 'assertion.jwksUrl'],
    ['an unknown field', () => ({ jwksUrl: 'https://i.test', iss: 'x' }), 'assertion.iss'],
  ])('is refused with %s, the field named', async (_, assertion, field) => {
    const refused = await api.post(`${path}/oauth-clients`, { label: 'x', assertion: assertion() })
    expect([refused.status, refused.body.errors?.[0]?.path]).toEqual([400, field])
    expect((await api.get(`${path}/oauth-clients`)).body.items).toEqual([])
  })
})

describe('decision 6: a client of an active directory', () => {
  test('is made by an owner with a fresh own proof, and ended by an administrator', async () => {
    const admin = await person(api, org, 'admin')
    const owner = await person(api, org, 'owner')
    const refused = await api.post(`${path}/oauth-clients`, { label: 'x' }, { as: admin.token })
    expect([refused.status, refused.body.code]).toEqual([403, 'own_proof_required'])
    const made = await api.post(`${path}/oauth-clients`, { label: 'x' }, { as: owner.token })
    expect(made.status).toBe(201)
    const secrets = `${path}/oauth-clients/${made.body.id}/secrets`
    expect((await api.post(secrets, {}, { as: admin.token })).body.code).toBe('own_proof_required')
    expect((await api.post(secrets, {}, { as: owner.token })).status).toBe(201)
    expect(
      (await api.delete(`${path}/oauth-clients/${made.body.id}`, undefined, { as: admin.token })).status,
    ).toBe(204)
  })

  test('H6: is not made any more when the directory is disconnected', async () => {
    const made = await api.post(`${path}/oauth-clients`, { label: 'x' })
    expect((await api.delete(path)).status).toBe(204)
    expect((await api.post(`${path}/oauth-clients`, { label: 'x' })).body.code).toBe('directory_disconnected')
    expect((await api.post(`${path}/oauth-clients/${made.body.id}/secrets`)).status).toBe(409)
    expect((await api.get(`${path}/oauth-clients`)).body.items).toEqual([])
  })
})
