// What an administrator, who is no owner, tries against owners and against trust by ways around the front door.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Client, client, key, organization, person } from '../admin/support.ts'

let api: Client
beforeAll(async () => {
  api = await client()
})

const at = (org: { id: string }) => `/organizations/${org.id}`

async function peopled() {
  const org = await organization(api)
  const owner = await person(api, org, 'owner')
  const other = await person(api, org, 'owner')
  const admin = await person(api, org, 'admin')
  return { org, owner, other, admin }
}

async function scim(directoryId: string, token: string, user: Record<string, unknown>) {
  const answer = await api.fresh.api
    .post(`/scim/v2/${directoryId}/Users`)
    .set('Authorization', `Bearer ${token}`)
    .set('Content-Type', 'application/scim+json')
    .send(JSON.stringify({ schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...user }))
  expect(answer.status).toBe(201)
}

/** A directory in test with a token, both made by an administrator. */
async function preparedDirectory(org: { id: string }, as: string) {
  const made = await api.post(`${at(org)}/directories`, { name: 'Mine' }, { as })
  expect(made.body.status).toBe('test')
  const token = await api.post(`/directories/${made.body.id}/tokens`, { label: 'mine' }, { as })
  return { id: made.body.id as string, token: token.body.token as string }
}

describe('T-36: a directory that an administrator prepared in test', () => {
  test('turns nobody off by a record that says inactive', async () => {
    const { org, other, admin } = await peopled()
    const mine = await preparedDirectory(org, admin.token)
    await scim(mine.id, mine.token, { userName: other.email, active: false })
    // Any event of the person asks all facts again.
    await api.patch(`/members/${other.memberId}`, { projects: [] })
    expect((await api.get(`/members/${other.memberId}`)).body).toMatchObject({ status: 'active' })
    expect((await api.get('/session', undefined, { as: other.token })).status).toBe(200)
  })

  test('gives nobody a role by a record that says active', async () => {
    const { org, admin } = await peopled()
    const viewer = await person(api, org, 'viewer')
    const mine = await preparedDirectory(org, admin.token)
    await scim(mine.id, mine.token, { userName: viewer.email, active: true })
    await api.patch(`/members/${viewer.memberId}`, { projects: [] })
    const { grants } = (await api.get(`/members/${viewer.memberId}`)).body
    expect(grants.map((g: { origin: { type: string } }) => g.origin.type)).toEqual(['manual'])
  })

  test('an active directory is put back into test by an owner’s act only: its denials would fall silent', async () => {
    const { org, owner, admin } = await peopled()
    const made = await api.post(`${at(org)}/directories`, { name: 'Okta' }, { as: owner.token })
    expect(made.body.status).toBe('active')
    for (const as of [admin.token, await key(api, org, 'admin')]) {
      const refused = await api.patch(`/directories/${made.body.id}`, { status: 'test' }, { as })
      expect([refused.status, refused.body.code]).toEqual([403, 'own_proof_required'])
    }
  })
})

describe('T-36: an administrator acts on no owner', () => {
  test('not by blocking the owner’s address', async () => {
    const { org, other, admin } = await peopled()
    for (const as of [admin.token, await key(api, org, 'admin')]) {
      const refused = await api.put(`${at(org)}/blocks/${other.email}`, undefined, { as })
      expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
    }
    expect((await api.get(`/members/${other.memberId}`)).body.status).toBe('active')
  })

  test('not by removing, changing or restoring an owner whom another owner suspended', async () => {
    const { owner, other, admin } = await peopled()
    await api.put(`/members/${other.memberId}/suspension`, undefined, { as: owner.token })
    const as = admin.token
    for (const refused of [
      await api.delete(`/members/${other.memberId}`, undefined, { as }),
      await api.patch(`/members/${other.memberId}`, { role: 'viewer' }, { as }),
      await api.delete(`/members/${other.memberId}/suspension`, undefined, { as }),
    ]) {
      expect(refused.status).toBe(403)
    }
  })

  test('not by lifting the block of an owner', async () => {
    const { org, owner, other, admin } = await peopled()
    await api.put(`${at(org)}/blocks/${other.email}`, undefined, { as: owner.token })
    expect((await api.get(`/members/${other.memberId}`)).body.status).toBe('suspended')
    const refused = await api.delete(`${at(org)}/blocks/${other.email}`, undefined, { as: admin.token })
    expect(refused.status).toBe(403)
  })

  for (const kind of ['B8', 'E9'] as const) {
    for (const choice of ['replace', 'new_account']) {
      test(`not by answering ${kind} about an owner with ${choice}`, async () => {
        const { org, other, admin } = await peopled()
        const conflictId = await question(org.id, kind, other)
        for (const as of [admin.token, await key(api, org, 'admin')]) {
          const refused = await api.post(`/conflicts/${conflictId}/resolution`, { choice }, { as })
          expect([refused.status, refused.body.code]).toEqual([403, 'forbidden'])
        }
        const [row] = await api.world.dataSource.query('select state from conflicts where id = $1', [
          conflictId,
        ])
        expect(row.state).toBe('open')
      })
    }
  }
})

async function question(
  organizationId: string,
  kind: string,
  who: { accountId: string; memberId: string; email: string },
) {
  const { newId } = await import('../../src/kernel/ids.ts')
  const id = newId()
  const subject = { nameId: 'stranger', format: 'f', nameQualifier: '', spNameQualifier: '' }
  await api.world.dataSource.query(
    `insert into conflicts (id, organization_id, kind, state, fingerprint, key, account_id, connection_id, subject, membership_id, choices, detail, created_at)
     values ($1::uuid, $2, $3, 'open', $1::text, $4, $5, $6, $7, $8, '{keep,replace,new_account}', 'A question.', $9)`,
    [
      id,
      organizationId,
      kind,
      who.email,
      who.accountId,
      newId(),
      JSON.stringify(subject),
      who.memberId,
      api.world.clock.now(),
    ],
  )
  return id
}

test('T-36: what another organization has cannot be told from what is not there by the words of a 404', async () => {
  const mine = await peopled()
  const theirs = await peopled()
  const directory = await api.post(`${at(theirs.org)}/directories`, { name: 'Theirs' })
  const made = await api.post(`${at(theirs.org)}/api-keys`, { name: 'Theirs', role: 'viewer' })
  const unknown = '018f0000-0000-7000-8000-000000000000'
  const as = mine.admin.token
  for (const [there, nowhere] of [
    [`/directories/${directory.body.id}`, `/directories/${unknown}`],
    [`/directories/${directory.body.id}/tokens`, `/directories/${unknown}/tokens`],
    [`/members/${theirs.other.memberId}`, `/members/${unknown}`],
  ] as const) {
    expect((await api.get(there, undefined, { as })).body).toEqual(
      (await api.get(nowhere, undefined, { as })).body,
    )
  }
  const drop = async (id: string) => (await api.delete(`/api-keys/${id}`, undefined, { as })).body
  expect(await drop(made.body.id)).toEqual(await drop(unknown))
})
