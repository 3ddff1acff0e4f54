// C1 to C19: what a directory's pushes make of people, through the deeds on a real database.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { changeMember } from '../../src/actions/change-member.ts'
import { deleteGroup } from '../../src/actions/delete-group.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { updateGroup } from '../../src/actions/update-group.ts'
import type { World } from '../../src/actions/world.ts'
import { freshWorld } from '../support/world.ts'
import { refusal } from './refusal.ts'
import { root, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

let serial = 0
const guest = (name = 'ana') => `${name}${++serial}@guest.test`

describe('a directory creates a person', () => {
  test("C1: nobody yet, in a proven domain: account, address by the organization's word, membership with the default", async () => {
    const s = await scene(world)
    await s.push(s.at('ana'))
    const ana = await s.holder(s.at('ana'))
    expect(await s.memberships()).toMatchObject([
      {
        accountId: ana,
        status: 'active',
        role: 'viewer',
        origins: ['directory-default:viewer'],
        keys: [s.at('ana')],
      },
    ])
    expect(await s.decided('directory_user.created')).toBe('C1 join joined nobody')
  })

  test('C1: inactive from the start: a record that only denies, no account, no membership, no invitation', async () => {
    const s = await scene(world)
    const before = await s.people()
    await s.push(s.at('ana'), { active: false })
    expect([await s.people(), await s.offers(s.at('ana'))]).toEqual([before, []])
  })

  test('C2: outside proven domains: one pending invitation of the directory, no account', async () => {
    const s = await scene(world)
    const email = guest()
    const before = await s.people()
    await s.push(email)
    expect([await s.people(), await s.offers(email)]).toEqual([before, ['viewer pending']])
    expect(
      await s.rows("select 1 from outbox where organization_id = $1 and kind = 'mail'", [s.id]),
    ).toHaveLength(1)
  })

  test('C2: a directory that does not notify mails nobody', async () => {
    const s = await scene(world)
    await s.push(guest(), {}, { ...s.directory, notify: false })
    expect(await s.rows("select 1 from outbox where organization_id = $1 and kind = 'mail'", [s.id])).toEqual(
      [],
    )
  })

  test("C2: the directory's invitation grants nothing by itself: role and projects come from the record", async () => {
    const s = await scene(world, { policies: { directoryRole: 'viewer' } })
    const email = guest()
    const record = await s.push(email)
    const editors = await s.group('Editors', [record])
    await s.map([s.groupRow(editors, 'editor', ['shop'])])
    const ana = await s.account(email)
    const [offer] = await s.rows<{ id: string }>('select id from invitations where organization_id = $1', [
      s.id,
    ])
    await s.accept(offer?.id ?? '', ana)
    expect(await s.member(ana)).toMatchObject({
      status: 'active',
      role: 'editor',
      projects: ['shop'],
      origins: ['directory-default:viewer', 'mapping:#shop', 'mapping:editor'],
    })
  })

  test('C2: the invitation does not expire while its record is active', async () => {
    const s = await scene(world)
    const email = guest()
    await s.push(email)
    world.clock.advance(30 * 86_400)
    const ana = await s.account(email)
    const [offer] = await s.rows<{ id: string }>('select id from invitations where organization_id = $1', [
      s.id,
    ])
    await s.accept(offer?.id ?? '', ana)
    expect((await s.member(ana))?.status).toBe('active')
  })

  test('C3: an account that holds the address in a proven domain is bound, and told', async () => {
    const s = await scene(world)
    const ana = await s.account(s.at('ana'))
    await s.push(s.at('ana'))
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'viewer' })
    expect(
      await s.rows("select 1 from outbox where organization_id = $1 and kind = 'mail'", [s.id]),
    ).toHaveLength(1)
  })

  test('C4: an account that holds the address elsewhere is not attached, renamed or revealed (T-10, T-31)', async () => {
    const s = await scene(world)
    const [known, unknown] = [guest(), guest('nobody')]
    const ana = await s.account(known)
    await s.push(known, { displayName: 'Renamed' })
    await s.push(unknown)
    expect(await s.member(ana)).toBeNull()
    expect(await s.rows('select name from accounts where id = $1', [ana])).toEqual([{ name: null }])
    expect([await s.offers(known), await s.offers(unknown)]).toEqual([['viewer pending'], ['viewer pending']])
    expect(
      await s.rows(
        'select account_id from directory_users where directory_id = $1 and account_id is not null',
        [s.directory.id],
      ),
    ).toEqual([])
    const said = await s.rows(
      "select distinct rule, outcome, reason from events where organization_id = $1 and type = 'directory_user.created'",
      [s.id],
    )
    expect(said).toHaveLength(1)
  })

  test('C5: an unverified claim is struck by the push of the same address in a proven domain; its account keeps the rest', async () => {
    const s = await scene(world)
    const squatter = await s.account(s.at('ana'), false)
    await s.push(s.at('ana'))
    const ana = await s.holder(s.at('ana'))
    expect(ana).not.toBe(squatter)
    expect(await s.holders(s.at('ana'))).toEqual([{ accountId: ana, verified: true }])
  })

  test('C6: a member is bound and derived at once', async () => {
    const s = await scene(world)
    const ana = await s.account(s.at('ana'))
    await s.added(ana, 'admin')
    await s.push(s.at('ana'))
    expect(await s.member(ana)).toMatchObject({
      role: 'admin',
      origins: ['directory-default:viewer', 'manual:admin'],
    })
  })

  test('C6: an owner is never demoted', async () => {
    const s = await scene(world)
    const ana = await s.account(s.at('ana'))
    await s.added(ana, 'owner')
    const record = await s.push(s.at('ana'))
    await s.map([s.groupRow(await s.group('Viewers', [record]), 'viewer')])
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'owner' })
  })

  test('C7: a pending invitation is satisfied by the directory; without a mapped group the invited role is kept', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'))
    await s.push(s.at('ana'))
    expect(await s.memberships()).toMatchObject([{ status: 'active', role: 'editor', projects: ['blog'] }])
    expect(await s.offers(s.at('ana'))).toEqual(['editor satisfied directory'])
  })

  test("C7: outside proven domains that invitation stays open and serves as the directory's", async () => {
    const s = await scene(world)
    const email = guest()
    await s.invited(email)
    await s.push(email)
    expect(await s.offers(email)).toEqual(['editor pending'])
  })

  test('C8: a mapped group outranks a higher invited role; the projects are the union (T-26)', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'), { role: 'admin' })
    const editors = await s.group('Editors')
    await s.map([s.groupRow(editors, 'editor', ['shop'])])
    const record = await s.push(s.at('ana'))
    expect(await s.memberships()).toMatchObject([{ role: 'admin' }])
    await s.members(editors, { add: [record] })
    expect(await s.memberships()).toMatchObject([{ role: 'editor', projects: ['blog', 'shop'] }])
  })

  test('C9: somebody whom an administrator removed stays out, and the administrator is asked (T-27)', async () => {
    const s = await scene(world)
    const ana = await s.account(s.at('ana'))
    await removeMember(world, root, await s.added(ana, 'viewer'), { hold: false })
    await s.push(s.at('ana'))
    expect((await s.member(ana))?.status).toBe('removed')
    expect(await s.questions()).toEqual([`C9 ${s.at('ana')}`])
  })

  test('C9: somebody whom an administrator suspended stays suspended', async () => {
    const s = await scene(world)
    const ana = await s.account(s.at('ana'))
    await suspendMember(world, root, await s.added(ana, 'viewer'))
    await s.push(s.at('ana'))
    expect(await s.member(ana)).toMatchObject({ status: 'suspended', statusReason: 'admin' })
  })

  test('C10, C11: the same externalId or userName again is refused in the same directory, not in another', async () => {
    const s = await scene(world)
    await s.push(s.at('ana'), { externalId: 'x-1' })
    expect(await refusal(s.push(s.at('bo'), { externalId: 'x-1' }))).toBe('uniqueness')
    expect(await refusal(s.push(s.at('ANA'), { externalId: 'x-2' }))).toBe('uniqueness')
    await s.push(s.at('bo'), { externalId: 'x-1' }, await s.newDirectory())
    expect(await s.memberships()).toHaveLength(2)
  })

  test('C12: a second directory binds the same account; the no of either wins, and an administrator is asked', async () => {
    const s = await scene(world)
    await s.push(s.at('ana'))
    const second = await s.newDirectory()
    const record = await s.push(s.at('ana'), {}, second)
    expect(await s.memberships()).toHaveLength(1)
    await s.update(record, { active: false }, second)
    expect(await s.memberships()).toMatchObject([{ status: 'suspended', statusReason: 'directory' }])
    expect(await s.questions()).toEqual([`C12 ${s.at('ana')}`])
  })

  test('C12: the deletion of a record says nothing while the other directory has the person', async () => {
    const s = await scene(world)
    const old = await s.push(s.at('ana'))
    await s.push(s.at('ana'), {}, await s.newDirectory())
    await s.remove(old)
    expect(await s.memberships()).toMatchObject([{ status: 'active' }])
  })

  test('C14: a new address within the proven domain moves the login address of an account that is alone held', async () => {
    const s = await scene(world)
    const record = await s.push(s.at('ana'))
    const ana = await s.holder(s.at('ana'))
    await s.update(record, { userName: s.at('ana.lind') })
    expect(await s.holders(s.at('ana'))).toEqual([])
    expect(await s.holder(s.at('ana.lind'))).toBe(ana)
    expect(await s.memberships()).toMatchObject([{ accountId: ana, status: 'active' }])
    expect(await s.decided('directory_user.updated')).toBe('C14 change joined nobody')
    // The organization knows the person by the new address, and a code at it opens what the old one did.
    expect(await s.rows('select email from memberships where organization_id = $1', [s.id])).toEqual([
      { email: s.at('ana.lind') },
    ])
    expect((await s.memberships())[0]?.keys).toEqual([s.at('ana'), s.at('ana.lind')].sort())
  })

  test.each(['outside the proven domain', 'that another account holds'])(
    'C15: a new address %s changes the record alone (T-09)',
    async (what) => {
      const s = await scene(world)
      const record = await s.push(s.at('ana'))
      const ana = await s.holder(s.at('ana'))
      const other = what === 'outside the proven domain' ? guest('evil') : s.at('bo')
      if (other === s.at('bo')) await s.account(other)
      await s.update(record, { userName: other })
      expect(await s.holder(s.at('ana'))).toBe(ana)
      expect((await s.holders(other)).filter((h) => h.accountId === ana)).toEqual([])
      expect(await s.decided('directory_user.updated')).toBe('C15 change joined nobody')
    },
  )

  test('C15: an account with a membership elsewhere keeps its login address', async () => {
    const [s, other] = [await scene(world), await scene(world)]
    const record = await s.push(s.at('ana'))
    const ana = await s.holder(s.at('ana'))
    await other.added(ana, 'viewer')
    await s.update(record, { userName: s.at('ana.lind') })
    expect(await s.holder(s.at('ana'))).toBe(ana)
  })

  test('C16: a new externalId on an active record moves nothing, and the sign-in under it is added', async () => {
    const s = await scene(world)
    const record = await s.push(s.at('ana'), { externalId: 'x-1' })
    await s.signIn({ email: s.at('ana'), nameId: 'x-1' })
    await s.update(record, { externalId: 'x-2' })
    expect((await s.signIn({ email: s.at('ana'), nameId: 'x-2' })).outcome).toBe('signed_in')
    expect(await s.memberships()).toHaveLength(1)
    expect(
      await s.rows('select name_id from identities where organization_id = $1 order by 1', [s.id]),
    ).toEqual([{ name_id: 'x-1' }, { name_id: 'x-2' }])
  })

  test('C16: a new externalId together with the return to active is a new person: nothing is inherited (T-17)', async () => {
    const s = await scene(world)
    const record = await s.push(s.at('smith'), { externalId: 'x-1' })
    const old = await s.holder(s.at('smith'))
    await s.update(record, { active: false })
    await s.update(record, { active: true, externalId: 'x-2' })
    expect(await s.member(old)).toMatchObject({ status: 'suspended', statusReason: 'directory' })
    expect(await s.questions()).toEqual([`E9 ${s.at('smith')}`])
    expect((await s.signIn({ email: s.at('smith'), nameId: 'x-2' })).outcome).toBe('identity_conflict')
  })

  test('C17: members that do not exist in this directory are passed over', async () => {
    const [s, other] = [await scene(world), await scene(world)]
    const stranger = await other.push(other.at('eve'))
    const editors = await s.group('Editors')
    await s.map([s.groupRow(editors, 'admin')])
    await s.members(editors, { add: [stranger, 'nobody', crypto.randomUUID()] })
    expect(await s.rows('select 1 from directory_group_members where group_id = $1', [editors])).toEqual([])
    expect(await other.memberships()).toMatchObject([{ role: 'viewer' }])
  })

  test('C18: a renamed group keeps its mapping; another one under the old name gets nothing (T-35)', async () => {
    const s = await scene(world)
    const admins = await s.group('Admins')
    await s.map([{ group: { directoryId: s.directory.id, displayName: 'Admins' }, role: 'admin' }])
    await updateGroup(world, s.directory, admins, {
      draft: (g) => ({ ...g, displayName: 'Leads' }),
      members: null,
    })
    const record = await s.push(s.at('ana'))
    await s.members(admins, { add: [record] })
    await s.group('Admins', [await s.push(s.at('eve'))])
    expect(await s.member(await s.holder(s.at('ana')))).toMatchObject({ role: 'admin' })
    expect(await s.member(await s.holder(s.at('eve')))).toMatchObject({ role: 'viewer' })
  })

  test('C19: out of the last mapped group the role falls to the default, the projects of the invitation stay (T-26)', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'), { role: 'admin' })
    const record = await s.push(s.at('ana'))
    const editors = await s.group('Editors', [record])
    await s.map([s.groupRow(editors, 'editor')])
    await s.members(editors, { remove: [record] })
    expect(await s.memberships()).toMatchObject([{ role: 'viewer', projects: ['blog'] }])
    world.clock.advance(1)
    await changeMember(world, root, (await s.memberships())[0]?.id ?? '', { role: 'editor' })
    expect(await s.memberships()).toMatchObject([{ role: 'editor' }])
  })

  test('C19: the deletion of the group is the same', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'), { role: 'admin' })
    const record = await s.push(s.at('ana'))
    const editors = await s.group('Editors', [record])
    await s.map([s.groupRow(editors, 'editor')])
    world.clock.advance(1)
    await deleteGroup(world, s.directory, editors, () => {})
    expect(await s.memberships()).toMatchObject([{ role: 'viewer' }])
  })

  test('C19: a change of the mapping ends no origin: undoing it restores what was', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'), { role: 'admin' })
    const editors = await s.group('Editors', [await s.push(s.at('ana'))])
    await s.map([s.groupRow(editors, 'editor')])
    expect(await s.memberships()).toMatchObject([{ role: 'editor' }])
    await s.map([])
    expect(await s.memberships()).toMatchObject([{ role: 'admin', projects: ['blog'] }])
  })

  test("D0: a record outside proven domains is bound by its person's own acceptance, whoever came first", async () => {
    const s = await scene(world)
    const [first, second] = [guest(), guest('bo')]
    const [ana, bo] = [await s.account(first), await s.account(second)]
    await s.accept(await s.invited(first), ana)
    await s.push(first)
    await s.invited(second)
    await s.push(second)
    const [offer] = await s.rows<{ id: string }>(
      'select id from invitations where organization_id = $1 and key = $2',
      [s.id, second],
    )
    await s.accept(offer?.id ?? '', bo)
    const ends = [await s.member(ana), await s.member(bo)].map((m) => [m?.status, m?.role, m?.origins])
    expect(ends[0]).toEqual([
      'active',
      'editor',
      ['directory-default:viewer', 'invitation:#blog', 'invitation:editor'],
    ])
    expect(ends[1]).toEqual(ends[0])
  })

  test('D0: a record under whose declared key somebody signs in here is theirs, whatever address it bears', async () => {
    const s = await scene(world)
    const email = guest()
    await s.invited(email)
    await s.signIn({ email, nameId: 'x-9', proof: 'code' })
    await s.push(guest('another'), { externalId: 'x-9' })
    expect(await s.memberships()).toMatchObject([
      { origins: ['directory-default:viewer', 'invitation:#blog', 'invitation:editor'] },
    ])
  })

  test('E9: a record under another declared key than its person signs in with asks first, at either door', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana'), nameId: 'x-1' })
    await s.push(s.at('ana'), { externalId: 'x-2' })
    await s.push(s.at('bo'), { externalId: 'x-3' })
    expect((await s.signIn({ email: s.at('bo'), nameId: 'x-4' })).outcome).toBe('identity_conflict')
    expect(await s.questions()).toEqual([`E9 ${s.at('ana')}`, `B8 ${s.at('bo')}`])
  })

  test('D1: a blocked address gets no account and no invitation', async () => {
    const s = await scene(world)
    const email = guest()
    const { blockAddress } = await import('../../src/actions/block-address.ts')
    await blockAddress(world, root, s.id, email)
    await blockAddress(world, root, s.id, s.at('bo'))
    const before = await s.people()
    await s.push(email)
    await s.push(s.at('bo'))
    expect([await s.people(), await s.offers(email)]).toEqual([before, []])
  })
})
