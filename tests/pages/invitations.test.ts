import { beforeAll, describe, expect, test } from '@jest/globals'
import { addMember } from '../../src/actions/add-member.ts'
import { deliverInvitation } from '../../src/actions/deliver-invitation.ts'
import { removeMember } from '../../src/actions/remove-member.ts'
import { revokeInvitation } from '../../src/actions/revoke-invitation.ts'
import { suspendMember } from '../../src/actions/suspend-member.ts'
import { newId } from '../../src/kernel/ids.ts'
import { type Scene, scene } from './scene.ts'

const root = { kind: 'root' } as const
let s: Scene
beforeAll(async () => {
  s = await scene()
})

let made = 0
const fresh = (domain = 'guest.test') => `ana${++made}@${domain}`

describe('opening', () => {
  test('ten GETs and ten HEADs of a link change nothing', async () => {
    const { id, link, token } = await s.invited(fresh())
    const before = await s.counts()
    for (let i = 0; i < 10; i += 1) {
      const machine = s.browse()
      await machine.open(link)
      await machine.head(link)
      await machine.open(`/invitations/${id}`)
      await machine.post(`/invitations/${id}/card`, { t: token })
    }
    expect(await s.counts()).toEqual(before)
    expect(await s.status(id)).toBe('pending')
  })

  test('a link shows organization, inviter, role and the masked address, and never the whole one', async () => {
    const email = fresh()
    const { link } = await s.invited(email, { message: 'See <you> there' })
    const { text, html, status } = await s.browse().open(link)
    expect(status).toBe(200)
    expect(text).toContain('Join Acme on')
    expect(text).toContain('Ben Probe invited a•••@guest.test')
    expect(text).toContain('Editor')
    expect(html).toContain('See &#60;you&#62; there')
    expect(html).not.toContain(email)
  })

  test('without a token every invitation and none show the same neutral card', async () => {
    const { id } = await s.invited(fresh())
    const known = await s.browse().open(`/invitations/${id}`)
    const unknown = await s.browse().open('/invitations/0199aaaa-0000-7000-8000-000000000000')
    const nonsense = await s.browse().open('/invitations/nonsense')
    expect(known.text).toBe(unknown.text)
    expect(nonsense.text).toBe(unknown.text)
    expect(known.text).not.toContain('Acme')
    expect([known.status, unknown.status, nonsense.status]).toEqual([200, 200, 200])
  })

  test('the fragment is brought by a read-only POST, after which the address alone shows the card', async () => {
    const { id, token } = await s.invited(fresh())
    const browser = s.browse()
    await browser.open(`/invitations/${id}`)
    await browser.post(`/invitations/${id}/card`, { t: token })
    expect((await browser.open(`/invitations/${id}`)).text).toContain('Join Acme on')
  })

  test('a cut link names its cause and offers the typed code', async () => {
    const { id, token } = await s.invited(fresh())
    const page = await s.browse().open(`/invitations/${id}?t=${token.slice(0, 20)}`)
    expect([page.status, page.reason]).toEqual([404, 'link_incomplete'])
    expect(page.forms[0]?.action).toBe('/join')
  })

  test('no page sets a session before a proof', async () => {
    const { link } = await s.invited(fresh())
    const page = await s.browse().open(link)
    expect(String(page.headers['set-cookie'])).not.toContain('gatehouse_session')
  })

  test('openings are kept as evidence with what they seem to have been', async () => {
    const { id, link } = await s.invited(fresh())
    await s.browse().open(link, { 'User-Agent': 'Mozilla/5.0 HeadlessChrome/120' })
    await s.browse().head(link)
    let seen: { method: string; class: string }[] = []
    while (seen.length < 2) {
      seen = await s.rows(
        `select o.method, o.class from delivery_openings o join deliveries d on d.id = o.delivery_id where d.invitation_id = $1`,
        [id],
      )
    }
    expect(seen.map((o) => `${o.method} ${o.class}`).sort()).toEqual([
      'GET likely-scanner',
      'HEAD likely-scanner',
    ])
  })
})

describe('joining', () => {
  test('A2: a stranger joins with the code that was mailed to the invited address', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const browser = s.browse()
    await browser.open(link)
    await browser.press('Send a code')
    const done = await browser.press('Join Acme', { code: await s.code(email) })
    expect(done.text).toContain('You joined Acme as Editor')
    expect(done.text).not.toContain('already had an account')
    expect(await s.status(id)).toBe('accepted')
    expect((await browser.open('/welcome')).text).toContain('signed in to Acme')
  })

  test('A3: the first page is the same where the address has an account, and only the proven person is told', async () => {
    const [known, unknown] = [fresh(), fresh()]
    await s.account(known)
    const invited = [await s.invited(known), await s.invited(unknown)]
    const pages = await Promise.all(invited.map(({ link }) => s.browse().open(link)))
    const same = (page?: { text: string }) => page?.text.replace(/ana\d+/g, 'ana')
    expect(same(pages[0])).toBe(same(pages[1]))
    const browser = s.browse()
    await browser.open(invited[0]?.link ?? '')
    await browser.press('Send a code')
    const done = await browser.press('Join Acme', { code: await s.code(known) })
    expect(done.text).toContain('did not create a second one')
    const accounts = await s.rows('select 1 from account_addresses where key = $1', [known])
    expect(accounts).toHaveLength(1)
  })

  test('A7: an unverified claim of the address is struck and gives the newcomer nothing', async () => {
    const email = fresh()
    const squatter = await s.account(email, false)
    const { link } = await s.invited(email)
    const browser = s.browse()
    await browser.open(link)
    await browser.press('Send a code')
    await browser.press('Join Acme', { code: await s.code(email) })
    const holders = await s.rows<{ id: string }>(
      'select account_id as id from account_addresses where key = $1',
      [email],
    )
    expect(holders).toHaveLength(1)
    expect(holders[0]?.id).not.toBe(squatter)
  })

  test('A1: the signed-in holder confirms once, on a page that names account and organization', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const browser = await s.signedIn(await s.account(email))
    const confirm = await browser.open(link)
    expect(confirm.text).toContain(`Join as ${email}?`)
    const done = await browser.press('Join Acme')
    expect(done.text).toContain('You joined Acme as Editor')
    expect(await s.status(id)).toBe('accepted')
  })

  test('T-25: a press for a session that the page did not show joins nobody', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const browser = await s.signedIn(await s.account(email))
    const { forms } = await browser.open(link)
    const { action = '', hidden } = forms.find(({ button }) => button === 'Join Acme') ?? {}
    await browser.post(action, { ...hidden, session: '0199aaaa-0000-7000-8000-000000000000' })
    expect(await s.status(id)).toBe('pending')
  })

  test('A19: the same press twice ends in one membership and the same page', async () => {
    const email = fresh()
    const accountId = await s.account(email)
    const { link } = await s.invited(email)
    const browser = await s.signedIn(accountId)
    const { forms } = await browser.open(link)
    const { action = '', hidden = {} } = forms.find(({ button }) => button === 'Join Acme') ?? {}
    const first = await browser.post(action, hidden)
    const second = await browser.post(action, hidden)
    expect(second.text).toBe(first.text)
    const members = await s.rows('select 1 from memberships where account_id = $1', [accountId])
    expect(members).toHaveLength(1)
  })

  test('a typed code of the message leads to the card, in any case and without its dash', async () => {
    const email = fresh()
    const { code } = await s.invited(email)
    const browser = s.browse()
    await browser.open('/join')
    const card = await browser.press('Show the invitation', {
      email: email.toUpperCase(),
      code: code.toLowerCase().replace('-', ' '),
    })
    expect(card.text).toContain('Join Acme on')
    await browser.press('Send a code')
    const done = await browser.press('Join Acme', { code: await s.code(email) })
    expect(done.text).toContain('You joined Acme')
  })

  test('a typed code is refused alike for an invited and for a strange address, and dies after five tries', async () => {
    const email = fresh()
    const { code } = await s.invited(email)
    const answers: string[] = []
    for (const address of [email, 'nobody@guest.test']) {
      const browser = s.browse()
      await browser.open('/join')
      const wrong = await browser.press('Show the invitation', { email: address, code: 'AAAA-AAAA' })
      expect([wrong.status, wrong.reason]).toEqual([422, 'code_wrong'])
      answers.push(wrong.text)
    }
    expect(answers[0]).toBe(answers[1])
    const browser = s.browse()
    await browser.open('/join')
    for (let i = 0; i < 4; i += 1) await browser.press('Show the invitation', { email, code: 'BBBB-BBBB' })
    const shut = await browser.press('Show the invitation', { email, code })
    expect([shut.status, shut.reason]).toEqual([429, 'rate_limited'])
    s.world.clock.advance(16 * 60)
    expect((await browser.open('/join')).status).toBe(200)
    expect((await browser.press('Show the invitation', { email, code })).text).toContain('Join Acme on')
  })
})

describe('a scanner', () => {
  test('pressing every button leaves the invitation pending and makes no account, session or membership', async () => {
    const { id, link } = await s.invited(fresh('acme.test'))
    const { accounts, sessions, memberships, consents } = await s.counts()
    const machine = s.browse()
    const { forms } = await machine.open(link)
    expect(forms.length).toBeGreaterThan(2)
    for (const form of forms) {
      const page = await machine.post(form.action, form.hidden)
      for (const next of page.forms.filter(({ action }) => action.startsWith('/invitations/')))
        await machine.post(next.action, { ...next.hidden, ...(next.fields.length ? { code: '000000' } : {}) })
    }
    expect(await s.status(id)).toBe('pending')
    expect(await s.counts()).toMatchObject({ accounts, sessions, memberships, consents })
  })

  test('a form that another site sends is refused before anything else is looked at', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const browser = await s.signedIn(await s.account(email))
    await browser.open(link)
    const refused = await browser.press('Join Acme', {}, { 'Sec-Fetch-Site': 'cross-site' })
    expect([refused.status, refused.reason]).toEqual([403, 'form_expired'])
    expect(await s.status(id)).toBe('pending')
  })

  test('a form without this browser’s own nonce, or with one over ten minutes old, is refused', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const accountId = await s.account(email)
    const [mine, theirs] = [await s.signedIn(accountId), await s.signedIn(accountId)]
    await theirs.open(link)
    const { forms } = await mine.open(link)
    const { action = '', hidden = {} } = forms.find(({ button }) => button === 'Join Acme') ?? {}
    expect((await theirs.post(action, hidden)).reason).toBe('form_expired')
    expect((await mine.post(action, { ...hidden, nonce: '' })).reason).toBe('form_expired')
    s.world.clock.advance(601)
    expect((await mine.post(action, hidden)).reason).toBe('form_expired')
    expect(await s.status(id)).toBe('pending')
  })
})

describe('the code of a proof', () => {
  test('bears five wrong tries, then not even the right one', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const browser = s.browse()
    await browser.open(link)
    await browser.press('Send a code')
    const code = await s.code(email)
    const wrong = code === '111111' ? '222222' : '111111'
    for (let i = 0; i < 4; i += 1)
      expect((await browser.press('Join Acme', { code: wrong })).reason).toBe('code_wrong')
    expect((await browser.press('Join Acme', { code: wrong })).reason).toBe('code_expired')
    expect((await browser.press('Join Acme', { code })).reason).toBe('code_expired')
    expect(await s.status(id)).toBe('pending')
  })

  test('is dead after ten minutes, in another browser and for another invitation', async () => {
    const email = fresh()
    const { link } = await s.invited(email)
    const other = await s.invited(fresh())
    const browser = s.browse()
    await browser.open(link)
    await browser.press('Send a code')
    const code = await s.code(email)
    const elsewhere = s.browse()
    await elsewhere.open(link)
    await elsewhere.press('Send a code')
    expect((await elsewhere.press('Join Acme', { code })).reason).toBe('code_wrong')

    const page = browser.page
    await browser.open(other.link)
    const nonce = page.forms[0]?.hidden.nonce ?? ''
    const crossed = await browser.post(`/invitations/${other.id}/acceptance`, { nonce, t: other.token, code })
    expect(crossed.reason).toBe('code_expired')

    s.world.clock.advance(601)
    await browser.open(link)
    const late = await browser.post(page.forms[0]?.action ?? '', {
      ...page.forms[0]?.hidden,
      nonce: browser.page.forms[0]?.hidden.nonce ?? '',
      code,
    })
    expect(late.reason).toBe('code_expired')
  })
})

describe('another account is signed in', () => {
  test('A4: the page stops and offers to switch, to add the address or to ask', async () => {
    const { link } = await s.invited(fresh())
    const browser = await s.signedIn(await s.account('ana@gmail.test'))
    const page = await browser.open(link)
    expect(page.reason).toBe('wrong_account')
    expect(page.forms.map(({ button }) => button.split(' ')[0])).toEqual(['Switch', 'Add', 'Ask'])
    expect(page.text).toContain('ana@gmail.test')
  })

  test('A4: switching ends the session and leads back to the invitation', async () => {
    const { link } = await s.invited(fresh())
    const browser = await s.signedIn(await s.account(fresh()))
    await browser.open(link)
    const page = await browser.press('Switch account')
    expect(page.text).toContain('Join Acme on')
    expect((await browser.open('/welcome')).path).toBe('/sign-in')
  })

  test('A5: the address is added after an own proof and a code at it, and one account joins', async () => {
    const [mine, invitedAs] = [fresh(), fresh()]
    const accountId = await s.account(mine)
    const { id, link } = await s.invited(invitedAs)
    const browser = await s.signedIn(accountId)
    s.world.clock.advance(11 * 60)
    await browser.open(link)
    const own = await browser.press('Add')
    expect(own.reason).toBe('own_proof_required')
    await browser.press('Continue', { code: await s.code(mine) })
    const done = await browser.press('Add the address', { code: await s.code(invitedAs) })
    expect(done.text).toContain('You joined Acme as Editor')
    const addresses = await s.rows<{ key: string; primary: boolean }>(
      'select key, is_primary as "primary" from account_addresses where account_id = $1 and verified_at is not null order by is_primary desc',
      [accountId],
    )
    expect(addresses).toEqual([
      { key: mine, primary: true },
      { key: invitedAs, primary: false },
    ])
    expect(await s.status(id)).toBe('accepted')
  })

  test('A6: an address of a second account is not merged silently', async () => {
    const [mine, theirs] = [fresh(), fresh()]
    const accountId = await s.account(mine)
    await s.account(theirs)
    const { id, link } = await s.invited(theirs)
    const browser = await s.signedIn(accountId)
    await browser.open(link)
    await browser.press('Add')
    const page = await browser.press('Add the address', { code: await s.code(theirs) })
    expect([page.status, page.text.includes('You have two accounts')]).toEqual([409, true])
    expect(await s.status(id)).toBe('pending')
  })

  test('A4: asking tells the inviter, once a day', async () => {
    const { link } = await s.invited(fresh())
    const browser = await s.signedIn(await s.account('kim@gmail.test'))
    const before = (await s.mails('ben@acme.test')).length
    await browser.open(link)
    await browser.press('Ask Ben Probe')
    await browser.open(link)
    const again = await browser.press('Ask Ben Probe')
    expect(again.text).toContain('asked within the last day')
    const told = await s.mails('ben@acme.test')
    expect(told.length).toBe(before + 1)
    expect(told[0]).toMatchObject({ kind: 'asked-for-invitation', data: { newAddress: 'kim@gmail.test' } })
  })
})

describe('an invitation that is past', () => {
  test('A14: says when it ended and asks for a new one with one button', async () => {
    const { link } = await s.invited(fresh(), {
      expiresAt: new Date(s.world.clock.now().getTime() + 60_000),
    })
    const browser = s.browse()
    await browser.open(link)
    const { action = '', hidden = {} } = browser.page.forms[0] ?? {}
    s.world.clock.advance(120)
    const page = await browser.open(link)
    expect([page.status, page.reason]).toEqual([200, 'expired'])
    expect(page.text).toContain('This invitation ended on')
    expect((await browser.post(action, hidden)).status).toBe(409)
    await browser.open(link)
    expect((await browser.press('Ask Ben Probe')).text).toContain('We told Ben Probe')
  })

  test('A15: withdrawn, replaced and declined each say what became of it', async () => {
    const revoked = await s.invited(fresh())
    await revokeInvitation(s.world, root, revoked.id)
    expect((await s.browse().open(revoked.link)).reason).toBe('revoked')

    const replaced = await s.invited(fresh())
    await deliverInvitation(s.world, root, replaced.id, { channel: 'link', replace: true })
    const page = await s.browse().open(replaced.link)
    expect([page.reason, page.text.includes('There is a newer invitation')]).toEqual(['superseded', true])

    const email = fresh()
    const declined = await s.invited(email)
    const browser = s.browse()
    await browser.open(declined.link)
    await browser.press('Decline')
    expect(await s.status(declined.id)).toBe('pending')
    const done = await browser.press('Confirm', { code: await s.code(email) })
    expect(done.reason).toBe('declined')
    expect(await s.status(declined.id)).toBe('declined')
    expect(await s.rows('select 1 from account_addresses where key = $1', [email])).toHaveLength(0)
  })

  test('already used says so to a stranger and not to the one who used it', async () => {
    const email = fresh()
    const { link } = await s.invited(email)
    const browser = await s.signedIn(await s.account(email))
    await browser.open(link)
    await browser.press('Join Acme')
    expect((await browser.open(link)).text).toContain('You are already in Acme')
    expect((await s.browse().open(link)).text).toContain('already accepted')
  })
})

describe('a member, a former member and two tabs', () => {
  test('A10: a member who accepts stays one, and the invitation is settled', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const accountId = await s.account(email)
    await addMember(s.world, root, s.organizationId, { accountId, role: 'viewer' })
    const browser = await s.signedIn(accountId)
    await browser.open(link)
    const done = browser.page.forms.some(({ button }) => button === 'Join Acme')
      ? await browser.press('Join Acme')
      : browser.page
    expect(done.text).toMatch(/You (joined|are already in) Acme/)
    expect(await s.status(id)).toMatch(/accepted|satisfied/)
    expect(await s.rows('select 1 from memberships where account_id = $1', [accountId])).toHaveLength(1)
  })

  test('A13: who was removed joins by an invitation that a person made afterwards', async () => {
    const email = fresh()
    const accountId = await s.account(email)
    const { membershipId } = await addMember(s.world, root, s.organizationId, { accountId, role: 'admin' })
    await removeMember(s.world, root, membershipId, { hold: false })
    s.world.clock.advance(1)
    const { link } = await s.invited(email)
    const browser = await s.signedIn(accountId)
    await browser.open(link)
    expect((await browser.press('Join Acme')).text).toContain('You joined Acme as Editor')
  })

  test('T-33: two tabs that join at once make one account and one membership', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const tabs = [s.browse(), s.browse()]
    for (const tab of tabs) {
      await tab.open(link)
      await tab.press('Send a code')
    }
    const codes = (await s.mails(email)).filter(({ kind }) => kind === 'proof-code')
    const done = await Promise.all(
      tabs.map((tab, index) => tab.press('Join Acme', { code: codes[1 - index]?.data?.code ?? '' })),
    )
    expect(done.map(({ text }) => text.includes('You joined Acme'))).toEqual([true, true])
    const held = await s.rows(
      'select 1 from account_addresses a join memberships m on m.account_id = a.account_id where a.key = $1',
      [email],
    )
    expect(held).toHaveLength(1)
    expect(await s.status(id)).toBe('accepted')
  })

  test('A20: an acceptance and a withdrawal at once have one winner, and the other is told the truth', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const browser = await s.signedIn(await s.account(email))
    await browser.open(link)
    const [page] = await Promise.all([
      browser.press('Join Acme'),
      revokeInvitation(s.world, root, id).catch((error: unknown) => error),
    ])
    const status = await s.status(id)
    expect(['accepted', 'revoked']).toContain(status)
    expect(page.reason).toBe(status === 'accepted' ? 'joined' : 'revoked')
  })
})

describe('a refused person', () => {
  test('A11: whom the directory turned off is told so, and only the IT team can turn it on', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const accountId = await s.account(email)
    const directoryId = newId()
    await s.rows(
      `insert into directories (id, organization_id, name, preset, notify, status, created_at)
       values ($1, $2, 'Okta', 'generic', true, 'active', now())`,
      [directoryId, s.organizationId],
    )
    await s.rows(
      `insert into directory_users (id, directory_id, organization_id, user_name, user_name_key, email, email_key, active,
         attributes, account_id, inactive_since, created_at, updated_at)
       values ($1, $2, $3, $4, $4, $4, $4, false, '{}', $5, now(), now(), now())`,
      [newId(), directoryId, s.organizationId, email, accountId],
    )
    const browser = await s.signedIn(accountId)
    await browser.open(link)
    const page = await browser.press('Join Acme')
    expect([page.status, page.reason]).toEqual([409, 'directory_inactive'])
    expect(page.text).toContain('The directory of Acme has turned off your access')
    expect(page.text).toContain('Next to act: the IT team')
    expect(await s.status(id)).toBe('pending')
  })

  test('A12: whom an administrator suspended is told who acts next, and the invitation stays pending', async () => {
    const email = fresh()
    const accountId = await s.account(email)
    const { id, link } = await s.invited(email)
    const { membershipId } = await addMember(s.world, root, s.organizationId, { accountId, role: 'viewer' })
    await suspendMember(s.world, root, membershipId)
    const browser = await s.signedIn(accountId)
    await browser.open(link)
    const page = await browser.press('Join Acme')
    expect([page.status, page.reason]).toEqual([409, 'suspended_by_admin'])
    expect(page.text).toContain('administrator of Acme')
    expect(await s.status(id)).toBe('pending')
  })

  test('a newcomer who is refused leaves no account, session or membership behind, but the record', async () => {
    const email = fresh()
    const { id, link } = await s.invited(email)
    const browser = s.browse()
    await browser.open(link)
    await browser.press('Send a code')
    await s.rows(
      'insert into blocks (organization_id, key, address, actor, created_at) values ($1, $2, $2, $3, now())',
      [s.organizationId, email, JSON.stringify({ type: 'host', id: null })],
    )
    const { accounts, sessions, memberships, events } = await s.counts()
    const page = await browser.press('Join Acme', { code: await s.code(email) })
    expect([page.status, page.reason]).toEqual([409, 'blocked'])
    expect(await s.counts()).toMatchObject({ accounts, sessions, memberships, events: (events ?? 0) + 1 })
    expect(await s.status(id)).toBe('pending')
  })
})
