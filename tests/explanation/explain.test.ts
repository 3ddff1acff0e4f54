// The explanation of an address, after the deeds themselves have made each situation.
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { Caller } from '../../src/actions/authorize.ts'
import { blockAddress } from '../../src/actions/block-address.ts'
import { declineInvitation } from '../../src/actions/decline-invitation.ts'
import { type Explanation, explain } from '../../src/actions/explain.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { resolveConflict } from '../../src/actions/resolve-conflict.ts'
import { revokeInvitation } from '../../src/actions/revoke-invitation.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import type { World } from '../../src/actions/world.ts'
import { root, type Scene, scene } from '../core/scene.ts'
import { freshWorld } from '../support/world.ts'

let world: World
beforeAll(async () => {
  world = await freshWorld()
})

const why = (s: Scene, email: string, by: Caller = root) => explain(world, by, s.id, email)

/** `can_join account_exists person`. */
function said({ verdict, reason }: Explanation): string {
  return [verdict, reason.code, reason.nextActor].join(' ')
}

function would({ wouldHappen }: Explanation): Record<string, string> {
  return Object.fromEntries(
    Object.entries(wouldHappen).map(([door, { rule, outcome, reason }]) => [
      door,
      [rule, outcome, reason].filter((part) => part !== null).join(' '),
    ]),
  )
}

function texts({ evidence }: Explanation): string {
  return evidence.map((line) => line.text).join('\n')
}

const hrefs = ({ fixes }: Explanation) => fixes.map((fix) => `${fix.method} ${fix.href}`)

describe('before anybody did anything', () => {
  test('an address that nobody named is unknown, and inviting it is offered', async () => {
    const s = await scene(world, { proven: false })
    const found = await why(s, 'zoe@elsewhere.test')
    expect(said(found)).toBe('unknown unknown_person inviter')
    expect(would(found)).toEqual({
      invitation: 'A2 join joined',
      signIn: 'R5 prove proof_required',
      directory: 'C2 prove domain_unproven',
    })
    expect(hrefs(found)).toContain(`POST /api/v1/organizations/${s.id}/invitations`)
  })

  test('in a proven domain anybody can join by every door', async () => {
    const s = await scene(world)
    const found = await why(s, s.at('zoe'))
    expect(said(found)).toBe('can_join awaiting_person person')
    expect(would(found)).toEqual({
      invitation: 'A2 join joined',
      signIn: 'R7 join joined',
      directory: 'C1 join joined',
    })
  })

  test('what is no address names the field', async () => {
    const s = await scene(world)
    await expect(why(s, 'nobody')).rejects.toMatchObject({
      kind: 'invalid',
      details: { errors: [{ path: 'email' }] },
    })
  })

  test('an explanation writes nothing', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'))
    const rows = () =>
      s.rows(
        `select (select count(*) from events) e, (select count(*) from accounts) a, (select count(*) from invitations) i,
           (select count(*) from directory_users) d, (select count(*) from conflicts) c`,
      )
    const before = await rows()
    await why(s, s.at('ana'))
    expect(await rows()).toEqual(before)
  })
})

describe('an account that exists and is not connected', () => {
  test('A3: it is named as the cause, the person must act, and signing in joins them as invited', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const ana = await s.account(email)
    const offer = await s.invited(email)
    const found = await why(s, email)
    expect(said(found)).toBe('can_join account_exists person')
    expect(found.reason.message).toContain('not connected to Acme yet')
    expect(would(found)).toEqual({
      invitation: 'A3 join joined',
      signIn: 'R4 link joined',
      directory: 'C3 link joined',
    })
    expect(found.fixes[0]).toMatchObject({
      method: 'POST',
      href: `/api/v1/invitations/${offer}/acceptance`,
      body: { accountId: ana },
    })
    expect(hrefs(found)).toContain(`GET http://gatehouse.test/saml/${s.connectionId}/sign-in`)
    await s.signIn({ email })
    const after = await why(s, email)
    expect(said(after)).toBe('joined joined nobody')
    expect(texts(after)).toContain('rule R4')
    expect(await s.member(ana)).toMatchObject({ role: 'editor', projects: ['blog'] })
  })

  test('an administrator of the proven domain reads the same, without the acceptance that is not theirs to give', async () => {
    const s = await scene(world)
    const olga = await s.account(s.at('olga'))
    await s.added(olga, 'owner')
    await s.account(s.at('ana'))
    const offer = await s.invited(s.at('ana'))
    const found = await why(s, s.at('ana'), await s.caller(olga))
    expect(said(found)).toBe('can_join account_exists person')
    expect(hrefs(found)[0]).toBe(`POST /api/v1/invitations/${offer}/deliveries`)
  })

  test('T-31: outside the proven domain the answer is the same whether or not an account exists', async () => {
    const s = await scene(world)
    const olga = await s.account(s.at('olga'))
    await s.added(olga, 'owner')
    const by = await s.caller(olga)
    await s.account('holder@elsewhere.test')
    for (const name of ['holder', 'nobody']) {
      await s.push(`${name}@elsewhere.test`)
      await s.signIn({ email: `${name}@elsewhere.test`, nameId: name })
    }
    const shape = async (name: string) => {
      const found = await why(s, `${name}@elsewhere.test`, by)
      return JSON.stringify({ ...found, evidence: found.evidence.map(({ source, text }) => [source, text]) })
        .replaceAll(name, 'NAME')
        .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, 'ID')
    }
    world.clock.advance(60)
    expect(await shape('holder')).toBe(await shape('nobody'))
    const asRoot = await why(s, 'holder@elsewhere.test')
    expect(asRoot.reason.code).toBe('account_exists')
    expect(texts(asRoot)).toContain('An account holds this address')
  })

  test('T-31: a record’s later address names nobody outside the proven domain', async () => {
    const s = await scene(world)
    const olga = await s.account(s.at('olga'))
    await s.added(olga, 'owner')
    const record = await s.push(s.at('ana'))
    await s.update(record, { emails: [{ value: 'ana@elsewhere.test', type: null, isPrimary: true }] })
    const found = await why(s, 'ana@elsewhere.test', await s.caller(olga))
    expect(found.verdict).not.toBe('joined')
  })
})

describe('an invitation', () => {
  test('that waits for the person says so, with its mails and openings as evidence', async () => {
    const s = await scene(world, { proven: false })
    const offer = await s.invited('ana@elsewhere.test')
    await s.rows(
      `insert into delivery_openings (id, delivery_id, at, method, class)
       select gen_random_uuid(), id, $2, 'HEAD', 'likely-scanner' from deliveries where invitation_id = $1`,
      [offer, world.clock.now()],
    )
    const found = await why(s, 'ana@elsewhere.test')
    expect(said(found)).toBe('can_join awaiting_person person')
    expect(texts(found)).toContain('Invited as editor by the host product.')
    expect(texts(found)).toContain('looks like a mail scanner')
    expect(hrefs(found)[0]).toBe(`POST /api/v1/invitations/${offer}/deliveries`)
  })

  test('that did not arrive is the inviter’s to carry another way', async () => {
    const s = await scene(world, { proven: false })
    const offer = await s.invited('ana@elsewhere.test')
    await s.rows(
      `update deliveries set status = 'bounced', status_detail = 'mailbox full' where invitation_id = $1`,
      [offer],
    )
    const found = await why(s, 'ana@elsewhere.test')
    expect(said(found)).toBe('waiting delivery_failed inviter')
    expect(found.fixes[0]).toMatchObject({ body: { channel: 'link' } })
    expect(texts(found)).toContain('mailbox full')
  })

  test('A14: that has ended names its date, and extending it is offered', async () => {
    const s = await scene(world, { proven: false })
    const offer = await s.invited('ana@elsewhere.test')
    world.clock.advance(8 * 86_400)
    const found = await why(s, 'ana@elsewhere.test')
    expect(said(found)).toBe('blocked expired inviter')
    expect(would(found).invitation).toBe('A14 refuse expired')
    expect(found.fixes[0]).toMatchObject({
      href: `/api/v1/invitations/${offer}/extension`,
      body: { days: 7 },
    })
  })

  test('B13: that has ended does not keep the person from joining by sign-in', async () => {
    const s = await scene(world)
    await s.invited(s.at('ana'))
    world.clock.advance(8 * 86_400)
    const found = await why(s, s.at('ana'))
    expect(said(found)).toBe('can_join expired inviter')
    expect(would(found).signIn).toBe('R7 join joined')
  })

  test('A15: that was withdrawn, or declined, says which', async () => {
    const s = await scene(world, { proven: false })
    await revokeInvitation(world, root, await s.invited('ana@elsewhere.test'))
    expect(said(await why(s, 'ana@elsewhere.test'))).toBe('blocked revoked inviter')
    const ben = await s.account('ben@elsewhere.test')
    const offer = await s.invited('ben@elsewhere.test')
    await declineInvitation(world, {
      invitationId: offer,
      accountId: ben,
      actor: { type: 'person', id: ben, accountId: ben },
    })
    expect(said(await why(s, 'ben@elsewhere.test'))).toBe('blocked declined inviter')
  })

  test('A8: under required single sign-on waits for the sign-in, before and after the consent', async () => {
    const s = await scene(world)
    await s.policies({ ssoRequired: true })
    const email = s.at('ana')
    const offer = await s.invited(email)
    expect(said(await why(s, email))).toBe('can_join sso_required person')
    const ana = await s.account(email)
    await s.accept(offer, ana)
    const found = await why(s, email)
    expect(said(found)).toBe('waiting sso_required person')
    expect(hrefs(found)[0]).toBe(`GET http://gatehouse.test/saml/${s.connectionId}/sign-in`)
    await s.signIn({ email })
    expect(said(await why(s, email))).toBe('joined joined nobody')
  })

  test('A9: to a guest is refused where the policy has changed since', async () => {
    const s = await scene(world)
    await s.invited('gil@elsewhere.test')
    await s.policies({ ssoRequired: true, guests: 'refused' })
    const found = await why(s, 'gil@elsewhere.test')
    expect(said(found)).toBe('blocked guest_refused org_admin')
    expect(found.fixes[0]).toMatchObject({ method: 'PATCH', body: { policies: { guests: 'allowed' } } })
  })

  test('A17: without a free seat waits, and one more seat is offered', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.added(await s.account(s.at('olga')), 'owner')
    await s.policies({ seats: 1 })
    await s.accept(await s.invited(email), await s.account(email))
    const found = await why(s, email)
    expect(said(found)).toBe('waiting seat_unavailable org_admin')
    expect(found.fixes[0]).toMatchObject({ body: { policies: { seats: 2 } } })
  })
})

describe('a denial', () => {
  test('A12: a suspension names the administrator’s act and how to lift it', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.push(email)
    const member = await s.member(await s.holder(email))
    await suspendMember(world, root, member?.id ?? '')
    const found = await why(s, email)
    expect(said(found)).toBe('blocked suspended_by_admin org_admin')
    expect(would(found)).toMatchObject({
      invitation: 'A12 refuse member_suspended',
      signIn: 'A12 refuse suspended_by_admin',
      directory: 'A12 refuse suspended_by_admin',
    })
    expect(hrefs(found)).toContain(`DELETE /api/v1/members/${member?.id}/suspension`)
  })

  test('B11: a removal offers a new invitation, and Allow where the directory asks for the person', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.accept(await s.invited(email), await s.account(email))
    const ana = await s.holder(email)
    await removeMember(world, root, (await s.member(ana))?.id ?? '', { hold: true })
    const found = await why(s, email)
    expect(said(found)).toBe('blocked removed_by_admin org_admin')
    expect(would(found).signIn).toBe('B11 refuse removed_by_admin')
    expect(hrefs(found)).toContain(`POST /api/v1/organizations/${s.id}/invitations`)
    await s.push(email)
    const asked = await why(s, email)
    expect(asked.fixes[0]).toMatchObject({ label: 'Allow the person again', body: { choice: 'allow' } })
    await s.invited(email)
    expect((await why(s, email)).verdict).toBe('can_join')
  })

  test('A11: a directory’s no is the directory’s to lift, by a call of its own', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    const record = await s.push(email)
    await s.update(record, { active: false })
    const found = await why(s, email)
    expect(said(found)).toBe('blocked directory_inactive idp_admin')
    expect(hrefs(found)[0]).toBe(`PATCH /scim/v2/${s.directory.id}/Users/${record}`)
    expect(texts(found)).toContain('says that the person is inactive')
  })

  test('E5: an inactive record of somebody without an account holds the invitation', async () => {
    const s = await scene(world, { proven: false })
    await s.invited('ana@elsewhere.test')
    await s.push('ana@elsewhere.test', { active: false })
    expect(said(await why(s, 'ana@elsewhere.test'))).toBe('blocked directory_inactive idp_admin')
  })

  test('D1: a block names itself, also where nobody has an account', async () => {
    const s = await scene(world)
    await blockAddress(world, root, s.id, s.at('zoe'))
    const found = await why(s, s.at('zoe'))
    expect(said(found)).toBe('blocked blocked org_admin')
    expect(hrefs(found)).toEqual([
      `DELETE /api/v1/organizations/${s.id}/blocks/${encodeURIComponent(s.at('zoe'))}`,
    ])
  })
})

describe('a sign-in', () => {
  test('B9: that nothing lets in is refused by jit_off, and an invitation or the policy is offered', async () => {
    const s = await scene(world, { policies: { jitProvisioning: false } })
    const email = s.at('ana')
    expect((await s.signIn({ email })).outcome).toBe('jit_off')
    const found = await why(s, email)
    expect(said(found)).toBe('blocked jit_off org_admin')
    expect(would(found).signIn).toBe('B9 refuse jit_off')
    expect(texts(found)).toContain('A sign-in by single sign-on was refused. [rule B9, jit_off]')
    expect(found.fixes.map((fix) => fix.body)).toContainEqual({ policies: { jitProvisioning: true } })
  })

  test('B4: that waits for a proof says so', async () => {
    const s = await scene(world, { proven: false })
    await s.signIn({ email: 'ana@elsewhere.test' })
    expect(said(await why(s, 'ana@elsewhere.test'))).toBe('waiting proof_required person')
  })

  test('B8: that raises a question keeps a member from signing in until it is answered', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.signIn({ email, nameId: 'u-1' })
    await s.signIn({ email, nameId: 'u-2' })
    const found = await why(s, email)
    expect(said(found)).toBe('joined identity_conflict org_admin')
    expect(would(found).signIn).toBe('B8 refuse identity_conflict')
    expect(found.fixes.map((fix) => fix.body)).toEqual([
      { choice: 'keep' },
      { choice: 'replace' },
      { choice: 'new_account' },
    ])
    const [, replace] = found.fixes
    await resolveConflict(world, root, replace?.href.split('/')[4] ?? '', 'replace')
    expect(said(await why(s, email))).toBe('joined joined nobody')
  })

  test('E9: a record that came back as another blocks its address and lists the answers', async () => {
    const s = await scene(world)
    const email = s.at('ana')
    await s.remove(await s.push(email, { externalId: 'x-1' }))
    await s.push(email, { externalId: 'x-2' })
    const found = await why(s, email)
    expect(found.verdict).toBe('blocked')
    expect(found.evidence.map((line) => line.source)).toContain('conflict')
    expect(would(found).directory).toBe('E9 refuse identity_conflict')
  })

  test('B18: that came by a connection in test is explained by the test', async () => {
    const s = await scene(world, { connection: { status: 'test' } })
    const email = s.at('ana')
    await s.signIn({ email })
    const found = await why(s, email)
    expect(said(found)).toBe('blocked test_mode org_admin')
    expect(would(found).signIn).toBe('B18 none test_mode')
    expect(found.fixes[0]).toMatchObject({
      href: `/api/v1/connections/${s.connectionId}`,
      body: { status: 'active' },
    })
  })
})

describe('a directory', () => {
  test('C2: outside the proven domain invites, and the person must accept', async () => {
    const s = await scene(world, { proven: false })
    await s.push('ana@elsewhere.test')
    const found = await why(s, 'ana@elsewhere.test')
    expect(said(found)).toBe('can_join awaiting_person person')
    expect(would(found)).toMatchObject({
      invitation: 'A2 join joined',
      directory: 'C2 prove domain_unproven',
    })
  })

  test('C1: that provisioned the person is named by the evidence', async () => {
    const s = await scene(world)
    await s.push(s.at('ana'))
    const found = await why(s, s.at('ana'))
    expect(said(found)).toBe('joined joined nobody')
    expect(texts(found)).toContain('rule C1')
    expect(would(found)).toMatchObject({ directory: 'C6 none already_member' })
  })
})
