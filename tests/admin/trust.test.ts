// Who may do what: ranks, keys and their makers, and trust as an owner's act.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, key, metadata, organization, person, session } from './support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

const at = (org: { id: string }) => `/organizations/${org.id}`

describe('T-36: trust is an owner’s act', () => {
  test('a connection that an administrator or a key makes stays in test until an owner activates it', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const admin = await person(api, org, 'admin')
    for (const as of [admin.token, await key(api, org, 'admin')]) {
      const wanted = { name: 'Mine', metadataXml: await metadata() }
      const active = await api.post(`${at(org)}/connections`, { ...wanted, status: 'active' }, { as })
      expect([active.status, active.body.code]).toEqual([403, 'own_proof_required'])
      const made = await api.post(`${at(org)}/connections`, wanted, { as })
      expect(made.body.status).toBe('test')
      const path = `/connections/${made.body.id}`
      const activated = await api.patch(path, { status: 'active' }, { as })
      expect([activated.status, activated.body.code]).toEqual([403, 'own_proof_required'])
      expect((await api.patch(path, { name: 'Renamed' }, { as })).status).toBe(200)
      expect((await api.patch(path, { status: 'active' }, { as: owner.token })).body.status).toBe('active')
    }
  })

  test('nothing that makes trust in an active connection is an administrator’s to change', async () => {
    const org = await organization(api)
    const admin = await person(api, org, 'admin')
    const directory = await api.post(`${at(org)}/directories`, { name: 'D' })
    const made = await api.post(`${at(org)}/connections`, { name: 'IdP', metadataXml: await metadata() })
    expect(made.body.status).toBe('active')
    const path = `/connections/${made.body.id}`
    for (const patch of [
      { metadataXml: await metadata('https://evil.test/saml') },
      { entityId: 'https://evil.test/saml' },
      { ssoUrl: 'https://evil.test/sso' },
      { attributes: { email: 'other' } },
      { attributes: { directoryKey: 'other' } },
      { directoryMatch: 'email' },
      { directoryId: directory.body.id },
      { legacy: { sha1: true } },
      { maxAssertionMinutes: 1000 },
    ]) {
      const refused = await api.patch(path, patch, { as: admin.token })
      expect([patch, refused.status, refused.body.code]).toEqual([patch, 403, 'own_proof_required'])
    }
    expect((await api.get(path)).body).toEqual({ ...made.body, directoryId: directory.body.id })
    for (const patch of [{ name: 'New name' }, { idpInitiated: 'restart' }, { status: 'off' }]) {
      expect((await api.patch(path, patch, { as: admin.token })).status).toBe(200)
    }
  })

  test('a directory that an administrator makes is in test, and an active one gives tokens to an owner alone', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const admin = await person(api, org, 'admin')
    const prepared = await api.post(`${at(org)}/directories`, { name: 'D' }, { as: admin.token })
    expect(prepared.body.status).toBe('test')
    const path = `/directories/${prepared.body.id}`
    expect((await api.post(`${path}/tokens`, { label: 'x' }, { as: admin.token })).status).toBe(201)
    expect((await api.patch(path, { status: 'active' }, { as: admin.token })).body.code).toBe(
      'own_proof_required',
    )
    expect((await api.patch(path, { status: 'active' }, { as: owner.token })).body.status).toBe('active')
    const refused = await api.post(`${path}/tokens`, { label: 'y' }, { as: admin.token })
    expect([refused.status, refused.body.code]).toEqual([403, 'own_proof_required'])
    expect((await api.post(`${path}/tokens`, { label: 'y' }, { as: owner.token })).status).toBe(201)
  })

  test('an own proof is good for ten minutes', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const make = async () =>
      api.post(
        `${at(org)}/connections`,
        { name: 'IdP', metadataXml: await metadata(), status: 'active' },
        { as: owner.token },
      )
    api.world.clock.advance(10 * 60)
    expect((await make()).status).toBe(201)
    api.world.clock.advance(1)
    const late = await make()
    expect([late.status, late.body.code]).toEqual([403, 'own_proof_required'])
    const fresh = await session(api, owner.accountId, org.id)
    expect((await api.post(`${at(org)}/directories`, { name: 'D' }, { as: fresh })).body.status).toBe(
      'active',
    )
  })
})

describe('rank', () => {
  test('nobody grants above their own, by whatever road', async () => {
    const org = await organization(api)
    const admin = await person(api, org, 'admin')
    const viewer = await person(api, org, 'viewer')
    const as = admin.token
    for (const refused of [
      await api.patch(`/members/${viewer.memberId}`, { role: 'owner' }, { as }),
      await api.post(`${at(org)}/api-keys`, { name: 'k', role: 'owner' }, { as }),
    ]) {
      expect(refused.status).toBe(403)
    }
    const invited = await api.post(
      `${at(org)}/invitations`,
      { email: `new@${org.domain}`, role: 'owner' },
      { as },
    )
    expect([invited.status, invited.body.code]).toEqual([409, 'owner_not_invitable'])
    expect((await api.get(`/members/${viewer.memberId}`)).body.role).toBe('viewer')
  })

  test('an administrator and a key act on no owner', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const admin = await person(api, org, 'admin')
    for (const as of [admin.token, await key(api, org, 'admin')]) {
      const path = `/members/${owner.memberId}`
      expect((await api.patch(path, { role: 'viewer' }, { as })).status).toBe(403)
      expect((await api.put(`${path}/suspension`, undefined, { as })).status).toBe(403)
      expect((await api.delete(path, undefined, { as })).status).toBe(403)
    }
  })

  test('a member below administrator sees their session and their own membership, and nothing else', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const editor = await person(api, org, 'editor')
    const as = editor.token
    expect((await api.get(`/members/${editor.memberId}`, undefined, { as })).status).toBe(200)
    expect((await api.get('/session', undefined, { as })).body.membership).toMatchObject({ role: 'editor' })
    for (const path of [at(org), `${at(org)}/members`, `/members/${owner.memberId}`, `${at(org)}/events`]) {
      expect((await api.get(path, undefined, { as })).status).toBe(403)
    }
  })

  test('what a person may do is looked at on each request', async () => {
    const org = await organization(api)
    await person(api, org, 'owner')
    const admin = await person(api, org, 'admin')
    expect((await api.get(`${at(org)}/members`, undefined, { as: admin.token })).status).toBe(200)
    await api.patch(`/members/${admin.memberId}`, { role: 'viewer' })
    expect((await api.get(`${at(org)}/members`, undefined, { as: admin.token })).status).toBe(403)
    await api.put(`/members/${admin.memberId}/suspension`)
    expect((await api.get('/session', undefined, { as: admin.token })).status).toBe(401)
  })
})

describe('T-38: a key', () => {
  test('is shown once and kept as a hash', async () => {
    const org = await organization(api)
    const made = await api.post(`${at(org)}/api-keys`, { name: 'CI', role: 'admin' })
    const listed = await api.get(`${at(org)}/api-keys`)
    expect(JSON.stringify(listed.body)).not.toContain(made.body.key)
    expect(listed.body.items).toMatchObject([
      { id: made.body.id, hint: made.body.key.slice(-4), stopped: false },
    ])
    const rows = await api.world.dataSource.query('select * from api_keys where id = $1', [made.body.id])
    expect(JSON.stringify(rows)).not.toContain(made.body.key)
  })

  test('acts with the lesser of its role and its maker’s present one', async () => {
    const org = await organization(api)
    await person(api, org, 'owner')
    const maker = await person(api, org, 'admin')
    const made = await key(api, org, 'admin', maker.token)
    expect((await api.get(`${at(org)}/members`, undefined, { as: made })).status).toBe(200)
    await api.patch(`/members/${maker.memberId}`, { role: 'viewer' })
    expect((await api.get(`${at(org)}/members`, undefined, { as: made })).status).toBe(403)
    await api.patch(`/members/${maker.memberId}`, { role: 'admin' })
    expect((await api.get(`${at(org)}/members`, undefined, { as: made })).status).toBe(200)
  })

  test('stops with its maker’s membership until an administrator adopts it', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const maker = await person(api, org, 'admin')
    const made = await api.post(`${at(org)}/api-keys`, { name: 'k', role: 'admin' }, { as: maker.token })
    const as = made.body.key
    await api.delete(`/members/${maker.memberId}`)
    const invited = { email: maker.email, role: 'admin' }
    expect((await api.post(`${at(org)}/invitations`, invited, { as })).status).toBe(401)
    expect((await api.get(`${at(org)}/api-keys`)).body.items).toMatchObject([{ stopped: true }])
    const adoption = `/api-keys/${made.body.id}/adoption`
    const byKey = await api.put(adoption, undefined, { as: await key(api, org, 'admin') })
    expect(byKey.status).toBe(403)
    expect((await api.put(adoption, undefined, { as: owner.token })).body.stopped).toBe(false)
    expect((await api.get(`${at(org)}/members`, undefined, { as })).status).toBe(200)
  })

  test('is never an owner and proves nothing as a person', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const refused = await api.post(`${at(org)}/api-keys`, { name: 'k', role: 'owner' }, { as: owner.token })
    expect(refused.status).toBe(403)
    const made = await key(api, org, 'admin', owner.token)
    expect((await api.delete(at(org), undefined, { as: made })).status).toBe(403)
    expect((await api.get('/session', undefined, { as: made })).status).toBe(401)
  })

  test('ends with its deletion at once', async () => {
    const org = await organization(api)
    const made = await api.post(`${at(org)}/api-keys`, { name: 'k', role: 'admin' })
    expect((await api.delete(`/api-keys/${made.body.id}`)).status).toBe(204)
    expect((await api.get(`${at(org)}/members`, undefined, { as: made.body.key })).status).toBe(401)
  })
})
