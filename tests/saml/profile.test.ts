// What of a verified Assertion becomes the Profile.
import { describe, expect, test } from '@jest/globals'
import { formats } from '../../idp-fixtures/response.ts'
import type { NameId, VerifiedAssertion } from '../../src/saml/assertion.ts'
import { attributeSources, toProfile } from '../../src/saml/profile.ts'

const nameId: NameId = { value: 'u-17', format: formats.persistent, nameQualifier: 'q', spNameQualifier: '' }
const names = { email: 'email', firstName: 'firstName', lastName: 'lastName', groups: 'groups' }

function profileOf(attributes: Record<string, string[]>, id = nameId, set = names, preset = 'generic') {
  const assertion = {
    attributes: Object.entries(attributes).map(([name, values]) => ({ name, values })),
  } as unknown as VerifiedAssertion
  return toProfile(assertion, id, attributeSources(preset, set))
}

test('a whole Profile is read', () => {
  const attributes = {
    email: [' Ana@ACME.test '],
    firstName: ['Ana'],
    lastName: ['Lind'],
    groups: ['a', 'b', 'a'],
  }
  expect(profileOf(attributes)).toEqual({
    subject: { nameId: 'u-17', format: formats.persistent, nameQualifier: 'q', spNameQualifier: '' },
    address: 'Ana@ACME.test',
    emailKey: 'ana@acme.test',
    emails: [' Ana@ACME.test '],
    firstName: 'Ana',
    lastName: 'Lind',
    displayName: 'Ana Lind',
    groups: ['a', 'b'],
    directoryKey: 'u-17',
    raw: attributes,
  })
})

describe('the e-mail key', () => {
  const emailId = { ...nameId, value: 'ana@acme.test', format: formats.email }

  test('comes from a NameID of Format emailAddress only where the attribute has no value', () => {
    expect(profileOf({}, emailId).emailKey).toBe('ana@acme.test')
    expect(profileOf({ email: [] }, emailId).emailKey).toBe('ana@acme.test')
    expect(profileOf({ email: ['ben@acme.test'] }, emailId).emailKey).toBe('ben@acme.test')
  })

  test('never comes from a NameID of another Format, even where it looks like an address', () => {
    for (const format of [formats.unspecified, formats.persistent]) {
      expect(profileOf({}, { ...emailId, format }).emailKey).toBeNull()
    }
  })

  test('is none where several values stand, or one that is no address', () => {
    expect(profileOf({ email: ['ana@acme.test', 'ben@acme.test'] }, emailId)).toMatchObject({
      emailKey: null,
      address: null,
    })
    expect(profileOf({ email: ['ana at acme'] }, emailId)).toMatchObject({ emailKey: null, address: null })
    expect(profileOf({ email: ['victim＠acme.test'] })).toMatchObject({ emailKey: null })
    expect(profileOf({})).toMatchObject({ emailKey: null, address: null, emails: [] })
  })

  test('is one where the same value stands twice', () => {
    expect(profileOf({ email: ['ana@acme.test', 'ana@acme.test'] }).emailKey).toBe('ana@acme.test')
  })
})

describe('groups', () => {
  test('B17: an absent attribute is null, an empty one is an empty list', () => {
    expect(profileOf({}).groups).toBeNull()
    expect(profileOf({ groups: [] }).groups).toEqual([])
  })

  test('B17: a reference to groups kept elsewhere does not read as no groups', () => {
    expect(
      profileOf(
        { 'http://schemas.microsoft.com/claims/groups.link': ['https://graph.test/x'] },
        nameId,
        {} as typeof names,
        'entra',
      ).groups,
    ).toBeNull()
  })

  test('values stay exactly as asserted', () => {
    expect(profileOf({ groups: ['not-admins', 'Admins', 'a,b', ' x '] }).groups).toEqual([
      'not-admins',
      'Admins',
      'a,b',
      ' x ',
    ])
  })
})

describe('attribute names', () => {
  test('that are set count alone', () => {
    expect(profileOf({ mail: ['ana@acme.test'] }).emailKey).toBeNull()
  })

  test('that are not set are the preset’s', () => {
    const claim = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress'
    expect(profileOf({ [claim]: ['ana@acme.test'] }, nameId, {} as typeof names, 'entra').emailKey).toBe(
      'ana@acme.test',
    )
    expect(profileOf({ mail: ['ana@acme.test'] }, nameId, {} as typeof names, 'no such').emailKey).toBe(
      'ana@acme.test',
    )
  })

  test('of the object prototype find nothing', () => {
    expect(profileOf({}, nameId, { ...names, email: 'toString', groups: '__proto__' })).toMatchObject({
      emailKey: null,
      groups: null,
    })
  })
})

test('the directory key is the declared attribute with one value, and the NameID only where none was declared', () => {
  const declared = { ...names, directoryKey: 'externalId' }
  expect(profileOf({ externalId: ['e-1'] }, nameId, declared).directoryKey).toBe('e-1')
  expect(profileOf({ externalId: ['e-1', 'e-2'] }, nameId, declared).directoryKey).toBeNull()
  expect(profileOf({}, nameId, declared).directoryKey).toBeNull()
  expect(profileOf({ externalId: ['e-1'] }).directoryKey).toBe('u-17')
})

test('what is kept for the log is bounded, and what is decided on is not', () => {
  const many = Array.from({ length: 5000 }, (_, i) => `g${i}`)
  const profile = profileOf({ groups: many, long: ['x'.repeat(4000)] })
  expect(profile.groups).toHaveLength(5000)
  expect(profile.raw.groups).toHaveLength(50)
  expect(profile.raw.long?.[0]).toHaveLength(500)
})
