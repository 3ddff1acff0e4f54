// PATCH as a pure function: from values and operations to new values.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { AppError } from '../../src/kernel/errors.ts'
import { splitMemberOperations } from '../../src/scim/members.ts'
import { applyPatch } from '../../src/scim/patch.ts'
import { dialects, readOperations } from '../../src/scim/quirks.ts'
import { loadCatalogue } from '../../src/scim/schemas.ts'
import type { Values } from '../../src/scim/values.ts'
import { ENTERPRISE, PATCH, USER } from './directory.ts'

const { user, group } = loadCatalogue(null)
type Preset = keyof typeof dialects

const start: Values = {
  userName: 'ana',
  active: true,
  name: { givenName: 'Ana', familyName: 'Lee' },
  emails: [
    { value: 'w@a.test', type: 'work', primary: true },
    { value: 'h@a.test', type: 'home' },
  ],
  [ENTERPRISE]: { department: 'SEO', manager: { value: 'm' } },
}

function patched(operations: unknown[], preset: Preset = 'entra', values: Values = start): Values {
  const dialect = dialects[preset]
  return applyPatch(
    user,
    values,
    readOperations({ schemas: [PATCH], Operations: operations }, dialect),
    dialect,
  )
}

function refusal(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.code
  }
}

/** Whether a null, an empty list or an empty object stands anywhere in it. */
function emptyIn(value: unknown): boolean {
  if (typeof value !== 'object') return value === undefined
  const parts = Object.values(value ?? {})
  return parts.length === 0 || parts.some(emptyIn)
}

const [work, home] = start.emails as Values[]

describe('values', () => {
  const table: [string, unknown, Values][] = [
    ['a plain value', { op: 'replace', path: 'title', value: 'x' }, { title: 'x' }],
    ['a plain value by its URN', { op: 'ADD', path: `${USER}:Title`, value: 'x' }, { title: 'x' }],
    ['null clears', { op: 'replace', path: 'active', value: null }, { active: undefined }],
    [
      'a sub-attribute',
      { op: 'replace', path: 'name.familyName', value: 'Kim' },
      { name: { givenName: 'Ana', familyName: 'Kim' } },
    ],
    [
      'a complex value keeps what is not given',
      { op: 'replace', path: 'name', value: { familyName: 'Kim', middleName: null } },
      { name: { givenName: 'Ana', familyName: 'Kim' } },
    ],
    [
      'null in a complex value clears that part',
      { op: 'replace', path: 'name', value: { givenName: null } },
      { name: { familyName: 'Lee' } },
    ],
    ['a removed sub-attribute', { op: 'remove', path: 'name.givenName' }, { name: { familyName: 'Lee' } }],
    [
      'keys without a path',
      {
        op: 'add',
        value: { title: 'x', 'name.givenName': 'B', schemas: [], id: 'other', groups: [], meta: {} },
      },
      { title: 'x', name: { givenName: 'B', familyName: 'Lee' } },
    ],
    [
      'an extension as an object',
      { op: 'add', value: { [ENTERPRISE]: { division: 'D' } } },
      { [ENTERPRISE]: { department: 'SEO', manager: { value: 'm' }, division: 'D' } },
    ],
    ['an extension removed', { op: 'remove', path: ENTERPRISE }, { [ENTERPRISE]: undefined }],
    ['the password is taken and dropped', { op: 'replace', path: 'password', value: 'x' }, {}],
    [
      'a list added to',
      { op: 'add', path: 'emails', value: { value: 'o@a.test' } },
      { emails: [work, home, { value: 'o@a.test' }] },
    ],
    [
      'what is there already is not added',
      { op: 'add', path: 'emails', value: [{ value: 'h@a.test', type: 'home' }] },
      {},
    ],
    [
      'the same value is completed',
      { op: 'add', path: 'emails', value: [{ value: 'h@a.test', type: 'home', display: 'H' }] },
      { emails: [work, { ...home, display: 'H' }] },
    ],
    [
      'a list replaced',
      { op: 'replace', path: 'emails', value: [{ value: 'n@a.test' }] },
      { emails: [{ value: 'n@a.test' }] },
    ],
    ['a list replaced by an empty one', { op: 'replace', path: 'emails', value: [] }, { emails: undefined }],
    ['a list removed', { op: 'remove', path: 'emails' }, { emails: undefined }],
    ['one value removed by brackets', { op: 'remove', path: 'emails[type eq "HOME"]' }, { emails: [work] }],
    [
      'one value removed by value',
      { op: 'remove', path: 'emails', value: [{ value: 'h@a.test' }] },
      { emails: [work] },
    ],
    ['brackets that match nothing remove nothing', { op: 'remove', path: 'emails[type eq "fax"]' }, {}],
    [
      'a bracketed sub-attribute',
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'n@a.test' },
      { emails: [{ ...work, value: 'n@a.test' }, home] },
    ],
    [
      'a bracket in a text in brackets',
      { op: 'replace', path: 'emails[value eq "]"].type', value: 'x' },
      { emails: [work, home, { value: ']', type: 'x' }] },
    ],
    [
      'a value that becomes primary',
      { op: 'replace', path: 'emails[type eq "home"].primary', value: 'True' },
      {
        emails: [
          { ...work, primary: false },
          { ...home, primary: true },
        ],
      },
    ],
    [
      'manager as a text',
      { op: 'replace', path: `${ENTERPRISE}:manager`, value: 'n' },
      { [ENTERPRISE]: { department: 'SEO', manager: { value: 'n' } } },
    ],
  ]
  test.each(table)('%s', (_, operation, changed) => {
    const wanted = Object.fromEntries(
      Object.entries({ ...start, ...changed }).filter(([, value]) => value !== undefined),
    )
    expect(patched([operation])).toEqual(wanted)
  })

  const refused: [Preset, string, unknown][] = [
    ['generic', 'noTarget', { op: 'replace', path: 'emails[type eq "fax"].value', value: 'x' }],
    ['generic', 'invalidPath', { op: 'replace', path: `${ENTERPRISE}:manager[value eq "m"]`, value: 'x' }],
    ['generic', 'invalidPath', { op: 'replace', path: 'nobody.knows', value: 'x' }],
    ['generic', 'invalidPath', { op: 'replace', path: 'emails[type eq "work"', value: 'x' }],
    [
      'generic',
      'invalidValue',
      {
        op: 'replace',
        path: 'emails',
        value: [
          { value: 'a', primary: true },
          { value: 'b', primary: true },
        ],
      },
    ],
    ['entra', 'mutability', { op: 'replace', path: 'meta.created', value: 'x' }],
    ['entra', 'mutability', { op: 'remove', path: 'userName' }],
    ['entra', 'invalidValue', { op: 'replace', path: 'userName', value: ' ' }],
    ['entra', 'invalidValue', { op: 'replace', path: 'active', value: 'maybe' }],
    ['entra', 'invalidValue', { op: 'add', path: 'title' }],
    ['entra', 'invalidValue', { op: 'add', value: 'x' }],
    ['entra', 'noTarget', { op: 'remove', path: '' }],
    ['entra', 'invalidFilter', { op: 'remove', path: 'emails[shoe eq 1]' }],
  ]
  test.each(refused)('%s refuses with %s: %j', (preset, code, operation) => {
    expect(refusal(() => patched([operation], preset))).toBe(code)
  })
})

describe('always', () => {
  const value = fc.oneof(
    fc.string(),
    fc.boolean(),
    fc.constant(null),
    fc.integer(),
    fc.array(
      fc.record({ value: fc.string(), type: fc.constantFrom('work', 'home'), primary: fc.boolean() }),
      { maxLength: 3 },
    ),
    fc.record({ value: fc.string(), givenName: fc.string() }, { requiredKeys: [] }),
  )
  const path = fc.constantFrom(
    'userName',
    'title',
    'name',
    'name.givenName',
    'emails',
    'emails.value',
    'emails[type eq "work"]',
    'emails[type eq "work"].value',
    'emails[primary eq true].type',
    'roles',
    'groups',
    ENTERPRISE,
    `${ENTERPRISE}:manager`,
    'nothing',
    'active',
    '',
    '[',
    '__proto__',
    'constructor',
  )
  const operation = fc.record(
    { op: fc.constantFrom('add', 'Replace', 'remove'), path, value },
    { requiredKeys: ['op'] },
  )
  const preset = fc.constantFrom<Preset>('generic', 'okta', 'entra')

  test('operations fail by a named error or answer values of which each is right, and touch nothing that they were given', () => {
    const before = structuredClone(start)
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 6 }), preset, (operations, dialect) => {
        const code = refusal(() => {
          const next = patched(operations, dialect)
          expect(next.userName).toMatch(/\S/)
          const primaries = ((next.emails ?? []) as Values[]).filter((email) => email.primary === true)
          expect(primaries.length).toBeLessThan(2)
          expect(emptyIn(next)).toBe(false)
        })
        expect([
          undefined,
          'invalidPath',
          'invalidValue',
          'invalidSyntax',
          'invalidFilter',
          'noTarget',
          'mutability',
        ]).toContain(code)
        expect(start).toEqual(before)
      }),
      { numRuns: 700 },
    )
  })
})

describe('members', () => {
  const change = (...operations: unknown[]) =>
    splitMemberOperations(group, readOperations({ schemas: [PATCH], Operations: operations }, dialects.okta))

  test('operations fold into one change, the later ones winning', () => {
    const { members, others } = change(
      { op: 'add', path: 'members', value: [{ value: 'A' }, { value: 'b' }] },
      { op: 'remove', path: 'members[value eq "b"]' },
      { op: 'replace', value: { displayName: 'x', id: 'y' } },
      { op: 'remove', path: 'members', value: [{ value: 'c' }] },
      { op: 'add', path: 'members', value: 'c' },
    )
    expect(members).toEqual({ replace: null, add: ['a', 'c'], remove: ['b'] })
    expect(others.map((operation) => operation.path)).toEqual(['displayName', 'id'])
  })

  test('a whole list starts anew, and what follows is added to it', () => {
    expect(
      change(
        { op: 'add', path: 'members', value: 'z' },
        { op: 'replace', path: 'members', value: [{ value: 'a' }] },
        { op: 'add', path: 'members', value: 'b' },
      ).members,
    ).toEqual({ replace: ['a'], add: ['b'], remove: [] })
  })

  test('remove without a value takes everybody, with an empty list nobody', () => {
    expect(change({ op: 'remove', path: 'members' }).members).toEqual({ replace: [], add: [], remove: [] })
    expect(change({ op: 'remove', path: 'members', value: [] }).members).toEqual({
      replace: null,
      add: [],
      remove: [],
    })
  })

  test('brackets that name no id are refused', () => {
    expect(refusal(() => change({ op: 'remove', path: 'members[display eq "x"]' }))).toBe('invalidFilter')
  })
})
