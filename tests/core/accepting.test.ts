// A1 to A20: what accepting an invitation makes of an account, through the deeds on a real database.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { changeInvitation } from '../../src/actions/change-invitation.ts'
import { declineInvitation } from '../../src/actions/decline-invitation.ts'
import { extendInvitation } from '../../src/actions/extend-invitation.ts'
import { proveAddress } from '../../src/actions/prove-address.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { revokeInvitation } from '../../src/actions/revoke-invitation.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import type { World } from '../../src/actions/world.ts'
import { addressKey } from '../../src/domain/address.ts'
import { freshWorld } from '../support/world.ts'
import { refusal } from './refusal.ts'
import { root, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

let serial = 0
const guest = (name = 'ana') => `${name}${++serial}@guest.test`

describe('accepting an invitation', () => {
  test('A1: gives the membership its role and projects, and the invitation is accepted', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    await s.accept(await s.invited(email), ana)
    expect(await s.member(ana)).toMatchObject({
      status: 'active',
      role: 'editor',
      projects: ['blog'],
      origins: ['invitation:#blog', 'invitation:editor'],
      keys: [addressKey(email)],
    })
    expect(await s.offers(email)).toEqual(['editor accepted'])
  })

  test('A2: a code at an address without an account makes one, with the address proven', async () => {
    const s = await scene(world)
    const email = guest()
    const proven = { address: email, key: addressKey(email) as string, organizationId: s.id }
    const made = await inTransaction(world, (tx) => proveAddress(tx, world, proven))
    expect(made.created).toBe(true)
    expect(await s.holders(email)).toEqual([{ accountId: made.accountId, verified: true }])
  })

  test('A3: a code at an address with an account finds that account', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const proven = { address: email, key: addressKey(email) as string, organizationId: s.id }
    expect(await inTransaction(world, (tx) => proveAddress(tx, world, proven))).toEqual({
      accountId: ana,
      created: false,
    })
  })

  test('A4: is refused to an account that does not hold the invited address (T-24)', async () => {
    const s = await scene(world)
    const email = guest()
    const bo = await s.account(guest('bo'))
    expect(await refusal(s.accept(await s.invited(email), bo))).toBe('address_unproven')
    expect(await s.member(bo)).toBeNull()
    expect(await s.offers(email)).toEqual(['editor pending'])
  })

  test('A4: a claim of the address does not hold it', async () => {
    const s = await scene(world)
    const email = guest()
    const claimant = await s.account(email, false)
    expect(await refusal(s.accept(await s.invited(email), claimant))).toBe('address_unproven')
  })

  test('A7: a newcomer proves an address that another account claims: a new account, the claim struck, nothing else taken (T-02, T-04)', async () => {
    const s = await scene(world)
    const email = guest()
    const squatter = await s.account(email, false)
    await s.rows(
      `insert into account_addresses (id, account_id, address, key, verified_at, is_primary, given_by, created_at)
       values (gen_random_uuid(), $1, 'mallory@evil.test', $2, now(), true, 'host', now())`,
      [squatter, `mallory${serial}@evil.test`],
    )
    const proven = { address: email, key: addressKey(email) as string, organizationId: s.id }
    const { accountId } = await inTransaction(world, (tx) => proveAddress(tx, world, proven))
    expect(accountId).not.toBe(squatter)
    expect(await s.holders(email)).toEqual([{ accountId, verified: true }])
    expect(await s.holders(`mallory${serial}@evil.test`)).toEqual([{ accountId: squatter, verified: true }])
    expect(await s.rows('select 1 from account_addresses where account_id = $1', [accountId])).toHaveLength(1)
  })

  test('A8: where single sign-on is required the consent is kept, and the sign-in completes it', async () => {
    const s = await scene(world, { policies: { ssoRequired: true } })
    const email = s.at('ana')
    const ana = await s.account(email)
    await s.accept(await s.invited(email), ana)
    expect(await s.member(ana)).toMatchObject({ status: 'waiting', statusReason: 'sso' })
    expect(await s.offers(email)).toEqual(['editor accepted_waiting sso'])
    expect((await s.signIn({ email })).outcome).toBe('signed_in')
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'editor', projects: ['blog'] })
    expect(await s.offers(email)).toEqual(['editor accepted'])
  })

  test('A9: a guest joins by their own method where guests are allowed', async () => {
    const s = await scene(world, { policies: { ssoRequired: true } })
    const email = guest()
    const ana = await s.account(email)
    await s.accept(await s.invited(email), ana)
    expect((await s.member(ana))?.status).toBe('active')
  })

  test('A9: where guests are refused the invitation is refused, not the acceptance', async () => {
    const s = await scene(world, { policies: { ssoRequired: true, guests: 'refused' } })
    expect(await refusal(s.invited(guest()))).toBe('guest_refused')
  })

  test('A9: where guests are refused since, the consent is kept and waits', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await s.policies({ ssoRequired: true, guests: 'refused' })
    await s.accept(offer, ana)
    expect(await s.member(ana)).toMatchObject({ status: 'waiting', statusReason: 'guest_refused' })
  })

  test('A10: by a member adds the origin, and the authority order decides', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email, { role: 'viewer' })
    await s.added(ana, 'admin')
    await s.accept(offer, ana)
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'admin', projects: ['blog'] })
    expect(await s.offers(email)).toEqual(['viewer accepted'])
  })

  test('A10: by an owner leaves them owner', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await s.added(ana, 'owner')
    await s.accept(offer, ana)
    expect(await s.member(ana)).toMatchObject({ role: 'owner' })
  })

  test('A11: by somebody whom the directory switched off is refused, and nothing is consumed (T-27)', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await s.push(email, { active: false })
    const before = await s.people()
    expect(await refusal(s.accept(offer, ana))).toBe('directory_inactive')
    expect(await s.people()).toBe(before)
    expect(await s.offers(email)).toEqual(['editor pending'])
    expect(await s.decided('invitation.acceptance_refused')).toBe('B10 refuse directory_inactive idp_admin')
  })

  test('A12: by somebody whom an administrator suspended is refused', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await suspendMember(world, root, await s.added(ana, 'viewer'))
    expect(await refusal(s.accept(offer, ana))).toBe('suspended_by_admin')
  })

  test('A13: made after a removal rejoins, with fresh grants', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    await s.accept(await s.invited(email, { role: 'admin', projects: ['shop'] }), ana)
    const first = await s.member(ana)
    world.clock.advance(1)
    await removeMember(world, root, first?.id ?? '', { hold: false })
    expect(await s.member(ana)).toMatchObject({ status: 'removed', origins: [] })
    await s.accept(await s.invited(email), ana)
    expect(await s.member(ana)).toMatchObject({
      id: first?.id,
      status: 'active',
      role: 'editor',
      origins: ['invitation:#blog', 'invitation:editor'],
    })
  })

  test('A13: a removal revokes the open invitations of its member', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    const member = await s.added(ana, 'viewer')
    await removeMember(world, root, member, { hold: false })
    expect(await s.offers(email)).toEqual(['editor revoked'])
    expect(await refusal(s.accept(offer, ana))).toBe('revoked')
  })

  test('A14: after its date is refused, and an extension lets the same one live again', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    world.clock.advance(8 * 86_400)
    expect(await refusal(s.accept(offer, ana))).toBe('expired')
    await extendInvitation(world, root, offer, 7)
    await s.accept(offer, ana)
    expect((await s.member(ana))?.status).toBe('active')
  })

  test('A15: revoked, declined or superseded is refused', async () => {
    const s = await scene(world)
    const [email, other] = [guest(), guest('bo')]
    const [ana, bo] = [await s.account(email), await s.account(other)]
    const revoked = await s.invited(email)
    await revokeInvitation(world, root, revoked)
    expect(await refusal(s.accept(revoked, ana))).toBe('revoked')
    const old = await s.invited(email)
    world.clock.advance(8 * 86_400)
    await s.invited(email)
    expect(await s.offers(email)).toEqual(['editor revoked', 'editor superseded', 'editor pending'])
    expect(await refusal(s.accept(old, ana))).toBe('superseded')
    const declined = await s.invited(other)
    await declineInvitation(world, {
      invitationId: declined,
      accountId: bo,
      actor: { type: 'host', id: null },
    })
    expect(await refusal(s.accept(declined, bo))).toBe('declined')
  })

  test('A16: with a higher role of an inviter who is gone waits for approval (T-32)', async () => {
    const s = await scene(world)
    const email = guest()
    const [ana, ina] = [await s.account(email), await s.account(guest('ina'))]
    const inviter = await s.added(ina, 'admin')
    const offer = await s.invited(email, { role: 'admin', projects: [] }, await s.caller(ina))
    await removeMember(world, root, inviter, { hold: false })
    await s.accept(offer, ana)
    expect(await s.member(ana)).toMatchObject({ status: 'waiting', statusReason: 'approval' })
    expect(await s.rows('select 1 from approvals where invitation_id = $1', [offer])).toHaveLength(1)
  })

  test('A16: a role up to the default needs nobody any more', async () => {
    const s = await scene(world)
    const email = guest()
    const [ana, ina] = [await s.account(email), await s.account(guest('ina'))]
    const inviter = await s.added(ina, 'admin')
    const offer = await s.invited(email, { role: 'viewer', projects: [] }, await s.caller(ina))
    await removeMember(world, root, inviter, { hold: false })
    await s.accept(offer, ana)
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'viewer' })
  })

  test('A16: what was granted stays when the inviter goes afterwards', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const [ana, ina] = [await s.account(email), await s.account(guest('ina'))]
    const inviter = await s.added(ina, 'admin')
    await s.accept(await s.invited(email, { role: 'admin' }, await s.caller(ina)), ana)
    await removeMember(world, root, inviter, { hold: false })
    await s.signIn({ email })
    expect(await s.member(ana)).toMatchObject({ status: 'active', role: 'admin' })
  })

  test('A17: without a seat waits, and the consent is not lost', async () => {
    const s = await scene(world, { policies: { seats: 1 } })
    const email = guest()
    await s.added(await s.account(guest('bo')), 'viewer')
    const ana = await s.account(email)
    await s.accept(await s.invited(email), ana)
    expect(await s.member(ana)).toMatchObject({ status: 'waiting', statusReason: 'seat' })
    expect(await s.offers(email)).toEqual(['editor accepted_waiting seat'])
  })

  test('invariant 18: the last seat is taken once, by whichever doors people come at the same moment (T-33)', async () => {
    const s = await scene(world, { policies: { seats: 2 } })
    const guests = await Promise.all(
      [guest(), guest()].map(async (email) => ({
        offer: await s.invited(email),
        account: await s.account(email),
      })),
    )
    await Promise.all([
      ...guests.map(({ offer, account }) => s.accept(offer, account)),
      s.signIn({ email: s.at('bo') }),
      s.push(s.at('cleo')),
    ])
    const seated = (await s.memberships()).filter((m) => m.status === 'active')
    expect(seated).toHaveLength(2)
  })

  test('A19: twice is once', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await s.accept(offer, ana)
    const before = [await s.member(ana), await s.people()]
    await s.accept(offer, ana)
    expect([await s.member(ana), await s.people()]).toEqual(before)
  })

  test('A19: in two tabs at once it is one membership (T-33)', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await Promise.all([1, 2, 3, 4].map(() => s.accept(offer, ana)))
    expect(await s.memberships()).toHaveLength(1)
    const joined = await s.rows(
      "select 1 from events where organization_id = $1 and type = 'member.joined'",
      [s.id],
    )
    expect(joined).toHaveLength(1)
  })

  test('A19: another account cannot take it afterwards', async () => {
    const s = await scene(world)
    const email = guest()
    const [ana, bo] = [await s.account(email), await s.account(guest('bo'))]
    const offer = await s.invited(email)
    await s.accept(offer, ana)
    expect(await refusal(s.accept(offer, bo))).toBe('wrong_account')
  })

  test('A20: racing its revocation, the first committed wins and the other is told (T-33)', async () => {
    const s = await scene(world)
    for (let round = 0; round < 6; round += 1) {
      const email = guest('race')
      const ana = await s.account(email)
      const offer = await s.invited(email)
      const [accepted, revoked] = await Promise.allSettled([
        s.accept(offer, ana),
        revokeInvitation(world, root, offer),
      ])
      const [state] = await s.offers(email)
      const member = await s.member(ana)
      if (accepted.status === 'fulfilled') {
        expect([state, member?.status, revoked.status]).toEqual(['editor accepted', 'active', 'rejected'])
      } else {
        expect([state, member, revoked.status]).toEqual(['editor revoked', null, 'fulfilled'])
      }
    }
  })

  test('G3: a role changed while pending applies at the acceptance', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    const offer = await s.invited(email)
    await changeInvitation(world, root, offer, { role: 'viewer', projects: ['shop'] })
    await s.accept(offer, ana)
    expect(await s.member(ana)).toMatchObject({ role: 'viewer', projects: ['shop'] })
  })

  test('G6: nobody is invited as owner', async () => {
    const s = await scene(world)
    expect(await refusal(s.invited(guest(), { role: 'owner' }))).toBe('owner_not_invitable')
  })

  test('invariant 5: an address has one open invitation, also when two administrators invite at once (T-33)', async () => {
    const s = await scene(world)
    const email = guest()
    const invited = await Promise.allSettled([1, 2, 3].map(() => s.invited(email)))
    expect(invited.filter((i) => i.status === 'fulfilled')).toHaveLength(1)
    expect(await s.offers(email)).toEqual(['editor pending'])
  })

  test('invariant 19: two spellings of an address are one (T-19)', async () => {
    const s = await scene(world)
    const email = guest()
    await s.invited(email)
    expect(await refusal(s.invited(email.toUpperCase()))).toBe('already_invited')
  })
})
