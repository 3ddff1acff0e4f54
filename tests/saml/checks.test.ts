// The table of checks: one test a line, each changing one thing in a sign-in that passes.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type CheckInput, checkNames, replayUntil, runChecks, sessionLimit } from '../../src/saml/checks.ts'
import { instant } from '../../src/saml/instant.ts'
import { verifyResponse } from '../../src/saml/response.ts'
import { connection, NOW, type TestProvider, testProvider } from '../support/identity-provider.ts'

let provider: TestProvider
let good: CheckInput

beforeAll(async () => {
  provider = await testProvider()
  const verified = await verifyResponse(provider.input(provider.answer().base64))
  if (!verified.ok || verified.assertion === null) throw new Error('the fixture does not verify')
  good = { head: verified.head, assertion: verified.assertion, connection, now: NOW }
})

const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000).toISOString()

type Change = (input: CheckInput) => void

function failureOf(change: Change): { name: string | undefined; reason: string | undefined } {
  const input = structuredClone(good)
  change(input)
  const report = runChecks(input)
  return { name: report.checks.find((one) => !one.ok)?.name, reason: report.failed?.reason }
}

const confirmation = (input: CheckInput) => input.assertion.confirmations[0]!
const conditions = (input: CheckInput) => input.assertion.conditions!

const invalid = 'saml_response_invalid'
const wrong: [string, Change, string, string][] = [
  [
    'a Response of version 1.1',
    (i) => Object.assign(i.head, { version: '1.1' }),
    'Response version',
    invalid,
  ],
  [
    'a Response without a version',
    (i) => Object.assign(i.head, { version: null }),
    'Response version',
    invalid,
  ],
  [
    'an error status beside an Assertion',
    (i) => Object.assign(i.head, { status: 'urn:oasis:names:tc:SAML:2.0:status:Responder' }),
    'Status',
    invalid,
  ],
  ['no status', (i) => Object.assign(i.head, { status: null }), 'Status', invalid],
  [
    'another issuer of the Response',
    (i) => Object.assign(i.head.issuer!, { value: 'https://evil.test' }),
    'Response issuer',
    invalid,
  ],
  [
    'an issuer with a foreign format',
    (i) => Object.assign(i.head.issuer!, { format: 'urn:x' }),
    'Response issuer',
    invalid,
  ],
  [
    'another Destination',
    (i) => Object.assign(i.head, { destination: `${connection.acsUrl}/` }),
    'Destination',
    invalid,
  ],
  [
    'a signed Response without Destination',
    (i) => Object.assign(i.head, { destination: null, signed: true }),
    'Destination',
    invalid,
  ],
  [
    'a Response issued in four minutes',
    (i) => Object.assign(i.head, { issueInstant: at(240) }),
    'Response issue time',
    invalid,
  ],
  [
    'a Response issued a year ago',
    (i) => Object.assign(i.head, { issueInstant: at(-365 * 86_400) }),
    'Response issue time',
    invalid,
  ],
  [
    'an Assertion of version 9',
    (i) => Object.assign(i.assertion, { version: '9' }),
    'Assertion version',
    invalid,
  ],
  [
    'another issuer of the Assertion',
    (i) => Object.assign(i.assertion.issuer, { value: 'https://evil.test' }),
    'Assertion issuer',
    invalid,
  ],
  [
    'an issuer with space around it',
    (i) => Object.assign(i.assertion.issuer, { value: ` ${connection.idpEntityId}` }),
    'Assertion issuer',
    invalid,
  ],
  [
    'an issue time in words',
    (i) => Object.assign(i.assertion, { issueInstant: 'Jan 1 2026' }),
    'Assertion issue time',
    invalid,
  ],
  [
    'an issue time without a zone',
    (i) => Object.assign(i.assertion, { issueInstant: '2026-03-04T10:00:00' }),
    'Assertion issue time',
    invalid,
  ],
  ['no Conditions', (i) => Object.assign(i.assertion, { conditions: null }), 'Audience', invalid],
  ['no Audience', (i) => Object.assign(conditions(i), { audiences: [] }), 'Audience', invalid],
  [
    'the Audience of another organization',
    (i) => Object.assign(conditions(i), { audiences: [['https://gatehouse.test/saml/0198/metadata']] }),
    'Audience',
    invalid,
  ],
  [
    'an Audience with space around it',
    (i) => Object.assign(conditions(i), { audiences: [[` ${connection.spEntityId} `]] }),
    'Audience',
    invalid,
  ],
  [
    'a second restriction to somebody else',
    (i) => conditions(i).audiences.push(['https://else.test']),
    'Audience',
    invalid,
  ],
  [
    'an unknown condition',
    (i) => Object.assign(conditions(i), { unknown: ['Condition'] }),
    'Conditions understood',
    invalid,
  ],
  [
    'a beginning beyond the skew',
    (i) => Object.assign(conditions(i), { notBefore: at(181) }),
    'Not before',
    invalid,
  ],
  [
    'a beginning that is no time',
    (i) => Object.assign(conditions(i), { notBefore: 'now' }),
    'Not before',
    invalid,
  ],
  [
    'an end beyond the skew',
    (i) => Object.assign(conditions(i), { notOnOrAfter: at(-180) }),
    'Not on or after',
    invalid,
  ],
  ['no end', (i) => Object.assign(conditions(i), { notOnOrAfter: null }), 'Not on or after', invalid],
  [
    'an end in the year 2099',
    (i) => Object.assign(conditions(i), { notOnOrAfter: '2099-01-01T00:00:00Z' }),
    'Lifetime',
    invalid,
  ],
  [
    'no confirmation',
    (i) => Object.assign(i.assertion, { confirmations: [] }),
    'Bearer confirmation',
    invalid,
  ],
  [
    'a holder-of-key confirmation',
    (i) => Object.assign(confirmation(i), { method: 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key' }),
    'Bearer confirmation',
    invalid,
  ],
  [
    'a sender-vouches confirmation',
    (i) => Object.assign(confirmation(i), { method: 'urn:oasis:names:tc:SAML:2.0:cm:sender-vouches' }),
    'Bearer confirmation',
    invalid,
  ],
  ['no Recipient', (i) => Object.assign(confirmation(i), { recipient: null }), 'Recipient', invalid],
  [
    'a Recipient in other case',
    (i) => Object.assign(confirmation(i), { recipient: connection.acsUrl.toUpperCase() }),
    'Recipient',
    invalid,
  ],
  [
    'a confirmation without an end',
    (i) => Object.assign(confirmation(i), { notOnOrAfter: null }),
    'Confirmation time',
    invalid,
  ],
  [
    'a confirmation that has ended',
    (i) => Object.assign(confirmation(i), { notOnOrAfter: at(-180) }),
    'Confirmation time',
    invalid,
  ],
  [
    'a confirmation for a day',
    (i) => Object.assign(confirmation(i), { notOnOrAfter: at(86_400) }),
    'Confirmation time',
    invalid,
  ],
  [
    'a confirmation with NotBefore',
    (i) => Object.assign(confirmation(i), { notBefore: at(-60) }),
    'Confirmation not delayed',
    invalid,
  ],
  [
    'InResponseTo stripped from the Response',
    (i) => Object.assign(confirmation(i), { inResponseTo: '_1' }),
    'InResponseTo',
    'request_unknown',
  ],
  [
    'InResponseTo in the unsigned Response alone',
    (i) => Object.assign(i.head, { inResponseTo: '_1' }),
    'InResponseTo',
    'request_unknown',
  ],
  [
    'no AuthnStatement',
    (i) => Object.assign(i.assertion, { authnStatements: [] }),
    'Authentication statement',
    invalid,
  ],
  [
    'an AuthnInstant to come',
    (i) => Object.assign(i.assertion.authnStatements[0]!, { authnInstant: at(181) }),
    'Authentication statement',
    invalid,
  ],
  [
    'a session that has ended',
    (i) => Object.assign(i.assertion.authnStatements[0]!, { sessionNotOnOrAfter: at(0) }),
    'Session end',
    invalid,
  ],
  ['no NameID', (i) => Object.assign(i.assertion, { nameId: null }), 'Subject', 'attribute_missing'],
  [
    'an empty NameID',
    (i) => Object.assign(i.assertion.nameId!, { value: ' ' }),
    'Subject',
    'attribute_missing',
  ],
  [
    'T-18: a transient NameID',
    (i) =>
      Object.assign(i.assertion.nameId!, { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient' }),
    'Subject',
    'attribute_missing',
  ],
]

describe('a check that fails', () => {
  test.each(wrong)('%s is refused by its own check', (_, change, name, reason) => {
    expect(failureOf(change)).toEqual({ name, reason })
  })

  test('every check of the table is made to fail by one of these tests', () => {
    expect(new Set(wrong.map(([, , name]) => name))).toEqual(new Set(checkNames))
  })

  test('the report stops at the first failure and names what passed before it', () => {
    const input = structuredClone(good)
    Object.assign(input.head, { destination: 'https://else.test' })
    Object.assign(input.assertion, { nameId: null })
    const { checks } = runChecks(input)
    expect(checks.map((one) => one.ok)).toEqual([true, true, true, false])
    expect(checks.at(-1)?.detail).toContain('https://else.test')
  })
})

const fine: [string, Change][] = [
  ['nothing changed', () => undefined],
  ['a Response without an issuer', (i) => Object.assign(i.head, { issuer: null })],
  [
    'an issuer with the entity format',
    (i) => Object.assign(i.assertion.issuer, { format: 'urn:oasis:names:tc:SAML:2.0:nameid-format:entity' }),
  ],
  ['an unsigned Response without Destination', (i) => Object.assign(i.head, { destination: null })],
  ['an Assertion issued within the skew', (i) => Object.assign(i.assertion, { issueInstant: at(180) })],
  ['a beginning at the edge of the skew', (i) => Object.assign(conditions(i), { notBefore: at(180) })],
  ['an end one second inside the skew', (i) => Object.assign(conditions(i), { notOnOrAfter: at(-179) })],
  ['an Assertion of 90 minutes', (i) => Object.assign(conditions(i), { notOnOrAfter: at(90 * 60) })],
  [
    'a further Audience in the same restriction',
    (i) => conditions(i).audiences[0]!.push('https://else.test'),
  ],
  [
    'a bad confirmation before a good one',
    (i) => i.assertion.confirmations.unshift({ ...confirmation(i), method: 'urn:x' }),
  ],
  [
    'a Response that answers a request',
    (i) => {
      Object.assign(i.head, { inResponseTo: '_1' })
      Object.assign(confirmation(i), { inResponseTo: '_1' })
    },
  ],
  ['two AuthnStatements', (i) => i.assertion.authnStatements.push(i.assertion.authnStatements[0]!)],
  [
    'an AuthnInstant of long ago',
    (i) => Object.assign(i.assertion.authnStatements[0]!, { authnInstant: '2016-01-01T00:00:00Z' }),
  ],
  [
    'an unspecified NameID',
    (i) =>
      Object.assign(i.assertion.nameId!, { format: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified' }),
  ],
]

test.each(fine)('%s passes every check', (_, change) => {
  expect(failureOf(change)).toEqual({ name: undefined, reason: undefined })
})

test('the session ends with the soonest of the provider, and a replay is known until the latest end and the skew', () => {
  const { assertion } = structuredClone(good)
  expect(sessionLimit(assertion)).toBeNull()
  assertion.authnStatements = [
    { authnInstant: at(0), sessionIndex: null, sessionNotOnOrAfter: at(7200) },
    { authnInstant: at(0), sessionIndex: null, sessionNotOnOrAfter: at(3600) },
  ]
  expect(sessionLimit(assertion)?.toISOString()).toBe(at(3600))
  expect(replayUntil(assertion).toISOString()).toBe(at(300 + 180))
})

test.each([
  ['2026-03-04T10:00:00Z', true],
  ['2026-03-04T10:00:00.1234567Z', true],
  ['2024-02-29T00:00:00Z', true],
  ['2026-02-29T00:00:00Z', false],
  ['2026-03-04T24:00:00Z', false],
  ['2026-03-04T10:00:60Z', false],
  ['2026-03-04T10:00:00+00:00', false],
  ['2026-03-04 10:00:00Z', false],
  ['2026-3-4T10:00:00Z', false],
  ['Jan 1 2099', false],
  ['', false],
])('%j read as a time of SAML: %s', (text, read) => {
  expect(instant(text) !== null).toBe(read)
})
