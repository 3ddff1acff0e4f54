// G1 to G6, H3 and H5: what administrators and owners do by hand, through the deeds on a real database.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { changeMember } from '../../src/actions/change-member.ts'
import { createApiKey } from '../../src/actions/create-api-key.ts'
import { createConnection } from '../../src/actions/create-connection.ts'
import { createDirectory } from '../../src/actions/create-directory.ts'
import { createDirectoryToken } from '../../src/actions/create-directory-token.ts'
import { deleteConnection } from '../../src/actions/delete-connection.ts'
import { openHostSession } from '../../src/actions/open-host-session.ts'
import { previewMappings } from '../../src/actions/preview-mappings.ts'
import { putMappings } from '../../src/actions/put-mappings.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { updateOrganization } from '../../src/actions/update-organization.ts'
import type { World } from '../../src/actions/world.ts'
import { freshWorld } from '../support/world.ts'
import { refusal } from './refusal.ts'
import { root, type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

let serial = 0
const guest = (name = 'ana') => `${name}${++serial}@guest.test`
const removal = { hold: false }

async function owners(s: Scene, ...names: string[]) {
  const made = []
  for (const name of names) {
    const accountId = await s.account(guest(name))
    made.push({ accountId, member: await s.added(accountId, 'owner') })
  }
  return made
}

describe('a member by hand', () => {
  test('G2: a role that a mapped group governs is not changed by hand, and both levers are named', async () => {
    const s = await scene(world)
    await s.map([s.groupRow(await s.group('Editors', [await s.push(s.at('ana'))]), 'editor')])
    const [ana] = await s.memberships()
    const change = changeMember(world, root, ana?.id ?? '', { role: 'admin' })
    await expect(change).rejects.toMatchObject({
      code: 'role_governed_by_mapping',
      message: expect.stringMatching(/Row 1.*group/),
    })
    expect(await s.memberships()).toEqual([ana])
  })

  test('G2: a role given by hand ends the role of the invitation; its projects stay', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    await s.accept(await s.invited(email, { role: 'admin' }), ana)
    await changeMember(world, root, (await s.member(ana))?.id ?? '', { role: 'viewer' })
    expect(await s.member(ana)).toMatchObject({
      role: 'viewer',
      origins: ['invitation:#blog', 'manual:viewer'],
    })
  })

  test('G4: a member whom a directory provisions is removed there, or held closed here', async () => {
    const s = await scene(world)
    const record = await s.push(s.at('ana'))
    const [ana] = await s.memberships()
    expect(await refusal(removeMember(world, root, ana?.id ?? '', removal))).toBe('governed_by_directory')
    await removeMember(world, root, ana?.id ?? '', { hold: true })
    await s.update(record, { active: true })
    expect((await s.memberships())[0]?.status).toBe('removed')
    expect((await s.signIn({ email: s.at('ana'), nameId: `x-${s.at('ana')}` })).outcome).toBe(
      'removed_by_admin',
    )
  })

  test.each(['demoted', 'removed', 'suspended', 'left'])(
    'G5: the last owner is not %s (invariant 6)',
    async (how) => {
      const s = await scene(world)
      const [olga] = await owners(s, 'olga')
      const { member = '', accountId = '' } = olga ?? {}
      const before = await s.member(accountId)
      const deed = {
        demoted: () => changeMember(world, root, member, { role: 'admin' }),
        removed: () => removeMember(world, root, member, removal),
        suspended: () => suspendMember(world, root, member),
        left: async () => removeMember(world, await s.caller(accountId), member, removal),
      }[how]
      expect(await refusal(deed?.() ?? Promise.resolve())).toBe('last_owner')
      expect(await s.member(accountId)).toEqual(before)
    },
  )

  test('T-33: two owners who remove each other at the same moment: one is refused', async () => {
    const s = await scene(world)
    const [olga, otto] = await owners(s, 'olga', 'otto')
    if (!olga || !otto) throw new Error('no owners')
    const [byOlga, byOtto] = [await s.caller(olga.accountId), await s.caller(otto.accountId)]
    const ends = await Promise.allSettled([
      removeMember(world, byOlga, otto.member, removal),
      removeMember(world, byOtto, olga.member, removal),
    ])
    expect(ends.filter((e) => e.status === 'fulfilled')).toHaveLength(1)
    expect((await s.memberships()).map((m) => m.status).sort()).toEqual(['active', 'removed'])
  })

  test('G6: an admin makes nobody owner, an owner needs a fresh own proof for it (invariant 10, T-36)', async () => {
    const s = await scene(world)
    const [olga] = await owners(s, 'olga')
    const [ana, ada] = [await s.account(guest()), await s.account(guest('ada'))]
    const member = await s.added(ana, 'viewer')
    await s.added(ada, 'admin')
    expect(await refusal(changeMember(world, await s.caller(ada), member, { role: 'owner' }))).toBe(
      'forbidden',
    )
    const byOlga = await s.caller(olga?.accountId ?? '')
    world.clock.advance(11 * 60)
    expect(await refusal(changeMember(world, byOlga, member, { role: 'owner' }))).toBe('own_proof_required')
    await changeMember(world, await s.caller(olga?.accountId ?? ''), member, { role: 'owner' })
    expect(await s.member(ana)).toMatchObject({ role: 'owner' })
  })

  test('T-36: what an admin or a key prepares stays in test and signs nobody in', async () => {
    const s = await scene(world)
    const ada = await s.account(guest('ada'))
    await s.added(ada, 'admin')
    const caller = await s.caller(ada)
    const provider = {
      name: 'Mine',
      entityId: 'https://evil.test',
      ssoUrl: 'https://evil.test/sso',
      certificates: [await certificate()],
    }
    const made = await createConnection(world, caller, s.id, provider)
    expect(made.status).toBe('test')
    expect(await refusal(createConnection(world, caller, s.id, { ...provider, status: 'active' }))).toBe(
      'own_proof_required',
    )
    const directory = await createDirectory(world, caller, s.id, {
      name: 'Mine',
      preset: 'generic',
      notify: false,
    })
    expect(directory.status).toBe('test')
    expect(await refusal(createDirectoryToken(world, caller, s.directory.id, { label: 'mine' }))).toBe(
      'own_proof_required',
    )
    const before = await s.people()
    await s.push(s.at('eve'), {}, { ...s.directory, id: directory.id, status: 'test' })
    expect(await s.people()).toBe(before)
  })

  test('T-38: a key acts as its maker may now, and stops with them', async () => {
    const s = await scene(world)
    const ada = await s.account(guest('ada'))
    const member = await s.added(ada, 'admin')
    const { id } = await createApiKey(world, await s.caller(ada), s.id, { name: 'key', role: 'admin' })
    const key = { kind: 'key', keyId: id, organizationId: s.id, role: 'admin', makerAccountId: ada } as const
    await s.invited(guest(), { role: 'viewer' }, key)
    await removeMember(world, root, member, removal)
    expect(await refusal(s.invited(guest(), { role: 'viewer' }, key))).toBe('forbidden')
  })
})

describe('configuration', () => {
  test('H3: requiring single sign-on needs an owner who came in by it just now, or force', async () => {
    const s = await scene(world)
    const [olga] = await owners(s, 'olga')
    const byOlga = () => s.caller(olga?.accountId ?? '')
    const require = async () =>
      updateOrganization(world, await byOlga(), s.id, { policies: { ssoRequired: true } })
    expect(await refusal(require())).toBe('lockout_risk')
    const owner = await s.account(s.at('owner'))
    await s.added(owner, 'owner')
    await s.signIn({ email: s.at('owner') })
    await require()
    const [policies] = await s.rows<{ required: boolean }>(
      "select (policies->>'ssoRequired')::boolean required from organizations where id = $1",
      [s.id],
    )
    expect(policies).toEqual({ required: true })
  })

  test("H3: sessions without the Connection end at their next request; guests, break-glass owners and the Connection's own hold", async () => {
    const s = await scene(world)
    const [glass] = await owners(s, 'glass')
    const [ana, bo] = [await s.account(s.at('ana')), await s.account(guest('bo'))]
    await s.added(ana, 'viewer')
    await s.added(bo, 'viewer')
    const host = async (accountId: string) => (await openHostSession(world, root, accountId, s.id)).token
    const [mine, guests, broken] = [await host(ana), await host(bo), await host(glass?.accountId ?? '')]
    const { token: saml } = await s.signIn({ email: s.at('ana') })
    await s.policies({ ssoRequired: true, breakGlassAccountIds: [glass?.accountId ?? ''] })
    const open = await Promise.all([mine, guests, broken, saml].map((token) => s.isOpen(token)))
    expect(open).toEqual([false, true, true, true])
  })

  test('H3: nobody who is a member goes back to waiting', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const ana = await s.account(email)
    await s.accept(await s.invited(email), ana)
    const before = await s.member(ana)
    await s.policies({ ssoRequired: true, seats: 0 })
    await s.map([])
    expect(await s.member(ana)).toEqual(before)
  })

  test('H4: the only way in of the last owner is not deleted (D4)', async () => {
    const s = await scene(world)
    await s.added(await s.account(s.at('olga')), 'owner')
    await s.signIn({ email: s.at('olga') })
    await s.policies({ ssoRequired: true }, true)
    expect(await refusal(deleteConnection(world, root, s.connectionId))).toBe('lockout_risk')
    expect((await s.signIn({ email: s.at('olga') })).outcome).toBe('signed_in')
  })

  test('H5: a mapping is previewed and put under its plan; people who changed in between stop it', async () => {
    const s = await scene(world)
    const record = await s.push(s.at('ana'))
    const editors = await s.group('Editors', [record])
    const rows = [s.groupRow(editors, 'editor', ['blog'])]
    const plan = await previewMappings(world, root, s.id, rows)
    expect(plan.changes).toMatchObject([{ from: { role: 'viewer' }, to: { role: 'editor' } }])
    expect((await s.memberships())[0]?.role).toBe('viewer')
    await s.members(editors, { add: [await s.push(s.at('bo'))] })
    expect(await refusal(putMappings(world, root, s.id, rows, plan.planHash))).toBe('plan_changed')
    await s.map(rows)
    expect((await s.memberships()).map((m) => [m.role, m.projects])).toEqual([
      ['editor', ['blog']],
      ['editor', ['blog']],
    ])
  })

  test('H5: ownership is not mapped (T-35)', async () => {
    const s = await scene(world)
    const editors = await s.group('Editors')
    expect(await refusal(previewMappings(world, root, s.id, [s.groupRow(editors, 'owner')]))).toBe(
      'role_not_mappable',
    )
  })

  test("H5: an admin maps nobody above themselves, an unknown group or another organization's directory", async () => {
    const [s, other] = [await scene(world), await scene(world)]
    const foreign = other.groupRow(await other.group('Editors'), 'editor')
    expect(await refusal(previewMappings(world, root, s.id, [foreign]))).toMatch(/invalid/)
    expect(
      await refusal(previewMappings(world, root, s.id, [s.groupRow(crypto.randomUUID(), 'editor')])),
    ).toMatch(/invalid/)
  })
})

async function certificate(): Promise<string> {
  const { newSelfSigned } = await import('../../src/kernel/self-signed.ts')
  return (await newSelfSigned('IdP', new Date('2026-01-01T00:00:00Z'), 20)).certificatePem
}
