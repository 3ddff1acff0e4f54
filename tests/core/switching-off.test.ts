// E1 to E11: what a directory's no, its deletions and its second thoughts make of members, through the deeds on a real database.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { changeMember } from '../../src/actions/change-member.ts'
import { openHostSession } from '../../src/actions/open-host-session.ts'
import { resolveConflict } from '../../src/actions/resolve-conflict.ts'
import { restoreMember } from '../../src/actions/restore-member.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import type { World } from '../../src/actions/world.ts'
import { freshWorld } from '../support/world.ts'
import { refusal } from './refusal.ts'
import { root, type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

const DAY = 86_400
let serial = 0
const guest = (name = 'ana') => `${name}${++serial}@guest.test`

/** Ana, invited as editor for the blog, provisioned, in the group of admins, signed in. */
async function anaAtWork(s: Scene) {
  const email = s.at('ana')
  await s.invited(email)
  const record = await s.push(email, { externalId: 'x-1' })
  const { token } = await s.signIn({ email, nameId: 'x-1' })
  const accountId = await s.holder(email)
  const before = await s.member(accountId)
  return { email, record, token, accountId, before }
}

describe('a directory switches a member off', () => {
  test('E1: suspended, the grants kept, the sessions of this organization ended in the same moment (invariant 16)', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    const host = await openHostSession(world, root, ana.accountId, s.id)
    await s.update(ana.record, { active: false })
    expect(await s.member(ana.accountId)).toEqual({
      ...ana.before,
      status: 'suspended',
      statusReason: 'directory',
    })
    expect([await s.isOpen(ana.token), await s.isOpen(host.token)]).toEqual([false, false])
    expect(await refusal(openHostSession(world, root, ana.accountId, s.id))).toBe('directory_inactive')
    expect(await s.decided('member.suspended')).toBe('B10 suspend directory_inactive idp_admin')
  })

  test('E1: a pending invitation of that person stays pending and cannot be taken', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await s.push(email, { active: false })
    expect(await refusal(s.accept(offer, ana))).toBe('directory_inactive')
    expect(await s.offers(email)).toEqual(['editor pending'])
  })

  test('E1: the inviting of such a person is refused with the directory named', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.update(ana.record, { active: false })
    expect(await refusal(s.invited(ana.email))).toBe('directory_inactive')
  })

  test('E2: what was given by hand is covered, too', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await changeMember(world, root, ana.before?.id ?? '', { role: 'admin' })
    await s.update(ana.record, { active: false })
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'suspended', role: 'admin' })
  })

  test('E3: the last owner who can sign in stays owner, loses the sessions, and may sign in again', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.added(ana.accountId, 'owner')
    await s.update(ana.record, { active: false })
    expect(await s.member(ana.accountId)).toMatchObject({
      status: 'active',
      role: 'owner',
      guardCause: ana.record,
    })
    expect(await s.isOpen(ana.token)).toBe(false)
    expect((await s.signIn({ email: ana.email, nameId: 'x-1' })).outcome).toBe('signed_in')
  })

  test('E3: so it is when the record is deleted', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.added(ana.accountId, 'owner')
    await s.remove(ana.record)
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'active', role: 'owner' })
  })

  test('E3: the guard ends when another owner can sign in', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.added(ana.accountId, 'owner')
    await s.update(ana.record, { active: false })
    await s.added(await s.account(guest('olga')), 'owner')
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'suspended', guardCause: null })
  })

  test('E3: where single sign-on is required, an owner who never came by it guards nobody until they do', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.added(ana.accountId, 'owner')
    const olga = await s.account(s.at('olga'))
    await s.added(olga, 'owner')
    await s.policies({ ssoRequired: true })
    await s.update(ana.record, { active: false })
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'active', guardCause: ana.record })
    await s.signIn({ email: s.at('olga') })
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'suspended', guardCause: null })
  })

  test('E3: two owners switched off one after the other: the guard holds the later one', async () => {
    const s = await scene(world)
    const [first, second] = [await s.push(s.at('ana')), await s.push(s.at('olga'))]
    const [ana, olga] = [await s.holder(s.at('ana')), await s.holder(s.at('olga'))]
    await s.added(ana, 'owner')
    await s.added(olga, 'owner')
    await s.update(first, { active: false })
    await s.update(second, { active: false })
    expect(await s.member(ana)).toMatchObject({ status: 'suspended' })
    expect(await s.member(olga)).toMatchObject({ status: 'active', role: 'owner' })
  })

  test('T-33: two owners switched off at the same moment leave one', async () => {
    const s = await scene(world)
    for (const round of [1, 2, 3]) {
      const names = [`ana${round}`, `olga${round}`].map((n) => s.at(n))
      const records = await Promise.all(names.map((email) => s.push(email)))
      const accounts = await Promise.all(names.map((email) => s.holder(email)))
      for (const id of accounts) await s.added(id, 'owner')
      await s.rows(
        'update memberships set owner_since = null where organization_id = $1 and not account_id = any($2)',
        [s.id, accounts],
      )
      await Promise.all(records.map((record) => s.update(record, { active: false })))
      const states = await Promise.all(accounts.map(async (id) => (await s.member(id))?.status))
      expect(states.sort()).toEqual(['active', 'suspended'])
    }
  })

  test('E4: a person of this organization alone keeps the account', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.remove(ana.record)
    expect(await s.holder(ana.email)).toBe(ana.accountId)
  })

  test("E5: the directory's own invitation is revoked with its record and open again with it", async () => {
    const s = await scene(world)
    const email = guest()
    const record = await s.push(email)
    await s.update(record, { active: false })
    expect(await s.offers(email)).toEqual(['viewer revoked directory'])
    await s.update(record, { active: true })
    expect(await s.offers(email)).toEqual(['viewer pending'])
  })

  test('E5: an invitation that a person made stays pending', async () => {
    const s = await scene(world)
    const email = guest()
    await s.invited(email)
    await s.update(await s.push(email), { active: false })
    expect(await s.offers(email)).toEqual(['editor pending'])
  })

  test('E6: a deletion suspends, and stays closed after the 30 days', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.remove(ana.record)
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'suspended', statusReason: 'directory' })
    expect((await s.signIn({ email: ana.email, nameId: 'x-1' })).outcome).toBe('directory_inactive')
    world.clock.advance(31 * DAY)
    expect((await s.signIn({ email: ana.email, nameId: 'x-1' })).outcome).toBe('directory_inactive')
  })

  test('E6: only after the 30 days an invitation that a person makes counts against it', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.remove(ana.record)
    world.clock.advance(29 * DAY)
    expect(await refusal(s.invited(ana.email))).toBe('directory_inactive')
    world.clock.advance(2 * DAY)
    const offer = await s.invited(ana.email, { role: 'viewer', projects: ['shop'] })
    expect((await s.member(ana.accountId))?.status).toBe('removed')
    await s.accept(offer, ana.accountId)
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'active', projects: ['shop'] })
  })

  test('E7: within 30 days everything returns but the sessions', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.update(ana.record, { active: false })
    world.clock.advance(20 * DAY)
    await s.update(ana.record, { active: true })
    expect(await s.member(ana.accountId)).toEqual(ana.before)
    expect(await s.isOpen(ana.token)).toBe(false)
  })

  test('E7: later what invitations and hands gave does not return, what groups give does', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.map([s.groupRow(await s.group('Shop', [ana.record]), 'editor', ['shop'])])
    await s.update(ana.record, { active: false })
    world.clock.advance(31 * DAY)
    await s.update(ana.record, { active: true })
    expect(await s.member(ana.accountId)).toMatchObject({
      status: 'active',
      role: 'editor',
      projects: ['shop'],
      origins: ['directory-default:viewer', 'jit-default:viewer', 'mapping:#shop', 'mapping:editor'],
    })
  })

  test('E8: re-created under the same externalId and address within 30 days: the same person with the same grants', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.remove(ana.record)
    await s.push(ana.email, { externalId: 'x-1' })
    expect(await s.member(ana.accountId)).toEqual(ana.before)
    expect(await s.questions()).toEqual([])
  })

  test('E9: re-created under another externalId with the same address: nothing is inherited, an administrator is asked (T-17)', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.remove(ana.record)
    await s.push(ana.email, { externalId: 'x-2' })
    expect((await s.member(ana.accountId))?.status).toBe('suspended')
    expect(await s.memberships()).toHaveLength(1)
    expect(await s.questions()).toEqual([`E9 ${ana.email}`])
    expect((await s.signIn({ email: ana.email, nameId: 'x-2' })).outcome).toBe('identity_conflict')
  })

  test('E9: a record that is deleted before it was answered whose it is says nothing against anybody', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.signIn({ email, nameId: 'x-1' })
    const before = await s.memberships()
    const stranger = await s.push(email, { externalId: 'x-2' })
    expect(await s.questions()).toEqual([`E9 ${email}`])
    await s.remove(stranger)
    expect(await s.questions()).toEqual([])
    expect((await s.signIn({ email, nameId: 'x-1' })).outcome).toBe('signed_in')
    expect(await s.memberships()).toEqual(before)
  })

  test('E9: a record that is in question at another person is not bound to the one whose declared key it bears', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana'), nameId: 'x-1' })
    const ana = await s.holder(s.at('ana'))
    await s.remove(await s.push(s.at('bo'), { externalId: 'x-2' }))
    await s.push(s.at('bo'), { externalId: 'x-1' })
    expect(await s.questions()).toEqual([`E9 ${s.at('bo')}`])
    await s.signIn({ email: s.at('ana'), nameId: 'x-1' })
    expect((await s.member(ana))?.origins).toEqual(['jit-default:viewer'])
  })

  test('D1: an unbound record that bears a further address of a member denies at once', async () => {
    const s = await scene(world)
    const [email, further] = [guest(), guest('further')]
    const ana = await s.account(email)
    await s.rows(
      `insert into account_addresses (id, account_id, address, key, verified_at, is_primary, given_by, created_at) values (gen_random_uuid(), $1, $2, $2, now(), false, 'person', now())`,
      [ana, further],
    )
    await s.added(ana, 'viewer')
    await s.push(further, { active: false })
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'directory' })
  })

  test('E9: the answer "new account" gives the newcomer an account of their own, and the old one stays closed (T-17)', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.remove(ana.record)
    await s.push(ana.email, { externalId: 'x-2' })
    const [question] = await s.rows<{ id: string }>(
      "select id from conflicts where organization_id = $1 and state = 'open'",
      [s.id],
    )
    await resolveConflict(world, root, question?.id ?? '', 'new_account')
    const newcomer = await s.holder(ana.email)
    expect(newcomer).not.toBe(ana.accountId)
    expect(await s.member(newcomer)).toMatchObject({ status: 'active', role: 'viewer', projects: [] })
    expect((await s.member(ana.accountId))?.status).toBe('suspended')
    expect((await s.signIn({ email: ana.email, nameId: 'x-2' })).outcome).toBe('signed_in')
    expect((await s.signIn({ email: ana.email, nameId: 'x-1' })).outcome).toBe('directory_inactive')
  })

  test('E10: another organization is not touched (T-11, invariant 8)', async () => {
    const [s, other] = [await scene(world), await scene(world)]
    const ana = await anaAtWork(s)
    await other.added(ana.accountId, 'editor')
    const elsewhere = await openHostSession(world, root, ana.accountId, other.id)
    const before = await other.member(ana.accountId)
    await s.update(ana.record, { active: false })
    await s.remove(ana.record)
    expect(await other.member(ana.accountId)).toEqual(before)
    expect(await s.isOpen(elsewhere.token)).toBe(true)
    expect(await s.holder(ana.email)).toBe(ana.accountId)
  })

  test('E11: the directory cannot lift what an administrator suspended, nor the reverse', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    const member = ana.before?.id ?? ''
    await suspendMember(world, root, member)
    await s.update(ana.record, { active: false })
    await s.update(ana.record, { active: true })
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'suspended', statusReason: 'admin' })
    await s.update(ana.record, { active: false })
    await restoreMember(world, root, member)
    expect(await s.member(ana.accountId)).toMatchObject({ status: 'suspended', statusReason: 'directory' })
    await s.update(ana.record, { active: true })
    expect(await s.member(ana.accountId)).toEqual(ana.before)
  })

  test('invariant 13: the same push twice is once', async () => {
    const s = await scene(world)
    const ana = await anaAtWork(s)
    await s.update(ana.record, { active: false })
    const once = await s.member(ana.accountId)
    await s.update(ana.record, { active: false })
    expect(await s.member(ana.accountId)).toEqual(once)
  })
})
