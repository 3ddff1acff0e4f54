// Attacks that cross several rules, each tried through the deeds on a real database (T-01 to T-31).
import { beforeAll, describe, expect, test } from '@jest/globals'
import { authorize } from '../../src/actions/authorize.ts'
import { createDomain } from '../../src/actions/create-domain.ts'
import { findSession } from '../../src/actions/find-session.ts'
import { openSession } from '../../src/actions/open-session.ts'
import { proveAddress } from '../../src/actions/prove-address.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import type { World } from '../../src/actions/world.ts'
import { addressKey } from '../../src/domain/address.ts'
import { reader } from '../../src/store/database.ts'
import { freshWorld } from '../support/world.ts'
import { refusal } from './refusal.ts'
import { root, type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

let serial = 0
const guest = (name = 'ana') => `${name}${++serial}@guest.test`

/** A session opened by a code at the address. */
async function codeSession(accountId: string, email: string, organizationId: string | null): Promise<string> {
  const opened = await inTransaction(world, (tx) =>
    openSession(tx, world, {
      accountId,
      organizationId,
      proofType: 'code',
      proofKey: addressKey(email),
      ownProofAt: world.clock.now(),
    }),
  )
  return opened.token
}

function prove(s: Scene, email: string) {
  const proven = { address: email, key: addressKey(email) as string, organizationId: s.id }
  return inTransaction(world, (tx) => proveAddress(tx, world, proven))
}

describe('an account made before its owner comes', () => {
  test('T-03: sessions begun by a code at an address end when somebody else proves it', async () => {
    const s = await scene(world)
    const email = guest('victim')
    const squatter = await s.account(email, false)
    const session = await codeSession(squatter, email, null)
    await prove(s, email)
    expect(await findSession(world, session)).toBeNull()
  })

  test('T-05: codes of the squatter at the address are dead once somebody else proves it', async () => {
    const s = await scene(world)
    const email = guest('victim')
    const squatter = await s.account(guest('mallory'))
    await s.rows(
      `insert into account_addresses (id, account_id, address, key, is_primary, given_by, created_at) values (gen_random_uuid(), $1, $2, $2, false, 'person', now())`,
      [squatter, email],
    )
    await s.rows(
      `insert into proof_codes (id, purpose, key, account_id, browser_hash, code_hash, tries, expires_at, created_at)
       values (gen_random_uuid(), 'address', $2, $1, 'x', 'x', 0, $3, $4)`,
      [squatter, email, new Date(world.clock.now().getTime() + 600_000), world.clock.now()],
    )
    await prove(s, email)
    const left = await s.rows('select 1 from proof_codes where key = $1 and ended_at is null', [email])
    expect(left).toEqual([])
    expect((await s.holders(email)).filter((h) => h.accountId === squatter)).toEqual([])
  })

  test('T-06: an IdP that asserts somebody before they come proves nothing about their mailbox', async () => {
    const s = await scene(world)
    const email = guest('victim')
    await s.invited(email)
    expect((await s.signIn({ email, nameId: 'evil' })).outcome).toBe('proof')
    const { accountId } = await prove(s, email)
    expect(await s.rows('select 1 from identities where account_id = $1', [accountId])).toEqual([])
  })
})

describe("an organization's own identity provider", () => {
  test('T-12: opens no other organization', async () => {
    const [x, y] = [await scene(world), await scene(world)]
    await x.signIn({ email: x.at('ana') })
    const ana = await x.holder(x.at('ana'))
    await y.added(ana, 'admin')
    const { token } = await x.signIn({ email: x.at('ana') })
    const session = await findSession(world, token ?? '')
    expect(session?.organization?.id).toBe(x.id)
    const caller = { ...(await x.caller(ana)), role: 'admin', authenticatedBy: 'saml' } as const
    expect(await refusal(authorize(reader(world.dataSource), caller, y.id, 'member'))).toBe('not_found')
  })

  test('T-07: asserting the address of another organization opens nothing there and nothing here', async () => {
    const [x, y] = [await scene(world), await scene(world)]
    const ceo = await y.account(y.at('ceo'))
    const before = await x.people()
    expect((await x.signIn({ email: y.at('ceo') })).outcome).toBe('proof')
    expect(await x.people()).toBe(before)
    expect(await y.member(ceo)).toBeNull()
  })

  test('T-29: where single sign-on is required, a code opens nothing for an address in the domain', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana') })
    const ana = await s.holder(s.at('ana'))
    const session = await codeSession(ana, s.at('ana'), s.id)
    expect((await findSession(world, session))?.membership?.role).toBe('viewer')
    await s.policies({ ssoRequired: true })
    expect(await findSession(world, session)).toBeNull()
  })

  test('T-09: an address that a directory set opens nothing of an account that others hold, too', async () => {
    const [x, y] = [await scene(world), await scene(world)]
    const record = await x.push(x.at('ana'))
    const ana = await x.holder(x.at('ana'))
    await y.added(ana, 'viewer')
    await x.update(record, { userName: x.at('attacker') })
    expect(await x.holders(x.at('attacker'))).toEqual([])
    expect((await prove(x, x.at('attacker'))).accountId).not.toBe(ana)
  })

  test('T-10: a directory outside its domains renames, deactivates and deletes nobody', async () => {
    const [x, y] = [await scene(world), await scene(world)]
    const email = guest('victim')
    const victim = await x.account(email)
    await y.added(victim, 'editor')
    const before = await y.member(victim)
    const record = await x.push(email, { displayName: 'Mallory' })
    await x.update(record, { active: false })
    await x.remove(record)
    expect(await y.member(victim)).toEqual(before)
    expect(await x.holder(email)).toBe(victim)
    expect(await x.memberships()).toEqual([])
  })
})

describe('domains', () => {
  test('T-14: a mailbox in a domain proves no domain: claimed without its record it has no effect', async () => {
    const s = await scene(world, { proven: false })
    await createDomain(world, root, s.id, { domain: s.domain, includeSubdomains: false })
    const ana = await s.account(s.at('ana'))
    await s.push(s.at('ana'))
    expect(await s.member(ana)).toBeNull()
    expect((await s.signIn({ email: s.at('bo') })).outcome).toBe('proof')
  })

  test('T-16: a lapsed domain joins and links nobody; who is in stays', async () => {
    const s = await scene(world)
    const { token } = await s.signIn({ email: s.at('ana') })
    const bo = await s.account(s.at('bo'))
    await s.rows("update domains set status = 'lapsed' where organization_id = $1", [s.id])
    expect(await s.isOpen(token)).toBe(true)
    expect((await s.signIn({ email: s.at('ana') })).outcome).toBe('signed_in')
    expect((await s.signIn({ email: s.at('bo') })).outcome).toBe('proof')
    await s.push(s.at('bo'))
    expect(await s.member(bo)).toBeNull()
  })

  test('T-16: another organization that proves the domain inherits nobody', async () => {
    const [old, next] = [await scene(world), await scene(world)]
    await old.signIn({ email: old.at('ana'), nameId: 'n-1' })
    const ana = await old.holder(old.at('ana'))
    await next.prove(old.domain)
    expect(await next.member(ana)).toBeNull()
    expect((await old.signIn({ email: old.at('ana'), nameId: 'n-1' })).outcome).toBe('signed_in')
  })
})

describe('who left and who comes', () => {
  test('T-17: the new holder of a used address gets nothing of the former one, who never had a record', async () => {
    const s = await scene(world)
    await s.invited(s.at('smith'), { role: 'admin' })
    await s.signIn({ email: s.at('smith'), nameId: 'n-old' })
    const old = await s.holder(s.at('smith'))
    expect((await s.signIn({ email: s.at('smith'), nameId: 'n-new' })).outcome).toBe('identity_conflict')
    expect(await s.memberships()).toMatchObject([{ accountId: old, role: 'admin' }])
  })

  test('T-27: no door lets back whom the directory switched off', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const record = await s.push(email, { externalId: 'x-1' })
    await s.signIn({ email, nameId: 'x-1' })
    const ana = await s.holder(email)
    await s.update(record, { active: false })
    expect((await s.signIn({ email, nameId: 'x-1' })).outcome).toBe('directory_inactive')
    expect(await refusal(s.invited(email))).toBe('directory_inactive')
    expect(await refusal(s.added(ana, 'viewer'))).toBe('member_suspended')
    await s.map([s.groupRow(await s.group('Admins', [record]), 'admin')])
    expect(await s.member(ana)).toMatchObject({ status: 'suspended' })
  })

  test('T-28: a refused newcomer leaves no ghost that would keep the directory from provisioning them', async () => {
    const s = await scene(world, { policies: { jitProvisioning: false } })
    expect((await s.signIn({ email: s.at('ana'), nameId: 'x-1' })).outcome).toBe('jit_off')
    await s.push(s.at('ana'), { externalId: 'x-1' })
    expect((await s.signIn({ email: s.at('ana'), nameId: 'x-1' })).outcome).toBe('signed_in')
    expect(await s.memberships()).toHaveLength(1)
  })
})
