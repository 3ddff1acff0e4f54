// The manners of requests: repetition, cookies and their token, limits, sessions.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, metadata, organization, person, session } from './support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

describe('an Idempotency-Key', () => {
  const headers = { 'Idempotency-Key': 'once-1' }

  test('gives a repetition the first answer, secrets included, and does nothing twice', async () => {
    const org = await organization(api)
    const at = `/organizations/${org.id}/api-keys`
    const first = await api.post(at, { name: 'k', role: 'viewer' }, { headers })
    const second = await api.post(at, { name: 'k', role: 'viewer' }, { headers })
    expect(second.body).toEqual(first.body)
    expect([first.headers['idempotency-replayed'], second.headers['idempotency-replayed']]).toEqual([
      undefined,
      'true',
    ])
    expect((await api.get(at)).body.items).toHaveLength(1)
    const rows = await api.world.dataSource.query('select answer_encrypted from idempotency_keys')
    expect(JSON.stringify(rows)).not.toContain(first.body.key)
  })

  test('stands for one request', async () => {
    const org = await organization(api)
    const at = `/organizations/${org.id}/projects`
    const other = { 'Idempotency-Key': 'once-2' }
    await api.post(at, { slug: 'a', name: 'A' }, { headers: other })
    const reused = await api.post(at, { slug: 'b', name: 'B' }, { headers: other })
    expect([reused.status, reused.body.code]).toEqual([422, 'idempotency_key_reused'])
  })

  test('is its caller’s own', async () => {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    const at = `/organizations/${org.id}/projects`
    const mine = { 'Idempotency-Key': 'once-3' }
    await api.post(at, { slug: 'a', name: 'A' }, { headers: mine })
    const theirs = await api.post(at, { slug: 'b', name: 'B' }, { headers: mine, as: owner.token })
    expect(theirs.status).toBe(201)
  })

  test('is free again after a failure, and after a day', async () => {
    const org = await organization(api)
    const at = `/organizations/${org.id}/projects`
    const again = { 'Idempotency-Key': 'once-4' }
    await api.post(at, { slug: 'a', name: 'A' })
    expect((await api.post(at, { slug: 'a', name: 'A' }, { headers: again })).status).toBe(409)
    expect((await api.post(at, { slug: 'b', name: 'B' }, { headers: again })).status).toBe(201)
    api.world.clock.advance(24 * 3600 + 1)
    expect((await api.post(at, { slug: 'c', name: 'C' }, { headers: again })).status).toBe(201)
  })

  test('lets one of many at once through', async () => {
    const org = await organization(api)
    const at = `/organizations/${org.id}/api-keys`
    const race = { 'Idempotency-Key': 'once-5' }
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => api.post(at, { name: 'k', role: 'viewer' }, { headers: race })),
    )
    for (const { status } of answers) expect([201, 409]).toContain(status)
    expect((await api.get(at)).body.items).toHaveLength(1)
  })
})

describe('a call by cookie', () => {
  async function browser() {
    const org = await organization(api)
    const owner = await person(api, org, 'owner')
    return { org, cookie: `gatehouse_session=${owner.token}` }
  }

  test('reads freely, and changes something only with the token of its session', async () => {
    const { org, cookie } = await browser()
    const shown = await api.get('/session', undefined, { as: null, headers: { Cookie: cookie } })
    expect(shown.status).toBe(200)
    const csrf = shown.body.csrfToken
    const at = `/organizations/${org.id}/projects`
    for (const headers of [
      { Cookie: cookie },
      { Cookie: cookie, 'X-CSRF-Token': '' },
      { Cookie: cookie, 'X-CSRF-Token': `${csrf}x` },
    ]) {
      const refused = await api.post(at, { slug: 'a', name: 'A' }, { as: null, headers })
      expect([refused.status, refused.body.code]).toEqual([403, 'csrf_token_required'])
    }
    const good = { Cookie: cookie, 'X-CSRF-Token': csrf }
    expect((await api.post(at, { slug: 'a', name: 'A' }, { as: null, headers: good })).status).toBe(201)
    const other = await browser()
    const foreign = { Cookie: other.cookie, 'X-CSRF-Token': csrf }
    expect((await api.delete('/session', undefined, { as: null, headers: foreign })).status).toBe(403)
  })
})

describe('a session', () => {
  test('ends when its person signs out', async () => {
    const org = await organization(api)
    const { token: as } = await person(api, org, 'viewer')
    expect((await api.delete('/session', undefined, { as })).status).toBe(204)
    expect((await api.get('/session', undefined, { as })).status).toBe(401)
  })

  test('lives twelve hours', async () => {
    const org = await organization(api)
    const { accountId } = await person(api, org, 'viewer')
    const as = await session(api, accountId, org.id)
    api.world.clock.advance(12 * 3600 - 1)
    expect((await api.get('/session', undefined, { as })).status).toBe(200)
    api.world.clock.advance(2)
    expect((await api.get('/session', undefined, { as })).status).toBe(401)
  })

  test('carries an own proof after the code that was mailed to an own address', async () => {
    const org = await organization(api)
    const { accountId, email } = await person(api, org, 'owner')
    const as = await session(api, accountId, org.id)
    api.world.clock.advance(11 * 60)
    const started = await api.post('/session/proofs', undefined, { as })
    expect(started.status).toBe(201)
    expect(started.body.address).not.toBe(email)
    const wrong = await api.post('/session/proofs/confirmation', { code: 'nonsense' }, { as })
    expect(wrong.status).toBe(422)
    const [row] = await api.world.dataSource.query(
      'select payload_encrypted from outbox order by created_at desc, id desc limit 1',
    )
    const mail = JSON.parse(api.world.secrets.decrypt('outbox', row.payload_encrypted))
    const confirmed = await api.post('/session/proofs/confirmation', { code: mail.data.code }, { as })
    expect(confirmed.body.ownProofAt).toBe(api.world.clock.now().toISOString())
    expect((await api.post(`/organizations/${org.id}/directories`, { name: 'D' }, { as })).body.status).toBe(
      'active',
    )
  })

  test('mails no code to an address that the account has not proven', async () => {
    const org = await organization(api)
    const { token: as } = await person(api, org, 'owner')
    const refused = await api.post('/session/proofs', { address: 'foreign@else.test' }, { as })
    expect([refused.status, refused.body.code]).toEqual([409, 'address_unproven'])
  })

  test('R3: starts to connect single sign-on only with a fresh own proof', async () => {
    const org = await organization(api)
    const { accountId } = await person(api, org, 'viewer')
    const made = await api.post(`/organizations/${org.id}/connections`, {
      name: 'IdP',
      metadataXml: await metadata(),
    })
    const as = await session(api, accountId, org.id)
    const start = () => api.post('/session/identities', { connectionId: made.body.id }, { as })
    expect((await start()).body.url).toMatch(`/saml/${made.body.id}/sign-in?start=`)
    api.world.clock.advance(601)
    const late = await start()
    expect([late.status, late.body.code]).toEqual([403, 'own_proof_required'])
  })
})

describe('B5: an automatic link', () => {
  async function linked(automatic = true) {
    const org = await organization(api)
    const member = await person(api, org, 'viewer')
    const made = await api.post(`/organizations/${org.id}/connections`, {
      name: 'IdP',
      metadataXml: await metadata(),
    })
    const [row] = await api.world.dataSource.query(
      `insert into identities (id, account_id, organization_id, connection_id, name_id, format, name_qualifier, sp_name_qualifier, rule, proof, automatic, jit_at, created_at, last_used_at)
       values (gen_random_uuid(), $1, $2, $3, 'subject', '', '', '', 'R4', 'P3', $4, $5, $5, $5) returning id`,
      [member.accountId, org.id, made.body.id, automatic, api.world.clock.now()],
    )
    await api.world.dataSource.query(
      `insert into sessions (id, token_hash, account_id, organization_id, proof_type, connection_id, identity_id, created_at, expires_at)
       values (gen_random_uuid(), decode(md5($3::uuid::text), 'hex'), $1, $2, 'saml', $3::uuid, $4, $5, $5::timestamptz + interval '1 hour')`,
      [member.accountId, org.id, made.body.id, row.id, api.world.clock.now()],
    )
    return { org, member, identityId: row.id as string, connectionId: made.body.id as string }
  }

  test('is undone by its person, with its sessions, and is kept as undone', async () => {
    const { org, member, identityId, connectionId } = await linked()
    const stranger = await person(api, org, 'viewer')
    const path = `/session/identities/${identityId}`
    expect((await api.delete(path, undefined, { as: stranger.token })).status).toBe(404)
    expect((await api.delete(path, undefined, { as: member.token })).status).toBe(204)
    expect((await api.get(`/accounts/${member.accountId}`)).body.identities).toEqual([])
    const [ended] = await api.world.dataSource.query(
      'select ended_at, end_reason from sessions where identity_id = $1',
      [identityId],
    )
    expect(ended).toEqual({ ended_at: api.world.clock.now(), end_reason: 'link_undone' })
    const undone = await api.world.dataSource.query(
      'select connection_id from identity_undos where account_id = $1',
      [member.accountId],
    )
    expect(undone).toEqual([{ connection_id: connectionId }])
    expect((await api.get(`/members/${member.memberId}`)).body).toMatchObject({
      role: 'viewer',
      status: 'active',
    })
    const events = await api.get(`/organizations/${org.id}/events?type=identity.undone`)
    expect(events.body.items).toMatchObject([{ decision: { rule: 'B5' } }])
  })

  test('stays after seven days, without a fresh own proof, and where the person made it', async () => {
    const made = await linked(false)
    const own = await api.delete(`/session/identities/${made.identityId}`, undefined, {
      as: made.member.token,
    })
    expect([own.status, own.body.code]).toEqual([409, 'undo_too_late'])
    const { org, member, identityId } = await linked()
    api.world.clock.advance(601)
    const unproven = await api.delete(`/session/identities/${identityId}`, undefined, { as: member.token })
    expect([unproven.status, unproven.body.code]).toEqual([403, 'own_proof_required'])
    api.world.clock.advance(7 * 86_400)
    const as = await session(api, member.accountId, org.id)
    const late = await api.delete(`/session/identities/${identityId}`, undefined, { as })
    expect([late.status, late.body.code]).toEqual([409, 'undo_too_late'])
  })
})

describe('request limits', () => {
  test('stop a stranger who tries keys, and say when to come back', async () => {
    const limited = await client({ settings: { rateLimits: true } })
    const statuses: number[] = []
    let last = await limited.get('/roles', undefined, { as: 'key_wrong' })
    for (let n = 0; n < 62; n += 1) {
      last = await limited.get('/roles', undefined, { as: 'key_wrong' })
      statuses.push(last.status)
    }
    expect(statuses[0]).toBe(401)
    expect([last.status, last.body.code]).toEqual([429, 'rate_limited'])
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0)
    expect((await limited.get('/roles')).status).toBe(200)
  })
})
