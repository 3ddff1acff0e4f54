// Organizations and their policies, owners and who would be locked out.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, key, organization, person, session } from './support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

describe('an organization', () => {
  test('is made with the default policies and found by id and by slug', async () => {
    const made = await api.post('/organizations', { name: 'Acme', slug: 'acme' })
    expect(made.body.policies).toMatchObject({ jitRole: 'viewer', ssoRequired: false, invitationTtlDays: 7 })
    expect((await api.get(`/organizations/${made.body.id}`)).body).toEqual(made.body)
    expect((await api.get('/organizations/acme')).body).toEqual(made.body)
  })

  test('has a slug of its own', async () => {
    await api.post('/organizations', { name: 'First', slug: 'twice' })
    const second = await api.post('/organizations', { name: 'Second', slug: 'twice' })
    expect([second.status, second.body.code]).toEqual([409, 'slug_taken'])
    await api.post('/organizations', { name: 'Third', slug: 'third' })
    const renamed = await api.patch('/organizations/third', { slug: 'twice' })
    expect([renamed.status, renamed.body.code]).toEqual([409, 'slug_taken'])
  })

  test('begins with an owner who is named by a proven address', async () => {
    const account = await api.post('/accounts', { email: 'boss@begins.test', emailVerified: true })
    const made = await api.post('/organizations', {
      name: 'Begins',
      slug: 'begins',
      owner: { email: 'Boss@begins.test' },
    })
    expect(made.status).toBe(201)
    const { items } = (await api.get('/organizations/begins/members')).body
    expect(items).toMatchObject([{ account: { id: account.body.id }, role: 'owner', status: 'active' }])
  })

  test('is not made for an owner whose address nobody has proven', async () => {
    await api.post('/accounts', { email: 'claim@nowhere.test', emailVerified: false })
    const refused = await api.post('/organizations', {
      name: 'Nobody',
      slug: 'nobody',
      owner: { email: 'claim@nowhere.test' },
    })
    expect([refused.status, refused.body.code]).toEqual([409, 'address_unproven'])
    expect((await api.get('/organizations/nobody')).status).toBe(404)
  })

  test('merges single fields of its policies', async () => {
    const org = await organization(api)
    await api.patch(`/organizations/${org.id}`, { policies: { jitRole: 'editor' } })
    const changed = await api.patch(`/organizations/${org.id}`, {
      policies: { deprovisionBrake: { members: 7 }, returnUrls: ['https://app.acme.test/in'] },
    })
    expect(changed.body.policies).toMatchObject({
      jitRole: 'editor',
      deprovisionBrake: { members: 7, percent: 20, atLeast: 11, minutes: 10 },
      returnUrls: ['https://app.acme.test/in'],
      guests: 'allowed',
    })
  })

  test.each([
    [{ jitRole: 'owner' }, 'policies.jitRole'],
    [{ directoryRole: 'emperor' }, 'policies.directoryRole'],
    [{ seats: -1 }, 'policies.seats'],
    [{ guests: 'maybe' }, 'policies.guests'],
    [{ returnUrls: ['javascript:alert(1)'] }, 'policies.returnUrls.0'],
    [{ returnUrls: ['https://ana:secret@app.test/'] }, 'policies.returnUrls.0'],
    [{ deprovisionBrake: { percent: 101 } }, 'policies.deprovisionBrake.percent'],
    [{ breakGlassAccountIds: ['0198c0de-0000-7000-8000-000000000000'] }, 'policies.breakGlassAccountIds.0'],
  ])('refuses the policy %j and names it', async (policies, path) => {
    const org = await organization(api)
    const refused = await api.patch(`/organizations/${org.id}`, { policies })
    expect(refused.status).toBe(400)
    expect(refused.body.errors).toEqual([expect.objectContaining({ path })])
  })

  test('T-30: without a proven domain takes no name that tells people where to go or whom to call', async () => {
    const made = await api.post('/organizations', { name: 'Free', slug: 'free' })
    const org = { id: made.body.id, domain: 'free.test' }
    const owner = await person(api, org, 'owner')
    const rename = (name: string, as: string) => api.patch(`/organizations/${org.id}`, { name }, { as })
    for (const name of ['Invoice overdue: call +1 555 123 4567', 'Verify at https://evil.test', 'evil.com']) {
      const refused = await rename(name, owner.token)
      expect([name, refused.status, refused.body.errors[0].path]).toEqual([name, 400, 'name'])
    }
    expect((await rename('Acme 2000', owner.token)).status).toBe(200)
    const proven = await organization(api)
    const { token: as } = await person(api, proven, 'owner')
    const renamed = await api.patch(`/organizations/${proven.id}`, { name: 'Booking.com' }, { as })
    expect(renamed.status).toBe(200)
  })

  test('keeps both of two changes that are made at once', async () => {
    const org = await organization(api)
    const patches = [{ jitRole: 'editor' }, { guests: 'refused' }, { seats: 9 }, { invitationTtlDays: 3 }]
    const answers = await Promise.all(
      patches.map((policies) => api.patch(`/organizations/${org.id}`, { policies })),
    )
    expect(answers.map((one) => one.status)).toEqual([200, 200, 200, 200])
    expect((await api.get(`/organizations/${org.id}`)).body.policies).toMatchObject(
      Object.assign({}, ...patches),
    )
  })

  test('leaves its audit trail when it is deleted', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    expect((await api.delete(`/organizations/${org.id}`, undefined, { as: owner.token })).status).toBe(204)
    expect((await api.get(`/organizations/${org.id}`)).status).toBe(404)
    const [row] = await api.world.dataSource.query(
      `select count(*)::int n from events where organization_id = $1 and type = 'organization.deleted'`,
      [org.id],
    )
    expect(row.n).toBe(1)
    expect((await api.get(`/accounts/${owner.accountId}`)).body.memberships).toEqual([])
  })
})

describe('H3: requiring single sign-on', () => {
  test('is refused while no owner has just come by a connection', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const refused = await api.patch(
      `/organizations/${org.id}`,
      { policies: { ssoRequired: true } },
      { as: owner.token },
    )
    expect([refused.status, refused.body.code, refused.body.nextActor]).toEqual([
      409,
      'lockout_risk',
      'org_admin',
    ])
    expect((await api.get(`/organizations/${org.id}`)).body.policies.ssoRequired).toBe(false)
  })

  test('is forced by the host product alone', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const wanted = { policies: { ssoRequired: true }, force: true }
    const refused = await api.patch(`/organizations/${org.id}`, wanted, { as: owner.token })
    expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    expect((await api.patch(`/organizations/${org.id}`, wanted)).body.policies.ssoRequired).toBe(true)
  })

  test('ends at once the sessions that do not satisfy it, and lets break-glass owners and guests in', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const member = await person(api, org, 'viewer')
    const guest = await person(api, { id: org.id, domain: 'guest.test' }, 'viewer')
    await api.patch(`/organizations/${org.id}`, {
      policies: { ssoRequired: true, breakGlassAccountIds: [owner.accountId] },
      force: true,
    })
    expect((await api.get('/session', undefined, { as: owner.token })).status).toBe(200)
    expect((await api.get('/session', undefined, { as: member.token })).status).toBe(401)
    expect((await api.get('/session', undefined, { as: guest.token })).status).toBe(200)
    const again = await api.post(`/accounts/${member.accountId}/sessions`, { organization: org.id })
    expect([again.status, again.body.code]).toEqual([409, 'sso_required'])
    const report = await api.get(`/organizations/${org.id}/lockout-report`)
    expect(report.body.lockedOut).toEqual([{ memberId: member.memberId, email: member.email, owner: false }])
    expect(report.body.warnings).toEqual([])
  })

  test('is an owner’s to change, not an administrator’s', async () => {
    const org = await organization(api)
    const admin = await person(api, org, 'admin')
    for (const policies of [
      { ssoRequired: false },
      { breakGlassAccountIds: [] },
      { exclusiveAccounts: true },
    ]) {
      for (const as of [admin.token, await key(api, org, 'admin')]) {
        expect((await api.patch(`/organizations/${org.id}`, { policies }, { as })).status).toBe(403)
      }
    }
    const name = await api.patch(`/organizations/${org.id}`, { name: 'Renamed' }, { as: admin.token })
    expect(name.status).toBe(200)
  })

  test('warns when there is no break-glass owner', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const report = await api.get(`/organizations/${org.id}/lockout-report`, undefined, { as: owner.token })
    expect(report.body.lockedOut).toEqual([{ memberId: owner.memberId, email: owner.email, owner: true }])
    expect(report.body.warnings).toHaveLength(1)
  })
})

describe('a project', () => {
  test('has a slug of its own within its organization', async () => {
    const org = await organization(api)
    const other = await organization(api)
    const at = `/organizations/${org.id}/projects`
    expect((await api.post(at, { slug: 'blog', name: 'Blog' })).status).toBe(201)
    const twice = await api.post(at, { slug: 'blog', name: 'Blog again' })
    expect([twice.status, twice.body.code]).toEqual([409, 'slug_taken'])
    expect(
      (await api.post(`/organizations/${other.id}/projects`, { slug: 'blog', name: 'Blog' })).status,
    ).toBe(201)
    expect((await api.get(at)).body.items).toMatchObject([{ slug: 'blog', name: 'Blog' }])
  })
})

describe('a list', () => {
  test('is read page by page, and each item once', async () => {
    const org = await organization(api)
    const slugs = Array.from({ length: 7 }, (_, n) => `p-${n}`)
    for (const slug of slugs) await api.post(`/organizations/${org.id}/projects`, { slug, name: slug })
    const seen: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `&cursor=${cursor}`
      const page = await api.get(`/organizations/${org.id}/projects?limit=3${query}`)
      seen.push(...page.body.items.map((one: { slug: string }) => one.slug))
      cursor = page.body.nextCursor
    } while (cursor !== null)
    expect(seen).toEqual(slugs)
  })
})

describe('the audit trail', () => {
  test('tells who did what, by type, family and subject', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    await api.patch(`/organizations/${org.id}`, { name: 'Other' }, { as: owner.token })
    const changes = await api.get(`/organizations/${org.id}/events?type=organization.changed`)
    expect(changes.body.items).toMatchObject([
      {
        type: 'organization.changed',
        actor: { type: 'member', id: owner.memberId },
        decision: { before: { slug: org.slug }, after: { name: 'Other' } },
      },
    ])
    const family = await api.get(`/organizations/${org.id}/events?type=domain.*`)
    expect(family.body.items.map((one: { type: string }) => one.type)).toEqual([
      'domain.verified',
      'domain.claimed',
    ])
    const about = await api.get(`/organizations/${org.id}/events?subject=${owner.accountId}`)
    expect(about.body.items.length).toBeGreaterThan(0)
  })

  test('is nobody’s to change', async () => {
    await organization(api)
    await expect(api.world.dataSource.query('delete from events')).rejects.toThrow(/append-only/)
    await expect(api.world.dataSource.query(`update events set type = 'x'`)).rejects.toThrow(/append-only/)
  })
})

describe('an account', () => {
  test('holds a proven address alone', async () => {
    const first = await api.post('/accounts', { email: 'one@alone.test', emailVerified: true })
    for (const emailVerified of [true, false]) {
      const second = await api.post('/accounts', { email: 'ONE@alone.test', emailVerified })
      expect([second.status, second.body.code, second.body.accountId]).toEqual([
        409,
        'address_taken',
        first.body.id,
      ])
    }
  })

  test('A7: that proves an address strikes the unproven claims of it, and nothing else of their accounts', async () => {
    const claimer = await api.post('/accounts', { email: 'mine@struck.test', emailVerified: false })
    await api.post(`/accounts/${claimer.body.id}/emails`, { address: 'other@struck.test', verified: true })
    const holder = await api.post('/accounts', { email: 'mine@struck.test', emailVerified: true })
    expect(holder.status).toBe(201)
    expect((await api.get(`/accounts/${claimer.body.id}`)).body.emails).toEqual([
      { address: 'other@struck.test', verified: true, primary: true },
    ])
    const found = await api.get('/accounts?email=mine@struck.test')
    expect(found.body.items.map((one: { id: string }) => one.id)).toEqual([holder.body.id])
  })

  test('is found by an address that it only claims', async () => {
    const claimer = await api.post('/accounts', { email: 'claimed@found.test', emailVerified: false })
    const found = await api.get('/accounts?email=claimed@FOUND.test')
    expect(found.body.items).toMatchObject([
      { id: claimer.body.id, emails: [{ address: 'claimed@found.test', verified: false }] },
    ])
  })

  test('verifies its own claim', async () => {
    const account = await api.post('/accounts', { email: 'later@own.test', emailVerified: false })
    const proven = await api.post(`/accounts/${account.body.id}/emails`, {
      address: 'later@own.test',
      verified: true,
    })
    expect(proven.body.emails).toEqual([{ address: 'later@own.test', verified: true, primary: true }])
  })

  test('has an externalId of its own', async () => {
    const first = await api.post('/accounts', {
      email: 'x1@ext.test',
      emailVerified: true,
      externalId: 'u-1',
    })
    const second = await api.post('/accounts', {
      email: 'x2@ext.test',
      emailVerified: true,
      externalId: 'u-1',
    })
    expect([second.status, second.body.code, second.body.accountId]).toEqual([
      409,
      'external_id_taken',
      first.body.id,
    ])
    expect((await api.get('/accounts?email=x2@ext.test')).body.items).toEqual([])
  })

  test('is made once when two requests race for one address', async () => {
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        api.post('/accounts', { email: 'race@race.test', emailVerified: true }),
      ),
    )
    expect(answers.map((one) => one.status).sort()).toEqual([201, 409, 409, 409, 409])
  })

  test.each(['not an address', 'a@b', 'ana @x.test', '"q"@x.test', 'ana@x.test\u0000', 'mıke@x.test'])(
    'is not made for %j',
    async (email) => {
      const refused = await api.post('/accounts', { email, emailVerified: true })
      expect([refused.status, refused.body.errors[0].path]).toEqual([400, 'email'])
    },
  )

  test('opens nothing of an organization that it does not belong to', async () => {
    const org = await organization(api)
    const stranger = await api.post('/accounts', { email: 'stranger@far.test', emailVerified: true })
    const refused = await api.post(`/accounts/${stranger.body.id}/sessions`, { organization: org.id })
    expect([refused.status, refused.body.code]).toEqual([409, 'unknown_person'])
    const alone = await session(api, stranger.body.id)
    const shown = await api.get('/session', undefined, { as: alone })
    expect(shown.body).toMatchObject({
      organization: null,
      membership: null,
      authenticatedBy: { type: 'host' },
    })
  })
})

describe('invariant 9: a policy from which roles are derived', () => {
  test('changes the members whose role is the default, and nobody whose role was given', async () => {
    const org = await organization(api)
    const given = await person(api, org, 'editor')
    const directory = await api.post(`/organizations/${org.id}/directories`, { name: 'D' })
    const { token } = (await api.post(`/directories/${directory.body.id}/tokens`, { label: 't' })).body
    const pushed = await api.fresh.api
      .post(`/scim/v2/${directory.body.id}/Users`)
      .set('Authorization', `Bearer ${token}`)
      .set('Content-Type', 'application/scim+json')
      .send(
        JSON.stringify({
          schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
          userName: `pushed@${org.domain}`,
          emails: [{ value: `pushed@${org.domain}`, primary: true }],
        }),
      )
    expect(pushed.status).toBe(201)
    const roles = async () => {
      const { items } = (await api.get(`/organizations/${org.id}/members`)).body
      return Object.fromEntries(items.map((one: { email: string; role: string }) => [one.email, one.role]))
    }
    expect(await roles()).toEqual({ [given.email]: 'editor', [`pushed@${org.domain}`]: 'viewer' })
    await api.patch(`/organizations/${org.id}`, { policies: { directoryRole: 'editor' } })
    expect(await roles()).toEqual({ [given.email]: 'editor', [`pushed@${org.domain}`]: 'editor' })
    await api.patch(`/organizations/${org.id}`, { policies: { directoryRole: 'viewer' } })
    expect(await roles()).toEqual({ [given.email]: 'editor', [`pushed@${org.domain}`]: 'viewer' })
  })
})
