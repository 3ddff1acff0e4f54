// Addresses as keys: the one function by which two addresses are the same (T-15, T-19 to T-23).
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { addressKey, domainKey, maskAddress } from '../../src/domain/address.ts'
import { type Domain, standingOf } from '../../src/domain/organization.ts'

describe('the key of an address', () => {
  test.each<[string, string, string]>([
    ['T-19: case is folded on both sides', 'Foo.Bar@Example.COM', 'foo.bar@example.com'],
    ['T-19: blanks around it are left off', '  ana@acme.test\t', 'ana@acme.test'],
    ['T-19: the dot at the end of the domain is left off', 'ana@acme.test.', 'ana@acme.test'],
    ['T-19: an international domain is its A-label', 'ana@Bücher.example', 'ana@xn--bcher-kva.example'],
    ['T-21: a homoglyph domain shows itself as another one', 'ana@аpple.com', 'ana@xn--pple-43d.com'],
    [
      'T-23: plus and dots are kept: only the host knows what they mean',
      'A.b+X@gmail.com',
      'a.b+x@gmail.com',
    ],
  ])('%s', (_title, text, key) => {
    expect(addressKey(text)).toBe(key)
  })

  test.each<[string, string]>([
    ['T-20: a dotless i', 'mıke@acme.test'],
    ['T-20: a Kelvin sign', 'mi\u212ae@acme.test'],
    ['T-20: a dotted capital I', 'M\u0130KE@acme.test'],
    ['T-20: a ligature', 'o\ufb03ce@acme.test'],
    ['T-22: a full-width at sign', 'victim\uff20corp.com'],
    ['T-22: a full-width dot', 'victim@corp\uff0ecom'],
    ['T-22: a zero-width space', 'vic\u200btim@corp.com'],
    ['T-22: a right-to-left override', 'vic\u202etim@corp.com'],
    ['T-22: a soft hyphen in the domain', 'victim@cor\u00adp.com'],
    ['a control character', 'ana\n@acme.test'],
    ['NUL', 'ana\u0000@acme.test'],
    ['a blank within', 'ana lind@acme.test'],
    ['a quoted local part', '"ana"@acme.test'],
    ['two dots', 'ana..lind@acme.test'],
    ['no local part', '@acme.test'],
    ['no domain', 'ana@'],
    ['a domain without a dot', 'ana@localhost'],
    ['an IP address', 'ana@127.0.0.1'],
    ['a literal', 'ana@[127.0.0.1]'],
    ['more than one address', 'ana@acme.test,bo@acme.test'],
    ['a local part over 64 characters', `${'a'.repeat(65)}@acme.test`],
    ['over 254 characters', `ana@${'a.'.repeat(130)}test`],
    ['nothing', ''],
  ])('is none for %s', (_title, text) => {
    expect(addressKey(text)).toBeNull()
  })

  test('is none for what is no text', () => {
    for (const value of [null, undefined, 7, {}, ['ana@acme.test']]) expect(addressKey(value)).toBeNull()
  })

  test('is its own key, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.emailAddress()), (text) => {
        const key = addressKey(text)
        if (key !== null) expect(addressKey(key)).toBe(key)
      }),
    )
  })

  test('T-20: never merges a letter outside ASCII with one inside', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), (local) => {
        const key = addressKey(`${local}@acme.test`)
        if (key !== null) expect(local.trim()).toMatch(/^[\x21-\x7e]+$/)
      }),
    )
  })
})

describe('a domain', () => {
  const domains: Domain[] = [
    { id: 'd1', organizationId: 'acme', domain: 'corp.com', includeSubdomains: false, status: 'verified' },
    { id: 'd2', organizationId: 'acme', domain: 'wide.com', includeSubdomains: true, status: 'verified' },
    {
      id: 'd3',
      organizationId: 'other',
      domain: 'eng.wide.com',
      includeSubdomains: false,
      status: 'verified',
    },
    { id: 'd4', organizationId: 'acme', domain: 'pending.com', includeSubdomains: false, status: 'pending' },
    { id: 'd5', organizationId: 'acme', domain: 'lapsed.com', includeSubdomains: false, status: 'lapsed' },
    { id: 'd6', organizationId: 'acme', domain: 'both.com', includeSubdomains: false, status: 'contested' },
    { id: 'd7', organizationId: 'other', domain: 'both.com', includeSubdomains: false, status: 'contested' },
  ]

  test.each<[string, string, string]>([
    ['T-15: proven counts for itself', 'ana@corp.com', 'this'],
    ['T-15: with a suffix in common does not', 'ana@evilcorp.com', 'none'],
    ['T-15: as a label of another does not', 'ana@corp.com.evil.com', 'none'],
    ['T-15: does not cover its subdomains unasked', 'ana@eng.corp.com', 'none'],
    ['T-15: covers its subdomains where that was chosen', 'ana@hr.wide.com', 'this'],
    ['T-15: but not one that somebody else has proven', 'ana@eng.wide.com', 'other'],
    ['T-13, T-14: without proof is nothing', 'ana@pending.com', 'none'],
    ['H2: lapsed keeps its duties only', 'ana@lapsed.com', 'duty'],
    ['H2: contested keeps its duties only', 'ana@both.com', 'duty'],
  ])('%s', (_title, key, standing) => {
    expect(standingOf(key, domains, 'acme')).toBe(standing)
  })

  test('is compared as its A-label', () => {
    expect(domainKey('BÜCHER.example.')).toBe('xn--bcher-kva.example')
    expect([domainKey('com'), domainKey('a_b.com'), domainKey('-a.com'), domainKey('')]).toEqual([
      null,
      null,
      null,
      null,
    ])
  })
})

test('a masked address tells the domain and the first letter', () => {
  expect(maskAddress('ana@acme.com')).toBe('a•••@acme.com')
})
