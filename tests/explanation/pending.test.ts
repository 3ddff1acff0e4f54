// The one reason of a pending invitation: as a table of the decision, and as lists and explanation both tell it.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { blockAddress } from '../../src/actions/block-address.ts'
import { explain } from '../../src/actions/explain.ts'
import { getInvitation } from '../../src/actions/get-invitation.ts'
import { listInvitations } from '../../src/actions/list-invitations.ts'
import type { World } from '../../src/actions/world.ts'
import { type PendingFacts, pendingReason } from '../../src/decisions/pending-reason.ts'
import { root, type Scene, scene } from '../core/scene.ts'
import { freshWorld } from '../support/world.ts'

const plain: PendingFacts = {
  expired: false,
  denial: null,
  inConflict: false,
  policy: null,
  deliveries: ['sent'],
  unconnectedAccount: false,
}

describe('the reason of a pending invitation', () => {
  test.each<[string, Partial<PendingFacts>, string]>([
    ['waits for the person where nothing else is missing', {}, 'awaiting_person'],
    ['waits for the person while no mail was wanted', { deliveries: [] }, 'awaiting_person'],
    [
      'is the failed delivery where every one failed',
      { deliveries: ['bounced', 'complained'] },
      'delivery_failed',
    ],
    [
      'is not the failed delivery where a later one is under way',
      { deliveries: ['bounced', 'queued'] },
      'awaiting_person',
    ],
    ['is the account that is not connected', { unconnectedAccount: true }, 'account_exists'],
    [
      'is the required sign-in before the account',
      { policy: 'sso', unconnectedAccount: true },
      'sso_required',
    ],
    [
      'is the failed delivery before the required sign-in',
      { policy: 'sso', deliveries: ['bounced'] },
      'delivery_failed',
    ],
    [
      'is the refused guest before the delivery',
      { policy: 'guest_refused', deliveries: ['bounced'] },
      'guest_refused',
    ],
    ['is the open question before the policy', { inConflict: true, policy: 'sso' }, 'identity_conflict'],
    [
      'is the denial before the question',
      { denial: 'directory_inactive', inConflict: true },
      'directory_inactive',
    ],
    ['is its end before everything', { expired: true, denial: 'blocked' }, 'expired'],
  ])('%s', (_, over, reason) => {
    expect(pendingReason({ ...plain, ...over })).toBe(reason)
  })
})

describe('a pending invitation in a list', () => {
  let world: World
  beforeAll(async () => {
    world = await freshWorld()
  })

  /** List, single view and explanation, which say the same. */
  async function reasonOf(s: Scene, email: string): Promise<string | null> {
    const listed = await listInvitations(world, root, s.id, { after: null, limit: 50 })
    const one = listed.find((i) => i.email === email)
    expect(one?.status).toBe('pending')
    expect((await getInvitation(world, root, one?.id ?? '')).statusReason).toBe(one?.statusReason)
    expect((await explain(world, root, s.id, email)).reason.code).toBe(one?.statusReason)
    return one?.statusReason ?? null
  }

  test('A3: names the account that is not connected, in the proven domain only', async () => {
    const s = await scene(world)
    await s.account(s.at('ana'))
    await s.invited(s.at('ana'))
    expect(await reasonOf(s, s.at('ana'))).toBe('account_exists')
    await s.account('ben@elsewhere.test')
    await s.invited('ben@elsewhere.test')
    const listed = await listInvitations(world, root, s.id, { after: null, limit: 50 })
    expect(listed.find((i) => i.email === 'ben@elsewhere.test')?.statusReason).toBe('awaiting_person')
  })

  test('E5: names the directory that says no', async () => {
    const s = await scene(world, { proven: false })
    await s.invited('ana@elsewhere.test')
    await s.push('ana@elsewhere.test', { active: false })
    expect(await reasonOf(s, 'ana@elsewhere.test')).toBe('directory_inactive')
  })

  test('A8: names the required sign-in, and A9: the guest that is refused', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'))
    await s.invited('gil@elsewhere.test')
    await s.policies({ ssoRequired: true, guests: 'refused' })
    expect(await reasonOf(s, s.at('ana'))).toBe('sso_required')
    expect(await reasonOf(s, 'gil@elsewhere.test')).toBe('guest_refused')
  })

  test('names a bounced mail, and a block', async () => {
    const s = await scene(world)
    const offer = await s.invited(s.at('ana'))
    await s.rows(`update deliveries set status = 'bounced' where invitation_id = $1`, [offer])
    expect(await reasonOf(s, s.at('ana'))).toBe('delivery_failed')
    await blockAddress(world, root, s.id, s.at('ana'))
    expect(await reasonOf(s, s.at('ana'))).toBe('blocked')
  })
})
