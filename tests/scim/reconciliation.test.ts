// What becomes of people when a directory speaks: the rules C, E and H by HTTP alone, as an identity provider and an administrator see them.
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals'
import { settleBrakes } from '../../src/actions/deprovision-brake.ts'
import { type Outbound, startOutbound } from '../../src/outbound/outbound.ts'
import type { FreshApp } from '../support/app.ts'
import { freshApp } from '../support/app.ts'
import { type Body, bodyOf, PATCH, type TestDirectory, testDirectory, USER } from './directory.ts'

let app: FreshApp
let outbound: Outbound
beforeAll(async () => {
  app = await freshApp()
  outbound = startOutbound(app.world)
})
afterAll(async () => {
  await outbound.stop()
})

const API = '/api/v1'
const beside = (options: { verified?: boolean } = {}) => testDirectory('okta', { beside: app, ...options })
const asRoot = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object) =>
  app.api[method](`${API}${path}`).set('Authorization', `Bearer ${app.rootKey}`).send(body)
const items = async (path: string): Promise<Body[]> => bodyOf(await asRoot('get', path)).items
const members = (d: TestDirectory) => items(`/organizations/${d.organizationId}/members`)
const invitations = (d: TestDirectory) => items(`/organizations/${d.organizationId}/invitations`)
const policies = async (d: TestDirectory, patch: object) => {
  expect((await asRoot('patch', `/organizations/${d.organizationId}`, { policies: patch })).status).toBe(200)
}
const account = async (email: string) =>
  bodyOf(await asRoot('post', '/accounts', { email, emailVerified: true })).id as string
const mails = async (to: string): Promise<Body[]> => {
  const waiting = "select 1 from outbox where kind = 'mail' and state <> 'done'"
  while ((await app.world.dataSource.query(waiting)).length > 0) await pause(20)
  return bodyOf(await app.api.get(`/dev/mailbox.json?to=${encodeURIComponent(to)}`)).items
}
const active = (value: boolean) => ({
  schemas: [PATCH],
  Operations: [{ op: 'replace', path: 'active', value }],
})
const lookup = async (d: TestDirectory, userName: string): Promise<Body> =>
  bodyOf(await d.call('get', `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`))
let serial = 0
const outsider = () => `guest${++serial}@elsewhere.test`

describe('a directory pushes a person whose domain nobody proved', () => {
  test('C2: a pending invitee is a full user with active true: read, listed, found, patched and deleted like any', async () => {
    const d = await beside()
    const email = outsider()
    const made = await d.make('/Users', { userName: email })
    expect(made.active).toBe(true)
    expect((await invitations(d)).map((i) => [i.email, i.status, i.invitedBy.type])).toEqual([
      [email, 'pending', 'directory'],
    ])
    expect(bodyOf(await d.call('get', `/Users/${made.id}`)).active).toBe(true)
    expect((await lookup(d, email)).totalResults).toBe(1)
    const titled = { schemas: [PATCH], Operations: [{ op: 'add', path: 'title', value: 'Editor' }] }
    expect(bodyOf(await d.call('patch', `/Users/${made.id}`, titled)).title).toBe('Editor')
    expect((await d.call('delete', `/Users/${made.id}`)).status).toBe(204)
    expect((await lookup(d, email)).totalResults).toBe(0)
    expect((await invitations(d)).map((i) => i.status)).toEqual(['revoked'])
  })

  test('C2, E5: one mail is sent in all, however often the person is pushed, switched off and on again', async () => {
    const d = await beside()
    const email = outsider()
    const made = await d.make('/Users', { userName: email })
    // A mail that leaves while the person is switched off is dropped, so this one leaves first.
    expect(await mails(email)).toHaveLength(1)
    for (const value of [false, true, false, true]) await d.call('patch', `/Users/${made.id}`, active(value))
    await d.call('put', `/Users/${made.id}`, { schemas: [USER], userName: email, active: true })
    expect((await mails(email)).map((mail) => mail.to)).toEqual([email])
    expect((await invitations(d)).map((i) => i.status)).toEqual(['pending'])
  })

  test('C7: an invitation that an administrator sent already is not sent a second time', async () => {
    const d = await beside()
    const email = `ana@${d.domain}`
    await asRoot('post', `/organizations/${d.organizationId}/invitations`, { email, role: 'editor' })
    await d.make('/Users', { userName: email })
    expect((await mails(email)).filter((mail) => /invit/i.test(mail.subject))).toHaveLength(1)
    expect((await invitations(d)).map((i) => [i.status, i.statusReason])).toEqual([
      ['satisfied', 'directory'],
    ])
    expect((await members(d)).map((m) => [m.email, m.role, m.status])).toEqual([[email, 'editor', 'active']])
  })
})

describe('a directory and an account that was there before', () => {
  test('C3: in a proven domain it is adopted, and keeps what it was', async () => {
    const d = await beside()
    const email = `ben@${d.domain}`
    const id = await account(email)
    await d.make('/Users', { userName: email })
    expect((await members(d)).map((m) => [m.account.id, m.status])).toEqual([[id, 'active']])
  })

  test('C4, T-31: outside it the directory hears the same as of a stranger, and the account is not touched', async () => {
    const d = await beside()
    const [known, unknown] = [outsider(), outsider()]
    const id = await account(known)
    const shape = (body: Body) => ({
      ...body,
      id: '',
      userName: '',
      meta: { ...body.meta, location: '', created: '', lastModified: '' },
    })
    const [a, b] = [
      await d.make('/Users', { userName: known }),
      await d.make('/Users', { userName: unknown }),
    ]
    expect(shape(a)).toEqual(shape(b))
    expect(bodyOf(await asRoot('get', `/accounts/${id}`)).memberships).toEqual([])
  })

  test('C9: whom an administrator removed stays out, and the directory reads its own word back', async () => {
    const d = await beside()
    const email = `cleo@${d.domain}`
    const made = await d.make('/Users', { userName: email })
    const [member] = await members(d)
    expect((await asRoot('delete', `/members/${member.id}?directory=hold`)).status).toBeLessThan(300)
    await d.call('patch', `/Users/${made.id}`, active(false))
    await d.call('patch', `/Users/${made.id}`, active(true))
    expect(bodyOf(await d.call('get', `/Users/${made.id}`)).active).toBe(true)
    expect((await members(d)).filter((m) => m.status === 'active')).toEqual([])
  })
})

describe('seats', () => {
  test('C13: without a free seat the directory gets its 201, and the person waits until there is one', async () => {
    const d = await beside()
    await policies(d, { seats: 1 })
    await d.make('/Users', { userName: `one@${d.domain}` })
    const made = await d.make('/Users', { userName: `two@${d.domain}` })
    expect(made.active).toBe(true)
    expect((await members(d)).map((m) => [m.status, m.statusReason])).toEqual([
      ['active', null],
      ['waiting', 'seat'],
    ])
    await policies(d, { seats: 2 })
    expect((await members(d)).map((m) => m.status)).toEqual(['active', 'active'])
  })

  test('C13: an organization that lets nobody wait refuses in plain words, and nothing is stored but that', async () => {
    const d = await beside()
    await policies(d, { seats: 1, seatPolicy: 'refuse' })
    const first = await d.make('/Users', { userName: `one@${d.domain}` })
    const refused = await d.call('post', '/Users', { schemas: [USER], userName: `two@${d.domain}` })
    expect([refused.status, bodyOf(refused).detail]).toEqual([403, expect.stringContaining('no free seat')])
    expect((await lookup(d, `two@${d.domain}`)).totalResults).toBe(0)
    expect(await members(d)).toHaveLength(1)
    const told = await items(`/organizations/${d.organizationId}/events?type=directory_user.refused`)
    expect(told.map((event) => [event.decision.rule, event.decision.reason])).toEqual([
      ['C13', 'seat_unavailable'],
    ])
    // A seat that was given up is a seat.
    await d.call('patch', `/Users/${first.id}`, active(false))
    await d.make('/Users', { userName: `two@${d.domain}` })
    const back = await d.call('patch', `/Users/${first.id}`, active(true))
    expect(back.status).toBe(403)
    expect(bodyOf(await d.call('get', `/Users/${first.id}`)).active).toBe(false)
  })
})

describe('switching off and on', () => {
  test('E1, E7: off suspends the same member and ends the session at once, on brings the same one back', async () => {
    const d = await beside()
    const made = await d.make('/Users', { userName: `dora@${d.domain}` })
    const [before] = await members(d)
    const opened = await asRoot('post', `/accounts/${before.account.id}/sessions`, {
      organization: d.organizationId,
    })
    const session = () => app.api.get(`${API}/session`).set('Authorization', `Bearer ${bodyOf(opened).token}`)
    expect((await session()).status).toBe(200)
    await d.call('patch', `/Users/${made.id}`, active(false))
    expect((await session()).status).toBe(401)
    expect((await members(d)).map((m) => [m.id, m.status, m.statusReason])).toEqual([
      [before.id, 'suspended', 'directory'],
    ])
    await d.call('patch', `/Users/${made.id}`, active(true))
    expect(await members(d)).toEqual([before])
    expect((await session()).status).toBe(401)
  })

  test('E3: the last owner who can sign in is kept, the directory gets its 200, and the administrators are told', async () => {
    const d = await beside()
    const email = `owner@${d.domain}`
    const made = await d.make('/Users', { userName: email })
    const [member] = await members(d)
    expect((await asRoot('patch', `/members/${member.id}`, { role: 'owner' })).status).toBe(200)
    const answer = await d.call('patch', `/Users/${made.id}`, active(false))
    expect([answer.status, bodyOf(answer).active]).toEqual([200, false])
    expect((await members(d)).map((m) => [m.status, m.role])).toEqual([['active', 'owner']])
    expect((await mails(email)).map((mail) => mail.subject)).toContainEqual(
      expect.stringContaining('keeps its last owner'),
    )
    expect((await d.call('delete', `/Users/${made.id}`)).status).toBe(204)
    expect((await members(d)).map((m) => m.status)).toEqual(['active'])
  })

  test('E6, E8: deleted and made again with the same externalId, it is the same member; with another one it waits for an answer (E9)', async () => {
    const d = await beside()
    const userName = `eve@${d.domain}`
    const first = await d.make('/Users', { userName, externalId: 'e-1' })
    const [before] = await members(d)
    await d.call('delete', `/Users/${first.id}`)
    expect((await members(d)).map((m) => m.status)).toEqual(['suspended'])
    const second = await d.make('/Users', { userName, externalId: 'e-1' })
    expect((await members(d)).map((m) => [m.id, m.status])).toEqual([[before.id, 'active']])
    await d.call('delete', `/Users/${second.id}`)
    await d.make('/Users', { userName, externalId: 'e-2' })
    expect((await members(d)).map((m) => m.status)).toEqual(['suspended'])
    const asked = await items(`/organizations/${d.organizationId}/conflicts`)
    expect(asked.map((c) => [c.kind, c.choices])).toEqual([['E9', ['keep', 'replace', 'new_account']]])
  })

  test('E11: what an administrator suspended the directory cannot lift', async () => {
    const d = await beside()
    const made = await d.make('/Users', { userName: `finn@${d.domain}` })
    const [member] = await members(d)
    await asRoot('put', `/members/${member.id}/suspension`)
    await d.call('patch', `/Users/${made.id}`, active(false))
    await d.call('patch', `/Users/${made.id}`, active(true))
    expect((await members(d)).map((m) => [m.status, m.statusReason])).toEqual([['suspended', 'admin']])
  })
})

describe('many at once', () => {
  test('H7: the directory gets its answers, the people stay, the question and the explanation say why, and an answer by HTTP settles it', async () => {
    const d = await beside()
    await policies(d, { deprovisionBrake: { members: 2 } })
    const people: Body[] = []
    for (const name of ['a', 'b', 'c'])
      people.push(await d.make('/Users', { userName: `${name}@${d.domain}` }))
    for (const person of people) {
      const answer = await d.call('patch', `/Users/${person.id}`, active(false))
      expect([answer.status, bodyOf(answer).active]).toEqual([200, false])
    }
    await settleBrakes(app.world)
    expect((await members(d)).map((m) => [m.status, m.statusReason])).toEqual(
      Array(3).fill(['active', 'deprovision_held']),
    )
    const [question] = await items(`/organizations/${d.organizationId}/conflicts`)
    expect(question).toMatchObject({
      kind: 'H7',
      choices: ['confirm', 'restore'],
      directoryId: d.id,
      heldMembers: 3,
    })
    const told = bodyOf(
      await asRoot('get', `/organizations/${d.organizationId}/explanation?email=a@${d.domain}`),
    )
    expect([told.verdict, told.reason.code]).toEqual(['joined', 'deprovision_held'])
    expect(told.fixes.map((fix: Body) => [fix.href, fix.body.choice])).toEqual(
      ['confirm', 'restore'].map((choice) => [`${API}/conflicts/${question.id}/resolution`, choice]),
    )
    expect(
      (await asRoot('post', `/conflicts/${question.id}/resolution`, { choice: 'confirm' })).status,
    ).toBeLessThan(300)
    expect((await members(d)).map((m) => m.status)).toEqual(Array(3).fill('suspended'))
  })
})

describe('groups', () => {
  test('C18, T-35: a mapping written by name is tied to the group when it comes, and follows it through a new name', async () => {
    const d = await beside()
    const mappings = `/organizations/${d.organizationId}/role-mappings`
    const rows = [{ group: { directoryId: d.id, displayName: 'Editors' }, role: 'editor', projects: [] }]
    const { planHash } = bodyOf(await asRoot('post', `${mappings}/preview`, rows))
    await app.api
      .put(`${API}${mappings}`)
      .set('Authorization', `Bearer ${app.rootKey}`)
      .set('If-Match', planHash)
      .send(rows)
    const made = await d.make('/Users', { userName: `gia@${d.domain}` })
    const group = await d.make('/Groups', { displayName: 'Editors', members: [{ value: made.id }] })
    expect((await members(d)).map((m) => m.role)).toEqual(['editor'])
    const renamed = {
      schemas: [PATCH],
      Operations: [{ op: 'replace', path: 'displayName', value: 'Writers' }],
    }
    await d.call('patch', `/Groups/${group.id}`, renamed)
    expect((await members(d)).map((m) => m.role)).toEqual(['editor'])
    // C19: out of the last mapped group, the role falls to the default.
    await d.call('patch', `/Groups/${group.id}`, {
      schemas: [PATCH],
      Operations: [{ op: 'remove', path: `members[value eq "${made.id}"]` }],
    })
    expect((await members(d)).map((m) => m.role)).toEqual(['viewer'])
  })
})
