// Connections and directories as administrators make, change and end them.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, metadata, organization, person } from './support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

const at = (org: { id: string }) => `/organizations/${org.id}`

describe('a connection', () => {
  test('is made from metadata and tells the provider our addresses', async () => {
    const org = await organization(api)
    const made = await api.post(`${at(org)}/connections`, { name: 'Acme', metadataXml: await metadata() })
    const base = `http://gatehouse.test/saml/${made.body.id}`
    expect(made.body).toMatchObject({
      status: 'active',
      acsUrl: `${base}/acs`,
      signInUrl: `${base}/sign-in`,
      spMetadataUrl: `${base}/metadata`,
      idp: { entityId: 'https://idp.acme.test/saml', ssoUrl: 'https://idp.acme.test/sso' },
      idpInitiated: 'accept',
      directoryMatch: 'userName',
      maxAssertionMinutes: 90,
    })
    expect(made.body.idp.certificates[0].fingerprint).toMatch(/^([0-9a-f]{2}:){31}[0-9a-f]{2}$/)
  })

  test('is made from its parts as well', async () => {
    const org = await organization(api)
    const xml = await metadata()
    const certificate = /<(?:\w+:)?X509Certificate>([^<]+)</.exec(xml)?.[1] ?? ''
    const parts = { entityId: 'urn:idp', ssoUrl: 'https://idp.test/sso', certificates: [certificate] }
    const made = await api.post(`${at(org)}/connections`, { name: 'Parts', ...parts, status: 'test' })
    expect(made.body).toMatchObject({ status: 'test', idp: { entityId: 'urn:idp' } })
    for (const [missing, path] of [
      ['entityId', 'metadataXml'],
      ['ssoUrl', 'ssoUrl'],
      ['certificates', 'certificates'],
    ] as const) {
      const { [missing]: _left, ...rest } = parts
      const refused = await api.post(`${at(org)}/connections`, { name: 'Parts', ...rest })
      expect([missing, refused.status, refused.body.errors[0].path]).toEqual([missing, 400, path])
    }
    const bad = await api.post(`${at(org)}/connections`, { name: 'x', ...parts, certificates: ['AAAA'] })
    expect([bad.status, bad.body.errors[0].path]).toEqual([400, 'certificates.0'])
  })

  test.each([
    ['no XML', 'hello'],
    ['a DTD', '<!DOCTYPE x [<!ENTITY y "z">]><x>&y;</x>'],
    ['another document', '<html xmlns="http://www.w3.org/1999/xhtml"/>'],
  ])('is not made from %s', async (_, metadataXml) => {
    const org = await organization(api)
    const refused = await api.post(`${at(org)}/connections`, { name: 'x', metadataXml })
    expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'metadataXml'])
    expect((await api.get(`${at(org)}/connections`)).body.items).toEqual([])
  })

  test('is made from the address at which the provider publishes its metadata', async () => {
    const xml = await metadata('https://published.test/saml')
    const published = createServer((req, res) => {
      if (req.url === '/metadata') res.end(xml)
      else if (req.url === '/large') res.end('x'.repeat(300_000))
      else res.writeHead(302, { Location: '/metadata' }).end()
    })
    await new Promise<void>((resolve) => published.listen(0, '127.0.0.1', resolve))
    const { port } = published.address() as AddressInfo
    const org = await organization(api)
    const make = (metadataUrl: string) => api.post(`${at(org)}/connections`, { name: 'x', metadataUrl })
    const made = await make(`http://127.0.0.1:${port}/metadata`)
    expect(made.body).toMatchObject({
      idp: { entityId: 'https://published.test/saml' },
      metadataUrl: `http://127.0.0.1:${port}/metadata`,
    })
    for (const bad of ['/large', '/moved']) {
      const refused = await make(`http://127.0.0.1:${port}${bad}`)
      expect([bad, refused.status, refused.body.errors[0].path]).toEqual([bad, 400, 'metadataUrl'])
    }
    const inside = await make('http://169.254.169.254/latest/meta-data')
    expect(inside.body.errors).toEqual([
      { path: 'metadataUrl', message: 'is no address of the public internet' },
    ])
    await new Promise((resolve) => published.close(resolve))
  })

  test('keeps its private key sealed and shows it to nobody', async () => {
    const org = await organization(api)
    const made = await api.post(`${at(org)}/connections`, { name: 'x', metadataXml: await metadata() })
    const [row] = await api.world.dataSource.query('select * from connections where id = $1', [made.body.id])
    expect(row.sp_key_encrypted).not.toContain('PRIVATE')
    expect(JSON.stringify(made.body)).not.toContain(row.sp_key_encrypted)
  })

  test('and a directory that are the only ones belong together', async () => {
    const org = await organization(api)
    const directory = await api.post(`${at(org)}/directories`, { name: 'D' })
    const made = await api.post(`${at(org)}/connections`, { name: 'x', metadataXml: await metadata() })
    expect(made.body.directoryId).toBe(directory.body.id)
    const other = await organization(api)
    const first = await api.post(`${at(other)}/connections`, { name: 'x', metadataXml: await metadata() })
    expect(first.body.directoryId).toBeNull()
    const second = await api.post(`${at(other)}/directories`, { name: 'D' })
    expect((await api.get(`/connections/${first.body.id}`)).body.directoryId).toBe(second.body.id)
    const foreign = await api.patch(`/connections/${first.body.id}`, { directoryId: directory.body.id })
    expect([foreign.status, foreign.body.errors[0].path]).toEqual([400, 'directoryId'])
  })

  test('H4: is not switched off while an owner has no other way in', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const made = await api.post(`${at(org)}/connections`, { name: 'x', metadataXml: await metadata() })
    await api.world.dataSource.query(
      `insert into identities (id, account_id, organization_id, connection_id, name_id, format, name_qualifier, sp_name_qualifier, rule, proof, automatic, created_at, last_used_at)
       values (gen_random_uuid(), $1, $2, $3, 'o', '', '', '', 'R4', 'P3', true, now(), $4)`,
      [owner.accountId, org.id, made.body.id, api.world.clock.now()],
    )
    const required = await api.patch(at(org), { policies: { ssoRequired: true } })
    expect(required.status).toBe(200)
    const path = `/connections/${made.body.id}`
    for (const refused of [
      await api.patch(path, { status: 'off' }),
      await api.patch(path, { metadataXml: await metadata('https://other.test/saml') }),
      await api.delete(path),
    ]) {
      expect([refused.status, refused.body.code]).toEqual([409, 'lockout_risk'])
    }
    expect((await api.get(path)).body).toEqual(made.body)
    await api.patch(at(org), { policies: { ssoRequired: false } })
    expect((await api.delete(path)).status).toBe(204)
    expect((await api.get(path)).status).toBe(404)
    expect((await api.get(`/members/${owner.memberId}`)).body).toMatchObject({
      role: 'owner',
      status: 'active',
    })
  })
})

describe('a directory', () => {
  test('has its own SCIM address, and tokens that are shown once', async () => {
    const org = await organization(api)
    const made = await api.post(`${at(org)}/directories`, { name: 'D', preset: 'okta', notify: false })
    expect(made.body).toMatchObject({
      scimBaseUrl: `http://gatehouse.test/scim/v2/${made.body.id}`,
      status: 'active',
      notify: false,
    })
    const tokens = `/directories/${made.body.id}/tokens`
    const one = await api.post(tokens, { label: 'one' })
    const users = `/scim/v2/${made.body.id}/Users`
    const read = (token: string) => api.fresh.api.get(users).set('Authorization', `Bearer ${token}`)
    expect((await read(one.body.token)).status).toBe(200)
    expect(JSON.stringify((await api.get(tokens)).body)).not.toContain(one.body.token)
    expect((await api.delete(`${tokens}/${one.body.id}`)).status).toBe(204)
    expect((await read(one.body.token)).status).toBe(401)
  })

  test('has five live tokens at most, and expired ones do not count', async () => {
    const org = await organization(api)
    const made = await api.post(`${at(org)}/directories`, { name: 'D' })
    const tokens = `/directories/${made.body.id}/tokens`
    const soon = new Date(api.world.clock.now().getTime() + 60_000).toISOString()
    expect((await api.post(tokens, { label: 'brief', expiresAt: soon })).body.expiresAt).toBe(soon)
    for (const label of ['two', 'three', 'four', 'five']) {
      expect((await api.post(tokens, { label })).status).toBe(201)
    }
    const sixth = await api.post(tokens, { label: 'six' })
    expect([sixth.status, sixth.body.code]).toEqual([409, 'too_many_tokens'])
    api.world.clock.advance(61)
    expect((await api.post(tokens, { label: 'six' })).status).toBe(201)
    const past = await api.post(tokens, { label: 'seven', expiresAt: soon })
    expect([past.status, past.body.errors[0].path]).toEqual([400, 'expiresAt'])
  })

  test('H6: that is disconnected takes no token and no push any more', async () => {
    const org = await organization(api)
    const made = await api.post(`${at(org)}/directories`, { name: 'D' })
    const path = `/directories/${made.body.id}`
    const { body } = await api.post(`${path}/tokens`, { label: 'one' })
    expect((await api.delete(path)).status).toBe(204)
    expect((await api.get(path)).body.status).toBe('disconnected')
    expect((await api.post(`${path}/tokens`, { label: 'two' })).status).toBe(409)
    const users = api.fresh.api.get(`/scim/v2/${made.body.id}/Users`)
    expect((await users.set('Authorization', `Bearer ${body.token}`)).status).toBe(401)
  })
})
