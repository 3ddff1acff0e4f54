// Every fix that an explanation offers is a call that may be sent as it stands, and helps.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { blockAddress } from '../../src/actions/block-address.ts'
import { changeMember } from '../../src/actions/change-member.ts'
import { createDirectoryToken } from '../../src/actions/create-directory-token.ts'
import type { Explanation } from '../../src/actions/explain.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { revokeInvitation } from '../../src/actions/revoke-invitation.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { root, type Scene, type SceneOptions, scene } from '../core/scene.ts'
import { type FreshApp, freshApp } from '../support/app.ts'

let app: FreshApp
beforeAll(async () => {
  app = await freshApp()
})

async function explained(s: Scene, email: string): Promise<Explanation> {
  const answer = await app.api.get(`/api/v1/organizations/${s.id}/explanation`).query({ email }).set(app.root)
  expect(answer.status).toBe(200)
  return answer.body
}

/** Sends the first fix as it stands, with the host product's key or the directory's token. */
async function fixFirst(s: Scene, { fixes }: Explanation): Promise<void> {
  app.world.clock.advance(1)
  const [fix] = fixes
  if (!fix) throw new Error('no fix is offered')
  const method = fix.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
  let request = app.api[method](fix.href)
  if (fix.href.startsWith('/scim/')) {
    const { token } = await createDirectoryToken(app.world, root, s.directory.id, { label: 'fix' })
    request = request.set('Authorization', `Bearer ${token}`).set('Content-Type', 'application/scim+json')
  } else request = request.set(app.root)
  const answer = await (fix.body === null ? request : request.send(JSON.parse(JSON.stringify(fix.body))))
  if (answer.status >= 300)
    throw new Error(`${fix.method} ${fix.href} answered ${answer.status} ${answer.text}`)
}

interface Case {
  options?: SceneOptions
  /** Outside the organization's proven domain. */
  outside?: true
  given: (s: Scene, email: string) => Promise<unknown>
  before: string
  after: string
}

async function memberId(s: Scene, email: string): Promise<string> {
  return (await s.member(await s.holder(email)))?.id ?? ''
}

const cases: [string, Case][] = [
  [
    'account_exists: the host product accepts for whom it has proven',
    {
      given: async (s, email) => {
        await s.account(email)
        await s.invited(email)
      },
      before: 'can_join account_exists',
      after: 'joined joined',
    },
  ],
  [
    'awaiting_person: the invitation is sent again',
    {
      outside: true,
      given: (s, email) => s.invited(email),
      before: 'can_join awaiting_person',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'delivery_failed: a link is handed over instead',
    {
      outside: true,
      given: async (s, email) =>
        s.rows(`update deliveries set status = 'bounced' where invitation_id = $1`, [await s.invited(email)]),
      before: 'waiting delivery_failed',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'expired: the invitation is extended',
    {
      outside: true,
      given: async (s, email) => {
        await s.invited(email)
        app.world.clock.advance(8 * 86_400)
      },
      before: 'blocked expired',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'revoked: the person is invited anew',
    {
      outside: true,
      given: async (s, email) => revokeInvitation(app.world, root, await s.invited(email)),
      before: 'blocked revoked',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'unknown_person: the person is invited',
    {
      outside: true,
      given: async () => {},
      before: 'unknown unknown_person',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'suspended_by_admin: the suspension is lifted',
    {
      given: async (s, email) => {
        await s.push(email)
        await suspendMember(app.world, root, await memberId(s, email))
      },
      before: 'blocked suspended_by_admin',
      after: 'joined joined',
    },
  ],
  [
    'removed_by_admin: the person is invited anew',
    {
      given: async (s, email) => {
        await s.accept(await s.invited(email), await s.account(email))
        await removeMember(app.world, root, await memberId(s, email), { hold: false })
      },
      before: 'blocked removed_by_admin',
      after: 'can_join account_exists',
    },
  ],
  [
    'removed_by_admin: where the directory asks, Allow is the answer',
    {
      given: async (s, email) => {
        await s.accept(await s.invited(email), await s.account(email))
        await removeMember(app.world, root, await memberId(s, email), { hold: true })
        await s.push(email)
      },
      before: 'blocked removed_by_admin',
      after: 'joined joined',
    },
  ],
  [
    'directory_inactive: the directory turns the person on',
    {
      given: async (s, email) => s.update(await s.push(email), { active: false }),
      before: 'blocked directory_inactive',
      after: 'joined joined',
    },
  ],
  [
    'blocked: the block is lifted',
    {
      given: (s, email) => blockAddress(app.world, root, s.id, email),
      before: 'blocked blocked',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'jit_off: the person is invited',
    {
      options: { policies: { jitProvisioning: false } },
      given: (s, email) => s.signIn({ email }),
      before: 'blocked jit_off',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'guest_refused: guests are taken',
    {
      outside: true,
      given: async (s, email) => {
        await s.invited(email)
        await s.policies({ ssoRequired: true, guests: 'refused' })
      },
      before: 'blocked guest_refused',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'approval_required: the role is confirmed',
    {
      given: async (s, email) => {
        await s.added(await s.account(s.at('olga')), 'owner')
        const inviter = await s.account(s.at('ida'))
        const idas = await s.added(inviter, 'admin')
        const offer = await s.invited(email, { role: 'admin' }, await s.caller(inviter))
        app.world.clock.advance(1)
        await changeMember(app.world, root, idas, { role: 'viewer' })
        await s.accept(offer, await s.account(email))
      },
      before: 'waiting approval_required',
      after: 'joined joined',
    },
  ],
  [
    'test_mode: the connection is activated',
    {
      options: { connection: { status: 'test' } },
      given: (s, email) => s.signIn({ email }),
      before: 'blocked test_mode',
      after: 'can_join awaiting_person',
    },
  ],
  [
    'identity_conflict: the question is answered',
    {
      given: async (s, email) => {
        await s.signIn({ email, nameId: 'u-1' })
        await s.signIn({ email, nameId: 'u-2' })
      },
      before: 'joined identity_conflict',
      after: 'joined joined',
    },
  ],
]

describe('the first fix of an explanation', () => {
  test.each(cases)('%s', async (_, { options, outside, given, before, after }) => {
    const s = await scene(app.world, options)
    const email = outside ? `ana-${s.slug}@elsewhere.test` : s.at('ana')
    await given(s, email)
    const found = await explained(s, email)
    expect(`${found.verdict} ${found.reason.code}`).toBe(before)
    expect(found.reason.message).toContain('.')
    await fixFirst(s, found)
    const fixed = await explained(s, email)
    expect(`${fixed.verdict} ${fixed.reason.code}`).toBe(after)
  })
})
