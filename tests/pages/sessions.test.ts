import { beforeAll, describe, expect, test } from '@jest/globals'
import { addMember } from '../../src/actions/add-member.ts'
import { confirmProof } from '../../src/actions/confirm-proof.ts'
import { findSession } from '../../src/actions/find-session.ts'
import { type NewSession, openSession } from '../../src/actions/open-session.ts'
import { startHandoff } from '../../src/actions/start-handoff.ts'
import { startProof } from '../../src/actions/start-proof.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { inTransaction } from '../../src/actions/transaction.ts'
import type { Policies } from '../../src/domain/organization.ts'
import { newId } from '../../src/kernel/ids.ts'
import { type Scene, scene } from './scene.ts'

const root = { kind: 'root' } as const
let s: Scene
beforeAll(async () => {
  s = await scene()
})

let made = 0
const fresh = (domain = 'guest.test') => `kim${++made}@${domain}`

async function member(email = fresh(), role = 'viewer') {
  const accountId = await s.account(email)
  const { membershipId } = await addMember(s.world, root, s.organizationId, { accountId, role })
  return { accountId, membershipId, email }
}

async function session(
  of: Pick<NewSession, 'accountId' | 'proofType'> & Partial<NewSession>,
): Promise<string> {
  const { token } = await inTransaction(s.world, (tx) =>
    openSession(tx, s.world, { organizationId: s.organizationId, ...of }),
  )
  return token
}

const find = (token: string) => findSession(s.world, token)

async function withPolicies<T>(policies: Partial<Policies>, work: () => Promise<T>): Promise<T> {
  const set = (value: object) =>
    s.rows('update organizations set policies = policies || $2::jsonb where id = $1', [
      s.organizationId,
      JSON.stringify(value),
    ])
  await set(policies)
  try {
    return await work()
  } finally {
    await set({ ssoRequired: false, breakGlassAccountIds: [], guests: 'allowed' })
  }
}

describe('a session', () => {
  test('shows account, organization, role and way of proof', async () => {
    const { accountId, email } = await member()
    const seen = await find(await session({ accountId, proofType: 'host', ownProofAt: s.world.clock.now() }))
    expect(seen).toMatchObject({
      account: { id: accountId, email },
      organization: { id: s.organizationId, name: 'Acme' },
      membership: { role: 'viewer', status: 'active' },
      authenticatedBy: { type: 'host', connectionId: null },
      ownProofAt: s.world.clock.now(),
    })
  })

  test('lives twelve hours, or until its sooner end', async () => {
    const { accountId } = await member()
    const whole = await session({ accountId, proofType: 'host' })
    const brief = await session({
      accountId,
      proofType: 'host',
      expiresAt: new Date(s.world.clock.now().getTime() + 60_000),
    })
    s.world.clock.advance(61)
    expect(await find(brief)).toBeNull()
    s.world.clock.advance(12 * 3600 - 62)
    expect(await find(whole)).not.toBeNull()
    s.world.clock.advance(2)
    expect(await find(whole)).toBeNull()
  })

  test('is stored as a hash alone', async () => {
    const { accountId } = await member()
    const token = await session({ accountId, proofType: 'host' })
    const stored = await s.rows('select * from sessions where account_id = $1', [accountId])
    expect(JSON.stringify(stored)).not.toContain(token.slice(4))
  })

  test('invariant 16: ends with the suspension of its membership, for good, while another organization’s stays', async () => {
    const { accountId, membershipId } = await member()
    const here = await session({ accountId, proofType: 'host' })
    const own = await session({ accountId, proofType: 'host', organizationId: null })
    await suspendMember(s.world, root, membershipId)
    expect(await find(here)).toBeNull()
    await s.rows(`update memberships set status = 'active', suspended_by_admin_at = null where id = $1`, [
      membershipId,
    ])
    expect(await find(here)).toBeNull()
    expect(await find(own)).toMatchObject({ organization: null, membership: null })
  })

  test('H3: required single sign-on ends every session that did not come by an active Connection', async () => {
    const { accountId } = await member(fresh('acme.test'))
    const host = await session({ accountId, proofType: 'host' })
    const saml = await session({ accountId, proofType: 'saml', connectionId: s.connectionId })
    const foreign = await session({ accountId, proofType: 'saml', connectionId: newId() })
    await withPolicies({ ssoRequired: true }, async () => {
      expect(await find(host)).toBeNull()
      expect(await find(foreign)).toBeNull()
      expect(await find(saml)).not.toBeNull()
    })
    expect(await find(host)).toBeNull()
  })

  test('H3: break-glass owners keep theirs, other accounts that are named do not', async () => {
    const owner = await member(fresh('acme.test'), 'owner')
    const viewer = await member(fresh('acme.test'))
    const tokens = [
      await session({ accountId: owner.accountId, proofType: 'host' }),
      await session({ accountId: viewer.accountId, proofType: 'host' }),
    ]
    const breakGlassAccountIds = [owner.accountId, viewer.accountId]
    await withPolicies({ ssoRequired: true, breakGlassAccountIds }, async () => {
      const seen = await Promise.all(tokens.map(find))
      expect(seen.map((view) => view !== null)).toEqual([true, false])
    })
  })

  test('A9: a guest keeps the own way while guests are allowed, and loses it when they are refused', async () => {
    const { accountId } = await member(fresh('guest.test'))
    const token = await session({ accountId, proofType: 'host' })
    await withPolicies({ ssoRequired: true }, async () => expect(await find(token)).not.toBeNull())
    await withPolicies({ ssoRequired: true, guests: 'refused' }, async () =>
      expect(await find(token)).toBeNull(),
    )
  })

  test('by a code at an address that has left the account ends', async () => {
    const { accountId, email } = await member()
    const token = await session({ accountId, proofType: 'code', proofKey: email })
    expect(await find(token)).not.toBeNull()
    await s.rows('delete from account_addresses where account_id = $1', [accountId])
    expect(await find(token)).toBeNull()
  })

  test('by a code opens a membership without consent only at the addresses it was joined by', async () => {
    const { accountId, membershipId, email } = await member()
    const second = fresh()
    await s.rows(
      `insert into account_addresses (id, account_id, address, key, verified_at, proof, is_primary, given_by, created_at)
       values ($1, $2, $3, $3, now(), 'P1', false, 'person', now())`,
      [newId(), accountId, second],
    )
    await s.rows('update memberships set consented_at = null where id = $1', [membershipId])
    await s.rows(`delete from membership_keys where membership_id = $1`, [membershipId])
    await s.rows(
      `insert into membership_keys (membership_id, organization_id, key, kind) values ($1, $2, $3, 'joined')`,
      [membershipId, s.organizationId, second],
    )
    expect(await find(await session({ accountId, proofType: 'code', proofKey: second }))).not.toBeNull()
    expect(await find(await session({ accountId, proofType: 'code', proofKey: email }))).toBeNull()
  })
})

describe('an own proof', () => {
  test('is made by the code at the primary address and stands in the session', async () => {
    const { accountId, email } = await member()
    const token = await session({ accountId, proofType: 'code', proofKey: email })
    const before = await find(token)
    if (before === null) throw new Error('no session')
    expect((await startProof(s.world, before)).address).toMatch(/^k•••@/)
    await confirmProof(s.world, before, await s.code(email))
    expect((await find(token))?.ownProofAt).toEqual(s.world.clock.now())
  })

  test('cannot be made at an address that the account does not hold, nor at a mere claim', async () => {
    const { accountId, email } = await member()
    const claim = fresh()
    await s.rows(
      `insert into account_addresses (id, account_id, address, key, is_primary, given_by, created_at)
       values ($1, $2, $3, $3, false, 'person', now())`,
      [newId(), accountId, claim],
    )
    const seen = await find(await session({ accountId, proofType: 'code', proofKey: email }))
    if (seen === null) throw new Error('no session')
    for (const address of [claim, 'somebody@else.test'])
      await expect(startProof(s.world, seen, address)).rejects.toMatchObject({ code: 'address_unproven' })
  })

  test('T-37: in a session of an organization’s Connection it needs an address outside its domains, where there is one', async () => {
    const { accountId, email } = await member(fresh('acme.test'))
    const token = await session({ accountId, proofType: 'saml', connectionId: s.connectionId })
    const only = await find(token)
    if (only === null) throw new Error('no session')
    await startProof(s.world, only)
    expect((await s.mails(email))[0]?.kind).toBe('proof-code')
    const outside = fresh('home.test')
    await s.rows(
      `insert into account_addresses (id, account_id, address, key, verified_at, proof, is_primary, given_by, created_at)
       values ($1, $2, $3, $3, now(), 'P1', false, 'person', now())`,
      [newId(), accountId, outside],
    )
    const both = await find(token)
    if (both === null) throw new Error('no session')
    await expect(startProof(s.world, both, email)).rejects.toMatchObject({ code: 'own_proof_required' })
    await startProof(s.world, both)
    expect((await s.mails(outside))[0]?.kind).toBe('proof-code')
  })

  test('another session’s code is of no use', async () => {
    const { accountId, email } = await member()
    const [one, other] = await Promise.all(
      [0, 1].map(async () => find(await session({ accountId, proofType: 'code', proofKey: email }))),
    )
    if (!one || !other) throw new Error('no session')
    await startProof(s.world, one)
    await expect(confirmProof(s.world, other, await s.code(email))).rejects.toMatchObject({
      code: 'code_expired',
    })
  })
})

describe('the host product’s one-time address', () => {
  const handoff = async (accountId: string) => {
    const url = await inTransaction(s.world, async (tx) => {
      const { sessionId } = await openSession(tx, s.world, {
        accountId,
        organizationId: s.organizationId,
        proofType: 'host',
        ownProofAt: s.world.clock.now(),
      })
      return startHandoff(tx, s.world, sessionId)
    })
    return url.slice(s.world.publicUrl.length)
  }

  test('signs the browser in once; HEAD and prefetch do not use it up', async () => {
    const { accountId, email } = await member()
    const path = await handoff(accountId)
    await s.browse().head(path)
    await s.browse().open(path, { 'Sec-Purpose': 'prefetch' })
    const browser = s.browse()
    expect((await browser.open(path)).text).toContain(email)
    const again = await s.browse().open(path)
    expect([again.status, again.reason]).toEqual([404, 'request_unknown'])
  })

  test('is dead after a minute', async () => {
    const path = await handoff((await member()).accountId)
    s.world.clock.advance(61)
    expect((await s.browse().open(path)).status).toBe(404)
  })

  test('T-25: asks before it replaces another account’s session', async () => {
    const [mine, theirs] = [await member(), await member()]
    const browser = await s.signedIn(mine.accountId)
    const page = await browser.open(await handoff(theirs.accountId))
    expect(page.text).toContain(mine.email)
    expect(page.text).toContain(theirs.email)
    expect((await browser.open('/welcome')).text).toContain(mine.email)
    browser.page = page
    expect((await browser.press('Continue as')).text).toContain(theirs.email)
  })
})
