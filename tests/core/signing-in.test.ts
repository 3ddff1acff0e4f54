// R1 to R8 and B1 to B17: what a single sign-on makes of a person, through the deeds on a real database.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { makeProvider } from '../../idp-fixtures/provider.ts'
import { findConnection } from '../../src/actions/find-connection.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { restoreMember } from '../../src/actions/restore-member.ts'
import { revokeInvitation } from '../../src/actions/revoke-invitation.ts'
import { startSignIn } from '../../src/actions/start-sign-in.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { updateConnection } from '../../src/actions/update-connection.ts'
import type { World } from '../../src/actions/world.ts'
import { testKey } from '../support/identity-provider.ts'
import { freshWorld } from '../support/world.ts'
import { root, type Scene, scene } from './scene.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

let serial = 0
const guest = (name = 'ana') => `${name}${++serial}@guest.test`

/** A sign-in that must be refused with this reason and leave nothing behind (invariant 12, T-28). */
async function refusedAs(s: Scene, reason: string, arrival: Parameters<Scene['signIn']>[0]) {
  const before = await s.people()
  expect((await s.signIn(arrival)).outcome).toBe(reason)
  expect(await s.people()).toBe(before)
}

describe('whose account a sign-in is', () => {
  test('R0: an assertion is taken once (T-34)', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    expect((await s.signIn({ email, assertionId: '_once' })).outcome).toBe('signed_in')
    await refusedAs(s, 'assertion_replayed', { email, assertionId: '_once' })
  })

  test('R0: of two that post one assertion at the same moment one is signed in (T-33, T-34)', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const both = await Promise.all([1, 2, 3].map(() => s.signIn({ email, assertionId: '_race' })))
    expect(both.map((b) => b.outcome).sort()).toEqual([
      'assertion_replayed',
      'assertion_replayed',
      'signed_in',
    ])
  })

  test('R0: without exactly one address nobody new is named', async () => {
    const s = await scene(world)
    await refusedAs(s, 'attribute_missing', { email: null, nameId: 'n-1' })
  })

  test('R1: the identity is its account, whatever address is asserted later (T-01, T-08)', async () => {
    const s = await scene(world)
    const [email, victim] = [s.at('ana'), s.at('victim')]
    await s.signIn({ email, nameId: 'n-1' })
    const vic = await s.account(victim)
    await s.signIn({ email: victim, nameId: 'n-1' })
    expect(await s.member(vic)).toBeNull()
    expect((await s.memberships()).map((m) => m.accountId)).toEqual([await s.holder(email)])
  })

  test('R1: an identity is one by NameID, Format and qualifiers to the byte (T-18)', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.signIn({ email, nameId: 'n-1' })
    const other = {
      email,
      nameId: 'n-1',
      format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
      key: null,
    }
    await refusedAs(s, 'identity_conflict', other)
    await refusedAs(s, 'identity_conflict', { email, nameId: 'N-1', key: null })
    expect(await s.questions()).toEqual([`B8 ${email}`])
  })

  test('H4: under another identity provider a former subject names nobody, and the members keep their roles (T-07)', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.signIn({ email, nameId: 'n-1' })
    await s.account(s.at('victim'))
    const { metadataXml } = makeProvider('https://other.test', 'https://other.test/sso', await testKey())
    await updateConnection(world, root, s.connectionId, { metadataXml })
    expect((await s.signIn({ email: s.at('victim'), nameId: 'n-1', key: null })).outcome).toBe('signed_in')
    const members = await s.memberships()
    expect(members.map((m) => m.accountId).sort()).toEqual(
      [await s.holder(email), await s.holder(s.at('victim'))].sort(),
    )
    expect(members.map((m) => m.role)).toEqual(['viewer', 'viewer'])
  })

  test('R2: a bound record gives its account under the declared key', async () => {
    const s = await scene(world)
    await s.push(s.at('ana'), { externalId: 'x-1' })
    const ana = await s.holder(s.at('ana'))
    expect((await s.signIn({ email: s.at('other'), nameId: 'x-1' })).outcome).toBe('signed_in')
    expect((await s.memberships()).map((m) => m.accountId)).toEqual([ana])
  })

  test("R3: who connects single sign-on with an own proof is linked, though the domain is nobody's", async () => {
    const s = await scene(world, { proven: false })
    const email = guest()
    const ana = await s.account(email)
    await s.added(ana, 'viewer')
    const { linked } = await connect(s, ana, { email: guest('other'), nameId: 'n-1' })
    expect(linked).toBe(ana)
  })

  test('R3: not to an address that is verified on another account (B8)', async () => {
    const s = await scene(world)
    const ana = await s.account(guest())
    await s.account(s.at('bo'))
    const { linked } = await connect(s, ana, { email: s.at('bo'), nameId: 'n-1' })
    expect(linked).toBeNull()
    expect(await s.questions()).toEqual([`B8 ${s.at('bo')}`])
  })

  test('R4: an address that an account holds in a proven domain is linked, and the account is told (B5)', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const ana = await s.account(email)
    expect((await s.signIn({ email })).outcome).toBe('signed_in')
    expect((await s.member(ana))?.status).toBe('active')
    expect(await linkOf(s)).toEqual({ rule: 'R4', proof: 'P3', automatic: true })
    expect(
      await s.rows("select 1 from outbox where organization_id = $1 and kind = 'mail'", [s.id]),
    ).toHaveLength(1)
  })

  test('R5: outside proven domains nothing is linked before the proof (B6, T-06, T-07)', async () => {
    const s = await scene(world)
    const email = guest()
    const ana = await s.account(email)
    await s.invited(email)
    await refusedAs(s, 'proof', { email })
    expect((await s.signIn({ email, proof: 'code' })).outcome).toBe('signed_in')
    expect(await linkOf(s)).toEqual({ rule: 'R5', proof: 'P1', automatic: true })
    expect((await s.member(ana))?.role).toBe('editor')
  })

  test('R5: an own proof of the account links, too', async () => {
    const s = await scene(world, { proven: false })
    const email = guest()
    const ana = await s.account(email)
    await s.invited(email)
    await s.signIn({ email, proof: { ownProofOf: ana } })
    expect(await linkOf(s)).toMatchObject({ rule: 'R5', proof: 'P2' })
  })

  test("R5: another organization's domain proves nothing here (T-07)", async () => {
    const [s, other] = [await scene(world), await scene(world)]
    await s.account(other.at('ceo'))
    await refusedAs(s, 'proof', { email: other.at('ceo') })
  })

  test('R6: an unverified claim is not touched: the newcomer has an account of their own (B7, T-02)', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const squatter = await s.account(email, false)
    await s.signIn({ email })
    const ana = await s.holder(email)
    expect(ana).not.toBe(squatter)
    expect(await s.holders(email)).toEqual([{ accountId: ana, verified: true }])
    expect(await s.member(squatter)).toBeNull()
  })

  test('R7: in a proven domain an invitation, a record or just-in-time joining makes an account', async () => {
    const s = await scene(world, { policies: { jitProvisioning: false } })
    await s.invited(s.at('ana'))
    expect((await s.signIn({ email: s.at('ana') })).outcome).toBe('signed_in')
    await refusedAs(s, 'jit_off', { email: s.at('bo') })
    await s.policies({ jitProvisioning: true })
    expect((await s.signIn({ email: s.at('bo') })).outcome).toBe('signed_in')
  })

  test('R8: outside proven domains the answer before the proof is the same for everybody (T-31)', async () => {
    const s = await scene(world)
    const [known, unknown] = [guest(), guest('nobody')]
    await s.account(known)
    await refusedAs(s, 'proof', { email: known })
    await refusedAs(s, 'proof', { email: unknown })
    const said = await s.rows(
      "select distinct rule, outcome, reason from events where organization_id = $1 and type like 'sign_in.%'",
      [s.id],
    )
    expect(said).toEqual([{ rule: 'R5', outcome: 'prove', reason: 'proof_required' }])
  })

  test('R8: after the proof somebody whom nothing here names is refused', async () => {
    const s = await scene(world)
    const email = guest()
    await refusedAs(s, 'domain_unproven', { email, proof: 'code' })
  })

  async function linkOf(s: Scene) {
    const [link] = await s.rows<object>(
      'select rule, proof, automatic from identities where organization_id = $1',
      [s.id],
    )
    return link
  }
})

describe('what a sign-in makes', () => {
  test('B1: a member is in, with the name as it is given', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.signIn({ email, name: 'Ana' })
    const { outcome, token } = await s.signIn({ email, name: 'Ana Lind' })
    expect([outcome, await s.isOpen(token)]).toEqual(['signed_in', true])
    expect(await s.rows('select display_name from memberships where organization_id = $1', [s.id])).toEqual([
      { display_name: 'Ana Lind' },
    ])
  })

  test('B1: a known subject under a new address in the proven domain takes the login address along (C14)', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana'), nameId: 'n-1' })
    const ana = await s.holder(s.at('ana'))
    await s.signIn({ email: s.at('ana.lind'), nameId: 'n-1' })
    expect(await s.holders(s.at('ana'))).toEqual([])
    expect(await s.holder(s.at('ana.lind'))).toBe(ana)
    expect(await s.rows('select email from memberships where organization_id = $1', [s.id])).toEqual([
      { email: s.at('ana.lind') },
    ])
  })

  test('B1: not where the address lies elsewhere, was used here, or a directory speaks for the person (C15, T-08)', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana'), nameId: 'n-1' })
    const ana = await s.holder(s.at('ana'))
    await s.signIn({ email: s.at('bo'), nameId: 'n-2' })
    await s.signIn({ email: guest(), nameId: 'n-1' })
    await s.signIn({ email: s.at('bo'), nameId: 'n-1' })
    await s.push(s.at('ana'), { externalId: 'n-1' })
    await s.signIn({ email: s.at('ana.lind'), nameId: 'n-1' })
    expect(await s.holder(s.at('ana'))).toBe(ana)
    expect(await s.rows('select key from account_addresses where account_id = $1', [ana])).toHaveLength(1)
  })

  test('B2: just-in-time joining gives its default role', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana') })
    expect(await s.memberships()).toMatchObject([
      { status: 'active', role: 'viewer', origins: ['jit-default:viewer'] },
    ])
    expect(await s.decided('member.joined')).toBe('R7 join joined nobody')
  })

  test('B3: an invitation for the same address is satisfied, and its role and projects are given', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.invited(email)
    await s.signIn({ email })
    expect(await s.memberships()).toMatchObject([{ status: 'active', role: 'editor', projects: ['blog'] }])
    expect(await s.offers(email)).toEqual(['editor satisfied sso'])
  })

  test('B3: an invitation to an address that another account holds is not satisfied by who asserts it', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana'), nameId: 'n-1' })
    await s.account(s.at('bo'))
    await s.invited(s.at('bo'), { role: 'admin' })
    await s.signIn({ email: s.at('bo'), nameId: 'n-1' })
    expect(await s.offers(s.at('bo'))).toEqual(['admin pending'])
    expect(await s.memberships()).toMatchObject([{ role: 'viewer' }])
  })

  test('B4: outside proven domains an invited newcomer proves the address, and joins as invited', async () => {
    const s = await scene(world)
    const email = guest()
    await s.invited(email)
    await refusedAs(s, 'proof', { email })
    expect((await s.signIn({ email, proof: 'code' })).outcome).toBe('signed_in')
    expect(await s.memberships()).toMatchObject([
      { accountId: await s.holder(email), status: 'active', role: 'editor' },
    ])
  })

  test('B8: another subject at a used address opens nothing and asks an administrator (T-17)', async () => {
    const s = await scene(world)
    const email = s.at('smith')
    await s.signIn({ email, nameId: 'n-old' })
    await refusedAs(s, 'identity_conflict', { email, nameId: 'n-new' })
    expect(await s.questions()).toEqual([`B8 ${email}`])
    expect(await s.decided('sign_in.refused')).toBe('B8 conflict identity_conflict org_admin')
  })

  test('B8: while the question is open the old subject waits, too', async () => {
    const s = await scene(world)
    const email = s.at('smith')
    await s.signIn({ email, nameId: 'n-old' })
    await s.signIn({ email, nameId: 'n-new' })
    await refusedAs(s, 'identity_conflict', { email, nameId: 'n-old' })
  })

  test('B9: without just-in-time joining, invitation or record the sign-in is refused before writing', async () => {
    const s = await scene(world, { policies: { jitProvisioning: false } })
    await refusedAs(s, 'jit_off', { email: s.at('ana') })
    expect(await s.decided('sign_in.refused')).toBe('B9 refuse jit_off org_admin')
  })

  test('B10: whom the directory switched off is refused, and no ghost is made (T-27, T-28)', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'))
    await s.push(s.at('ana'), { active: false })
    await refusedAs(s, 'directory_inactive', { email: s.at('ana') })
    expect(await s.holders(s.at('ana'))).toEqual([])
    expect(await s.decided('sign_in.refused')).toBe('B10 refuse directory_inactive idp_admin')
  })

  test('B11: whom an administrator suspended or removed is refused, and just-in-time joining does not bring them back', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana') })
    const [ana] = await s.memberships()
    await suspendMember(world, root, ana?.id ?? '')
    await refusedAs(s, 'suspended_by_admin', { email: s.at('ana') })
    await restoreMember(world, root, ana?.id ?? '')
    expect((await s.signIn({ email: s.at('ana') })).outcome).toBe('signed_in')
    await removeMember(world, root, ana?.id ?? '', { hold: false })
    await refusedAs(s, 'removed_by_admin', { email: s.at('ana') })
  })

  test('B11: who left does not come back by just-in-time joining', async () => {
    const s = await scene(world)
    await s.signIn({ email: s.at('ana') })
    const [ana] = await s.memberships()
    await removeMember(world, await s.caller(ana?.accountId ?? ''), ana?.id ?? '', { hold: false })
    await refusedAs(s, 'left', { email: s.at('ana') })
  })

  test('B12: an invitation to a different address is left alone', async () => {
    const s = await scene(world)
    await s.invited(s.at('other'))
    await s.signIn({ email: s.at('ana') })
    expect(await s.offers(s.at('other'))).toEqual(['editor pending'])
    expect(await s.memberships()).toMatchObject([{ role: 'viewer' }])
  })

  test('B13: an expired invitation gives nothing, the default is given', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'), { role: 'admin' })
    world.clock.advance(8 * 86_400)
    await s.signIn({ email: s.at('ana') })
    expect(await s.memberships()).toMatchObject([{ role: 'viewer', projects: [] }])
  })

  test('B14: a revoked invitation gives nothing, the default is given', async () => {
    const s = await scene(world)
    await revokeInvitation(world, root, await s.invited(s.at('ana'), { role: 'admin' }))
    await s.signIn({ email: s.at('ana') })
    expect(await s.memberships()).toMatchObject([{ role: 'viewer' }])
    expect(await s.offers(s.at('ana'))).toEqual(['admin revoked'])
  })

  test("B15: a browser that holds another account's session confirms first (T-25, T-34)", async () => {
    const s = await scene(world)
    const first = await s.signIn({ email: s.at('ana') })
    const session = first.token ?? ''
    const before = await s.people()
    expect((await s.signIn({ email: s.at('bo'), session })).outcome).toBe('confirm')
    expect([await s.people(), await s.isOpen(session)]).toEqual([before, true])
    const confirmed = await s.signIn({ email: s.at('bo'), session, confirmed: true })
    expect([confirmed.outcome, await s.isOpen(session), await s.isOpen(confirmed.token)]).toEqual([
      'signed_in',
      false,
      true,
    ])
  })

  test('B16: a Connection that does not take unsolicited answers consumes nothing', async () => {
    const s = await scene(world, { connection: { idpInitiated: 'restart' } })
    await refusedAs(s, 'idp_initiated_off', { email: s.at('ana'), assertionId: '_kept' })
    expect(await s.rows('select 1 from saml_assertions where connection_id = $1', [s.connectionId])).toEqual(
      [],
    )
  })

  test('B17: a group attribute that is absent clears nothing, an empty one does', async () => {
    const s = await scene(world)
    await s.map([{ group: { connectionId: s.connectionId, value: 'Editors' }, role: 'editor' }])
    await s.signIn({ email: s.at('ana'), groups: ['Editors'] })
    expect(await s.memberships()).toMatchObject([{ role: 'editor' }])
    await s.signIn({ email: s.at('ana'), groups: null })
    expect(await s.memberships()).toMatchObject([{ role: 'editor' }])
    await s.signIn({ email: s.at('ana'), groups: [] })
    expect(await s.memberships()).toMatchObject([{ role: 'viewer' }])
  })

  test('B18: a Connection in test reports and changes nothing', async () => {
    const s = await scene(world, { connection: { status: 'test' } })
    await refusedAs(s, 'test_mode', { email: s.at('ana') })
  })

  test('T-33: two first sign-ins and a push of one person at once make one account and one membership', async () => {
    const s = await scene(world)
    for (let round = 0; round < 4; round += 1) {
      const email = s.at(`race${round}`)
      const key = `x-${round}`
      await Promise.all([
        s.signIn({ email, nameId: key }),
        s.push(email, { externalId: key }),
        s.signIn({ email, nameId: key }),
      ])
      expect(await s.holders(email)).toHaveLength(1)
      const member = await s.member(await s.holder(email))
      expect(member).toMatchObject({
        status: 'active',
        origins: ['directory-default:viewer', 'jit-default:viewer'],
      })
    }
    expect(await s.memberships()).toHaveLength(4)
  })
})

/** Signs in as the answer to a request that the account started with a fresh own proof (R3); answers whose the link is. */
async function connect(s: Scene, accountId: string, arrival: { email: string; nameId: string }) {
  const { sealSignInStart } = await import('../../src/actions/sign-in-reference.ts')
  const { lookSignIn } = await import('../../src/actions/look-sign-in.ts')
  const { finishSignIn } = await import('../../src/actions/finish-sign-in.ts')
  const { openSession } = await import('../../src/actions/open-session.ts')
  const { inTransaction } = await import('../../src/actions/transaction.ts')
  const { addressKey } = await import('../../src/domain/address.ts')
  const now = world.clock.now()
  const session = await inTransaction(world, (tx) =>
    openSession(tx, world, { accountId, organizationId: null, proofType: 'host', ownProofAt: now }),
  )
  const start = sealSignInStart(world, { kind: 'connect', accountId, provenAt: now.toISOString() }, null)
  const browserNonce = 'the browser'
  const { requestId } = await startSignIn(world, {
    connectionId: s.connectionId,
    returnTo: null,
    start,
    browserNonce,
  })
  const connection = await findConnection(world, s.connectionId)
  if (!connection) throw new Error('no connection')
  const looked = await lookSignIn(world, {
    connection,
    assertion: {
      assertionId: `_${requestId}`,
      notOnOrAfter: new Date(now.getTime() + 300_000),
      inResponseTo: requestId,
      sessionNotOnOrAfter: null,
    },
    profile: {
      subject: { nameId: arrival.nameId, format: '', nameQualifier: '', spNameQualifier: '' },
      address: arrival.email,
      emailKey: addressKey(arrival.email),
      emails: [arrival.email],
      firstName: null,
      lastName: null,
      displayName: null,
      groups: null,
      directoryKey: arrival.nameId,
      raw: {},
    },
    relayState: null,
    trace: { checks: [], responseXml: null },
  })
  if (looked.outcome === 'pending')
    await finishSignIn(world, {
      connectionId: s.connectionId,
      handle: looked.handle,
      browserNonce,
      sessionToken: session.token,
      confirmed: true,
    })
  const [link] = await s.rows<{ account_id: string }>(
    'select account_id from identities where organization_id = $1',
    [s.id],
  )
  return { linked: link?.account_id ?? null }
}
