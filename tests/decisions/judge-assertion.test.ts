// What an assertion may say, as a table: one fact wrong at a time, each found under its own name.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { type AssertionFacts, judgeAssertion } from '../../src/decisions/judge-assertion.ts'
import { audienceNames } from '../../src/domain/oauth-client.ts'

const now = new Date('2026-03-02T09:00:00.000Z')
const at = now.getTime() / 1000
const ownNames = ['https://gate.test/scim/v2/1/oauth/token', 'https://gate.test/scim/v2/1']
const trust = {
  issuer: 'https://idp.test',
  subject: 'app-1',
  audience: null,
  jwksUrl: null,
  jwks: null,
  repeatable: false,
}
const header = { alg: 'RS256', kid: 'k' }
const claims = { iss: trust.issuer, sub: trust.subject, aud: ownNames[0], exp: at + 600 }

function judged(change: { header?: object; claims?: object; trust?: object }): string | null {
  const facts: AssertionFacts = {
    header: { ...header, ...change.header },
    claims: { ...claims, ...change.claims },
    trust: { ...trust, ...change.trust },
    ownNames,
    now,
  }
  return judgeAssertion(facts)?.name ?? null
}

describe('an assertion', () => {
  test.each([
    [{}],
    [{ claims: { aud: ownNames[1] } }],
    [{ claims: { aud: ['other', ownNames[1]] } }],
    [{ header: { kid: undefined } }],
    [{ claims: { exp: at - 59, nbf: at + 60, iat: at + 60, jti: 'x' } }],
    [{ claims: { exp: at + 86_400 } }],
    [{ trust: { audience: 'api://X' }, claims: { aud: 'api://X' } }],
  ])('that says %j is right', (change) => {
    expect(judged(change)).toBeNull()
  })

  test.each([
    [{ header: { alg: 'none' } }, 'alg_refused'],
    [{ header: { alg: 'HS256' } }, 'alg_refused'],
    [{ header: { alg: ['RS256'] } }, 'alg_refused'],
    [{ header: { alg: undefined } }, 'alg_refused'],
    [{ header: { kid: 1 } }, 'key_unknown'],
    [{ claims: { iss: 'https://idp.test/' } }, 'issuer_wrong'],
    [{ claims: { iss: ['https://idp.test'] } }, 'issuer_wrong'],
    [{ claims: { sub: 'APP-1' } }, 'subject_wrong'],
    [{ claims: { aud: [] } }, 'audience_wrong'],
    [{ claims: { aud: { 0: ownNames[0] } } }, 'audience_wrong'],
    [{ trust: { audience: 'api://X' } }, 'audience_wrong'],
    [{ claims: { exp: at - 60 } }, 'expiry_wrong'],
    [{ claims: { exp: at + 86_401 } }, 'expiry_wrong'],
    [{ claims: { exp: String(at + 600) } }, 'expiry_wrong'],
    [{ claims: { exp: Number.POSITIVE_INFINITY } }, 'expiry_wrong'],
    [{ claims: { nbf: at + 61 } }, 'not_yet_valid'],
    [{ claims: { nbf: null } }, 'not_yet_valid'],
    [{ claims: { iat: at + 61 } }, 'not_yet_valid'],
    [{ claims: { jti: '' } }, 'id_malformed'],
    [{ claims: { jti: {} } }, 'id_malformed'],
  ])('that says %j is judged %s', (change, name) => {
    expect(judged(change)).toBe(name)
  })

  test('is always judged, whatever stands in it, and taken only from its issuer about its subject', () => {
    const anything = fc.dictionary(
      fc.constantFrom('iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'alg', 'kid', '__proto__'),
      fc.oneof(fc.anything(), fc.constantFrom(trust.issuer, trust.subject, at, 'RS256', ...ownNames)),
    )
    fc.assert(
      fc.property(anything, anything, (head, body) => {
        const fault = judgeAssertion({ header: head, claims: body, trust, ownNames, now })
        if (fault === null) expect([body.iss, body.sub]).toEqual([trust.issuer, trust.subject])
        else expect(fault.detail.length).toBeGreaterThan(0)
      }),
    )
  })
})

describe('the names of an audience', () => {
  const app = 'b5ba7a93-4452-4522-aeb4-a2b5da870c16'
  test.each([
    ['https://gate.test', ['https://gate.test']],
    ['api://gate/.default', ['api://gate/.default', 'api://gate']],
    [app, [app, `api://${app}`]],
    [`api://${app}`, [`api://${app}`, app]],
    [`api://${app}/.default`, [`api://${app}/.default`, `api://${app}`, app]],
  ])('%s are %j', (audience, names) => {
    expect(audienceNames(audience)).toEqual(names)
  })
})
