// What stands in the mails, word by word where others read it by machine.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { InvitationFacts, MailDraft, MailFacts, MailKind } from '../../src/domain/mail.ts'
import { makeMail } from '../../src/outbound/make-mail.ts'

const settings = {
  publicUrl: 'http://127.0.0.1:43215',
  productName: 'Gatehouse',
  mailFrom: 'Gatehouse <invites@mail.test>',
}
const TOKEN = `inv_${'A1b-'.repeat(10)}xyz`

const card: InvitationFacts = {
  id: '0197e3a4-1111-7222-8333-444455556666',
  organizationId: '0197e3a4-1111-7222-8333-000000000000',
  status: 'pending',
  email: 'ana@acme.test',
  role: 'editor',
  projects: ['Blog', 'Shop'],
  message: null,
  language: null,
  expiresAt: new Date('2026-05-09T10:00:00Z'),
  byDirectory: false,
  replaced: false,
  inviterName: 'Ben Ito',
  inviterAddress: 'ben@acme.test',
}

function facts(
  invitation: Partial<InvitationFacts> | null,
  organization: { name?: string; proven?: boolean } = {},
): MailFacts {
  return {
    organization: { id: card.organizationId, name: 'Acme', proven: false, ...organization },
    invitation: invitation && { ...card, ...invitation },
  }
}

const invite: MailDraft = {
  kind: 'invitation',
  to: 'ana@acme.test',
  deliveryId: 'd',
  data: { token: TOKEN, code: 'K7QM-4D2P' },
}

describe('an invitation mail', () => {
  const mail = makeMail(invite, facts({}), settings)

  test('names inviter, organization, role and projects, and when it ends', () => {
    expect(mail.subject).toBe('Ben Ito invited you to Acme on Gatehouse')
    expect(mail.text).toContain('Ben Ito invited you to join Acme on Gatehouse as editor in Blog, Shop.')
    expect(mail.text).toContain('The invitation ends on May 9, 2026 (UTC).')
  })

  test('holds the link with the token in its fragment, and the code with the way to type it', () => {
    expect(mail.text).toContain(`\n${settings.publicUrl}/invitations/${card.id}#t=${TOKEN}\n`)
    expect(mail.html).toContain(`href="${settings.publicUrl}/invitations/${card.id}#t=${TOKEN}"`)
    expect(mail.text).toContain(`${settings.publicUrl}/join`)
    expect(mail.text).toContain('\n    K7QM-4D2P\n')
  })

  test('comes from the organization by way of the product, and answers go to the proven inviter alone', () => {
    expect(mail.from).toEqual({ name: 'Acme via Gatehouse', address: 'invites@mail.test' })
    expect(mail.replyTo).toBe('ben@acme.test')
    expect(makeMail(invite, facts({ inviterAddress: null }), settings).replyTo).toBeNull()
  })

  test('says that a machine wrote it, and loads nothing', () => {
    expect(mail.headers['Auto-Submitted']).toBe('auto-generated')
    expect(mail.html).not.toMatch(/<img|<link|<script|url\(|@import/i)
  })

  test("C2: a directory's own names no date, because it lives with its record", () => {
    const own = makeMail(invite, facts({ byDirectory: true, inviterName: null }), settings)
    expect(own.text).not.toContain('ends on')
    expect(own.subject).toBe('You are invited to Acme on Gatehouse')
  })
})

describe('a mail with six digits', () => {
  test.each(['proof-code', 'sign-in-code'] as const)(
    'holds no other group of digits before them: %s',
    (kind) => {
      const mail = makeMail(
        { kind, to: 'ana@acme.test', data: { code: '048151' } },
        facts(null, { name: 'Studio 112358', proven: true }),
        settings,
      )
      expect(/\d{3}[  -]?\d{3}/.exec(mail.text)?.[0]).toBe('048 151')
      expect(mail.text).not.toContain('/invitations/')
    },
  )
})

describe("T-30: a stranger's words", () => {
  test('lose links, addresses and telephone numbers while the organization has proven no domain', () => {
    const mail = makeMail(
      invite,
      facts(
        {
          inviterName: 'Pay at www.evil.example/now',
          message:
            'Call +1 (555) 010-9999 or see https://evil.example/a?b, evil.com, mail me@evil.co.uk. See you in St.Gallen!',
        },
        { name: 'Your invoice 0800 123 456 78 at evil.com' },
      ),
      settings,
    )
    const all = `${mail.from.name}\n${mail.subject}\n${mail.text}\n${mail.html}`
    expect(all).not.toMatch(/evil|010-9999|0800/)
    expect(mail.text).toContain('> Call [number removed] or see [link removed]')
    expect(mail.text).toContain('St.Gallen!')
  })

  test('keep them as plain text once a domain is proven', () => {
    const mail = makeMail(
      invite,
      facts({ message: 'See https://acme.test/handbook' }, { name: 'Acme.com', proven: true }),
      settings,
    )
    expect(mail.text).toContain('> See https://acme.test/handbook')
    expect(mail.html).not.toContain('href="https://acme.test')
    expect(mail.subject).toContain('Acme.com')
  })

  test('never become markup or a header field', () => {
    const name = '"><img src=x onerror=1>\r\nBcc: all@acme.test\u202Egnp'
    const mail = makeMail(
      invite,
      facts({ inviterName: name, message: name }, { name, proven: true }),
      settings,
    )
    expect(mail.html).not.toContain('<img')
    expect(mail.subject).not.toMatch(/[\r\n\u202E]/)
    expect(mail.from.name).not.toMatch(/[\r\n\u202E]/)
  })

  test('always leave one link, the own one, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.boolean(),
        (name, message, proven) => {
          const mail = makeMail(invite, facts({ inviterName: name, message }, { name, proven }), settings)
          const links = [...mail.html.matchAll(/<a /g)].length
          expect(links).toBe(1)
          expect(mail.subject).not.toMatch(/[\r\n]/)
          expect(mail.text).toContain(`#t=${TOKEN}\n`)
        },
      ),
    )
  })
})

test('every kind of mail has a subject, a text and the same words as HTML', () => {
  const kinds: MailKind[] = [
    'linked',
    'joined',
    'address-changed',
    'domain-proven',
    'asked-for-invitation',
    'owner-guard',
    'delivery-failed',
  ]
  for (const kind of kinds) {
    const data = {
      address: 'bob@acme.test',
      newAddress: 'new@acme.test',
      detail: 'Okta',
      url: `${settings.publicUrl}/welcome`,
    }
    const mail = makeMail({ kind, to: 'ana@acme.test', data }, facts(null), settings)
    expect(mail.subject).toContain(kind === 'address-changed' ? 'address' : 'Acme')
    expect(mail.text.length).toBeGreaterThan(60)
    expect(`${mail.subject}${mail.text}`).not.toMatch(/undefined|null|\[object/)
  }
})

test("a link of a mail leads to the product's own host or nowhere", () => {
  const mail = makeMail(
    { kind: 'linked', to: 'ana@acme.test', data: { url: 'http://127.0.0.1:43215.evil.test/' } },
    facts(null),
    settings,
  )
  expect(mail.html).not.toContain('evil')
})

test('a mail about an address says which one is meant, with or without another in its place', () => {
  const text = (kind: MailKind, data: MailDraft['data']) =>
    makeMail({ kind, to: 'ana@acme.test', data: data ?? {} }, facts(null), settings).text
  expect(text('address-changed', { address: 'a@acme.test', newAddress: 'b@acme.test' })).toContain(
    'from a@acme.test to b@acme.test',
  )
  expect(text('address-changed', { address: 'a@acme.test' })).toContain('a@acme.test no longer belongs')
  expect(text('asked-for-invitation', { address: 'a@acme.test' })).toContain('a@acme.test to Acme has ended')
  expect(text('asked-for-invitation', { address: 'a@acme.test', newAddress: 'b@gmail.com' })).toContain(
    'signed in as b@gmail.com',
  )
})
