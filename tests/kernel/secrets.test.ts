// Secrets: what is made, stored, compared and sealed.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import {
  constantTimeEqual,
  createSecrets,
  newCode6,
  newCode8,
  newToken,
  readCode8,
  sha256,
} from '../../src/kernel/secrets.ts'

const secrets = createSecrets(Buffer.from('k'.repeat(32)))

describe('a token', () => {
  test('has its prefix, 256 bits, and a hash of the whole', () => {
    const { token, hash } = newToken('scim')
    expect(token).toMatch(/^scim_[\w-]{43}$/)
    expect(hash).toEqual(sha256(token))
    expect(newToken('scim').token).not.toBe(token)
  })
})

describe('a code', () => {
  test('of six digits keeps its leading zeros', () => {
    const codes = Array.from({ length: 2000 }, newCode6)
    expect(codes.every((code) => /^\d{6}$/.test(code))).toBe(true)
    expect(codes.some((code) => code.startsWith('0'))).toBe(true)
  })

  test('of eight letters has none that is mistaken for another', () => {
    for (let made = 0; made < 500; made += 1)
      expect(newCode8()).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/)
  })

  test('of eight letters is read however it is typed', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('', ' ', '-', '–'), { minLength: 9, maxLength: 9 }), (gaps) => {
        const code = newCode8()
        const letters = code.replace('-', '').toLowerCase()
        const typed = gaps.map((gap, at) => gap + (letters[at] ?? '')).join('')
        expect(readCode8(typed)).toBe(code)
      }),
    )
    expect(readCode8('K7QM-4D2')).toBeNull()
    expect(readCode8('K7QM-4D20')).toBeNull()
  })
})

describe('a sealed text', () => {
  test('opens to what it was, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(secrets.decrypt('mail', secrets.encrypt('mail', text))).toBe(text)
      }),
    )
  })

  test('does not open for another purpose, under another key, or altered in any bit', () => {
    const sealed = secrets.encrypt('mail', 'the link')
    expect(() => secrets.decrypt('webhook', sealed)).toThrow()
    expect(() => createSecrets(Buffer.from('x'.repeat(32))).decrypt('mail', sealed)).toThrow()
    const bytes = Buffer.from(sealed, 'base64url')
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const altered = Buffer.from(bytes)
      altered[bit >> 3] = (altered[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(() => secrets.decrypt('mail', altered.toString('base64url'))).toThrow()
    }
    expect(() => secrets.decrypt('mail', 'short')).toThrow()
  })

  test('looks different each time', () => {
    expect(secrets.encrypt('mail', 'same')).not.toBe(secrets.encrypt('mail', 'same'))
  })
})

test('a keyed digest depends on its purpose', () => {
  expect(secrets.hmac('join-code', '123456')).toEqual(secrets.hmac('join-code', '123456'))
  expect(secrets.hmac('join-code', '123456')).not.toEqual(secrets.hmac('proof-code', '123456'))
})

test('a comparison tells equal from unequal, of any lengths', () => {
  expect(constantTimeEqual('ä', 'ä')).toBe(true)
  expect(constantTimeEqual('a', 'b')).toBe(false)
  expect(constantTimeEqual('a', 'aa')).toBe(false)
})
