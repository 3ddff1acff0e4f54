import { beforeAll, describe, expect, test } from '@jest/globals'
import { addMember } from '../../src/actions/add-member.ts'
import { createOrganization } from '../../src/actions/create-organization.ts'
import { openBrowser } from './browser.ts'
import { type Scene, scene } from './scene.ts'

const root = { kind: 'root' } as const
let s: Scene
beforeAll(async () => {
  s = await scene()
})

let made = 0
const fresh = (domain = 'guest.test') => `lee${++made}@${domain}`

async function signIn(email: string) {
  const browser = s.browse()
  await browser.open('/sign-in')
  await browser.press('Continue', { email })
  await browser.press('Sign in', { code: await s.code(email) })
  return browser
}

async function memberOf(organizationId: string, email: string) {
  const accountId = await s.account(email)
  await addMember(s.world, root, organizationId, { accountId, role: 'editor' })
  return accountId
}

describe('signing in by code', () => {
  test('opens the only organization of the person', async () => {
    const email = fresh()
    await memberOf(s.organizationId, email)
    const { page } = await signIn(email)
    expect(page.text).toContain('You are signed in to Acme')
    expect(page.text).toContain('Role Editor')
  })

  test('asks which of several organizations to open', async () => {
    const email = fresh()
    const accountId = await memberOf(s.organizationId, email)
    const second = await createOrganization(s.world, root, { name: 'Bolt', slug: 'bolt' })
    await addMember(s.world, root, second.id, { accountId, role: 'viewer' })
    const browser = await signIn(email)
    expect(browser.page.forms.map(({ button }) => button)).toEqual(['Open Acme', 'Open Bolt', 'Sign out'])
    expect((await browser.press('Open Bolt')).text).toContain('You are signed in to Bolt')
  })

  test('opens the account alone where the person is in no organization', async () => {
    const email = fresh()
    await s.account(email)
    const { page } = await signIn(email)
    expect(page.text).toContain('Nothing is open yet')
  })

  test('opens no organization that requires single sign-on', async () => {
    const email = fresh('bolt.test')
    const strict = await createOrganization(s.world, root, { name: 'Strict', slug: 'strict' })
    await memberOf(strict.id, email)
    await s.rows(
      `insert into domains (id, organization_id, domain, include_subdomains, status, proof_value, attested, created_at)
       values (gen_random_uuid(), $1, 'bolt.test', false, 'verified', 'x', true, now())`,
      [strict.id],
    )
    await s.rows(`update organizations set policies = policies || '{"ssoRequired": true}' where id = $1`, [
      strict.id,
    ])
    expect((await signIn(email)).page.text).toContain('Nothing is open yet')
  })

  test('invariant 22: the answer is the same for an address nobody knows, and only its holder learns more', async () => {
    const [known, unknown] = [fresh(), fresh()]
    await s.account(known)
    const pages = []
    for (const email of [known, unknown]) {
      const browser = s.browse()
      await browser.open('/sign-in')
      pages.push((await browser.press('Continue', { email })).text.replaceAll(email, '…'))
    }
    expect(pages[0]).toBe(pages[1])
    const { accounts, sessions } = await s.counts()
    const { page } = await signIn(unknown)
    expect([page.status, page.reason]).toEqual([403, 'unknown_person'])
    expect(await s.counts()).toMatchObject({ accounts, sessions })
  })

  test('makes the account of an invited newcomer, and leads to the invitation', async () => {
    const email = fresh()
    const { id } = await s.invited(email)
    const browser = await signIn(email)
    expect(browser.page.text).toContain('Invitations for you')
    await browser.open(`/invitations/${id}`)
    expect((await browser.press('Join Acme')).text).toContain('You joined Acme as Editor')
    expect((await browser.open('/welcome')).text).toContain('You are signed in to Acme')
  })

  test('leads back to the invitation that was left to sign in, and only then', async () => {
    const mine = fresh()
    await s.account(mine)
    const { link } = await s.invited(fresh())
    const left = s.browse()
    await left.open(link)
    await left.press('Use another account')
    await left.press('Continue', { email: mine })
    const back = await left.press('Sign in', { code: await s.code(mine) })
    expect(back.reason).toBe('wrong_account')

    const looked = s.browse()
    await looked.open(link)
    await looked.open('/sign-in')
    await looked.press('Continue', { email: mine })
    expect((await looked.press('Sign in', { code: await s.code(mine) })).path).toBe('/welcome')
  })

  test('T-25: asks before another account’s session is replaced', async () => {
    const [first, second] = [fresh(), fresh()]
    await s.account(first)
    await s.account(second)
    const browser = await signIn(first)
    await browser.open('/sign-in')
    await browser.press('Continue', { email: second })
    const asked = await browser.press('Sign in', { code: await s.code(second) })
    expect(asked.text).toContain(`Sign in as ${second}?`)
    const answered = await browser.press('Continue as')
    expect(answered.text).toContain(second)
  })

  test('T-17: a code at a resting address opens nothing of its former holder’s', async () => {
    const email = fresh()
    await memberOf(s.organizationId, email)
    await s.rows('update account_addresses set resting_since = now() where key = $1', [email])
    const { sessions } = await s.counts()
    const { page } = await signIn(email)
    expect([page.status, page.reason]).toEqual([409, 'identity_conflict'])
    expect(await s.counts()).toMatchObject({ sessions })
  })

  test('a damaged address is named, not guessed', async () => {
    const browser = s.browse()
    await browser.open('/sign-in')
    const page = await browser.press('Continue', { email: 'lee@' })
    expect([page.status, page.text.includes('whole e-mail address')]).toEqual([400, true])
  })

  test('signing out ends the session, not only the cookie', async () => {
    const email = fresh()
    await s.account(email)
    const browser = await signIn(email)
    await browser.press('Sign out')
    expect((await browser.open('/welcome')).path).toBe('/sign-in')
    const ended = await s.rows(`select 1 from sessions where proof_key = $1 and ended_at is null`, [email])
    expect(ended).toHaveLength(0)
  })
})

describe('the limit of mailed codes', () => {
  test('T-39: noise from the same network shuts an address for strangers, not for a browser that proved it before', async () => {
    const limited = await scene({ settings: { rateLimits: true } })
    const email = fresh()
    await limited.account(email)
    const known = limited.browse()
    await known.open('/sign-in')
    await known.press('Continue', { email })
    await known.press('Sign in', { code: await limited.code(email) })
    await known.press('Sign out')

    const noise = limited.browse()
    for (let i = 0; i < 4; i += 1) {
      await noise.open('/sign-in')
      expect((await noise.press('Continue', { email })).status).toBe(200)
    }
    await noise.open('/sign-in')
    const shut = await noise.press('Continue', { email })
    expect([shut.status, shut.reason]).toEqual([429, 'rate_limited'])
    await noise.open('/sign-in')
    expect((await noise.press('Continue', { email: fresh() })).status).toBe(200)

    await known.open('/sign-in')
    await known.press('Continue', { email })
    const page = await known.press('Sign in', { code: await limited.code(email) })
    expect(page.path).toBe('/welcome')
  })
})

describe('home-realm discovery', () => {
  test('offers the single sign-on of a proven domain, whoever the address is', async () => {
    const browser = s.browse()
    await browser.open('/sign-in')
    const page = await browser.press('Continue', { email: 'nobody-at-all@acme.test' })
    expect(page.forms.map(({ button, action }) => [button, action])).toEqual([
      ['Continue with Acme single sign-on', `/saml/${s.connectionId}/sign-in`],
      ['Send me a code', '/sign-in/code'],
    ])
    const away = await browser.press('Continue with Acme')
    expect(away.path).toMatch(/^https:\/\/idp\.acme\.test\/sso\?/)
  })
})

describe('single sign-on that needs a proof', () => {
  test('B4: shows the proof page, takes the code and ends in the invited membership', async () => {
    const email = fresh('outside.test')
    const { id } = await s.invited(email)
    const browser = openBrowser(s.app)
    const answer = await s.signIn(
      browser.agent,
      s.response({ nameId: email, attributes: { email: [email] } }),
    )
    expect(answer.headers['gatehouse-reason']).toBe('proof_required')
    const proof = await browser.open('/proof')
    expect(proof.text).toContain('Prove that this account is yours')
    await browser.press('Send a code')
    const wrong = await browser.press('Continue', { code: '000000' })
    expect(['code_wrong', 'code_expired']).toContain(wrong.reason)
    await browser.press('Continue', { code: await s.code(email) })
    expect((await browser.open('/welcome')).text).toContain('You are signed in to Acme')
    expect(await s.status(id)).toMatch(/accepted|satisfied/)
  })

  test('A8: an invitation under required single sign-on offers that way alone, and the press travels with it', async () => {
    const email = fresh('acme.test')
    const { id, link } = await s.invited(email)
    await s.rows(`update organizations set policies = policies || '{"ssoRequired": true}' where id = $1`, [
      s.organizationId,
    ])
    try {
      const browser = s.browse()
      const page = await browser.open(link)
      expect(page.reason).toBe('sso_required')
      expect(page.forms.map(({ button }) => button.split(' ')[0])).toEqual(['Continue', 'Decline'])
      const away = await browser.press('Continue with')
      expect(away.path).toMatch(/^https:\/\/idp\.acme\.test\/sso\?/)
      const requests = await s.rows<{ intent: object }>(
        `select intent from saml_requests where intent ->> 'invitationId' = $1`,
        [id],
      )
      expect(requests).toMatchObject([{ intent: { kind: 'accept', accountId: null } }])
      expect(await s.status(id)).toBe('pending')
    } finally {
      await s.rows(`update organizations set policies = policies || '{"ssoRequired": false}' where id = $1`, [
        s.organizationId,
      ])
    }
  })
})

describe('the first page after an automatic link', () => {
  test('B5: offers the way out of somebody else’s account, which ends the session and asks an administrator', async () => {
    const email = fresh('acme.test')
    const accountId = await s.account(email)
    s.world.clock.advance(1)
    const browser = openBrowser(s.app)
    await s.signIn(browser.agent, s.response({ nameId: `sub-${email}`, attributes: { email: [email] } }))
    const page = await browser.open('/welcome')
    expect(page.text).toContain(`connected the sign-in of Acme to the account ${email}`)
    const gone = await browser.press('This is not my account')
    expect(gone.reason).toBe('identity_conflict')
    expect((await browser.open('/welcome')).path).toBe('/sign-in')
    const open = await s.rows(`select kind from conflicts where account_id = $1 and state = 'open'`, [
      accountId,
    ])
    expect(open).toEqual([{ kind: 'B8' }])
    const again = await s.signIn(
      browser.agent,
      s.response({ nameId: `sub-${email}`, attributes: { email: [email] } }),
    )
    expect(again.headers['gatehouse-reason']).toBe('identity_conflict')
  })

  test('B2: a newcomer, whose account the sign-in has made, is not asked', async () => {
    const email = fresh('acme.test')
    const browser = openBrowser(s.app)
    await s.signIn(browser.agent, s.response({ nameId: email, attributes: { email: [email] } }))
    const page = await browser.open('/welcome')
    expect(page.text).toContain('signed in to Acme')
    expect(page.text).not.toContain('not my account')
  })
})

describe('every page', () => {
  test('is not stored, not indexed, without referrer, framed by nobody, and runs no script but its own', async () => {
    const { id, link } = await s.invited(fresh())
    for (const path of [
      '/sign-in',
      '/join',
      `/invitations/${id}`,
      link,
      '/proof',
      '/dev/mailbox',
      '/nowhere',
    ]) {
      const { headers, html } = await s.browse().open(path)
      expect([path, headers['cache-control']]).toEqual([path, 'no-store'])
      expect(headers['referrer-policy']).toBe('no-referrer')
      expect(headers['x-robots-tag']).toContain('noindex')
      const policy = headers['content-security-policy'] ?? ''
      expect(policy).toContain("default-src 'none'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(html).not.toMatch(/\son\w+=|style=|https?:\/\/(?!localhost|127)/)
    }
  })
})
