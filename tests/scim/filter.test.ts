// Filters: what the grammar takes and refuses, and the condition that comes of it.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { AppError } from '../../src/kernel/errors.ts'
import { isDateTime, readFilter } from '../../src/scim/filter.ts'
import { parseFilterText } from '../../src/scim/filter-syntax.ts'
import { loadCatalogue } from '../../src/scim/schemas.ts'
import { ENTERPRISE, USER } from './directory.ts'

const { user, group } = loadCatalogue(null)
const base = 'https://scim.test/scim/v2/d'
const ofUser = { type: user, base, among: [user] }
const ofGroup = { type: group, base, among: [group] }
const eq = (path: string, value: unknown) => ({ op: 'eq', path, value })

function refusal(run: () => unknown): string | undefined {
  try {
    run()
    return undefined
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return error.code
  }
}

describe('the tree', () => {
  test.each([
    ['a eq 1', eq('a', 1)],
    ['a EQ TRUE', eq('a', true)],
    ['a eq null', eq('a', null)],
    ['a eq -1.5e3', eq('a', -1500)],
    ['a eq "\\\\ \\" \\n \\u0041 é"', eq('a', '\\ " \n A é')],
    ['$ref eq "x" and a.$ref pr', { op: 'and', of: [eq('$ref', 'x'), { op: 'pr', path: 'a.$ref' }] }],
    [`${ENTERPRISE}:department eq "x"`, eq(`${ENTERPRISE}:department`, 'x')],
    [
      'a eq 1 or b eq 2 and c eq 3',
      { op: 'or', of: [eq('a', 1), { op: 'and', of: [eq('b', 2), eq('c', 3)] }] },
    ],
    [
      '(a eq 1 or b eq 2) and c eq 3',
      { op: 'and', of: [{ op: 'or', of: [eq('a', 1), eq('b', 2)] }, eq('c', 3)] },
    ],
    ['NOT (a eq 1) and b eq 2', { op: 'and', of: [{ op: 'not', of: eq('a', 1) }, eq('b', 2)] }],
    [
      'e[type eq "work" and not (value co "x")]',
      {
        op: '[]',
        path: 'e',
        of: {
          op: 'and',
          of: [eq('type', 'work'), { op: 'not', of: { op: 'co', path: 'value', value: 'x' } }],
        },
      },
    ],
    [
      'e[type eq "w" or type eq "h"].value eq "x"',
      {
        op: '[]',
        path: 'e',
        of: { op: 'and', of: [{ op: 'or', of: [eq('type', 'w'), eq('type', 'h')] }, eq('value', 'x')] },
      },
    ],
    [
      'e[type eq "w"].value pr and b eq 1',
      {
        op: 'and',
        of: [
          { op: '[]', path: 'e', of: { op: 'and', of: [eq('type', 'w'), { op: 'pr', path: 'value' }] } },
          eq('b', 1),
        ],
      },
    ],
    ['and eq "or"', eq('and', 'or')],
  ])('of %s', (text, tree) => {
    expect(parseFilterText(text)).toEqual(tree)
  })

  test.each([
    '',
    ' ',
    'a',
    'a eq',
    'eq "x"',
    'a eq x',
    'a eq "x',
    "a eq 'x'",
    'a eq "\\x"',
    'a eq 01x',
    'a..b pr',
    'a. pr',
    'a/b pr',
    'a.b.c pr',
    'not a pr',
    'a pr b pr',
    'a pr and',
    '(a pr',
    'a pr)',
    'a[b pr',
    'a b]',
    'a[b[c pr]]',
    'a[b pr].c',
    'a[b pr].c[d pr]',
    'a[b pr].(c pr)',
    'a[b pr].not(c pr)',
    '(a[b pr)]',
    'a eq "\\u0000"',
    'a eq "\\ud800"',
    'a pr; drop table x',
  ])('%j is refused', (text) => {
    expect(refusal(() => parseFilterText(text))).toBe('invalidFilter')
  })

  test('nesting, terms and length have limits', () => {
    expect(refusal(() => parseFilterText(`${'('.repeat(20)}a pr${')'.repeat(20)}`))).toBeUndefined()
    expect(refusal(() => parseFilterText(`${'('.repeat(21)}a pr${')'.repeat(21)}`))).toBe('invalidFilter')
    expect(refusal(() => parseFilterText(Array(100).fill('a pr').join(' and ')))).toBeUndefined()
    expect(refusal(() => parseFilterText(Array(101).fill('a pr').join(' and ')))).toBe('invalidFilter')
    expect(refusal(() => parseFilterText(`a eq "${'x'.repeat(5000)}"`))).toBe('invalidFilter')
  })

  test('any JSON string comes back as it was', () => {
    const sound = fc
      .string({ unit: 'grapheme', maxLength: 300 })
      .filter((text) => !/[\0\p{Surrogate}]/u.test(text))
    fc.assert(
      fc.property(sound, (value) => {
        expect(parseFilterText(`a eq ${JSON.stringify(value)}`)).toEqual(eq('a', value))
      }),
    )
  })

  test('whatever is sent, the only failure is invalidFilter', () => {
    const word = fc.constantFrom(
      'a',
      'emails',
      'eq',
      'pr',
      'and',
      'or',
      'not',
      '(',
      ')',
      '[',
      ']',
      '].',
      '"x"',
      '1',
      'true',
      'urn:x:',
      '.',
      '\\',
      '"',
    )
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(word, { maxLength: 30 }).map((words) => words.join(' ')),
    )
    fc.assert(
      fc.property(text, (filter) => {
        expect([undefined, 'invalidFilter']).toContain(refusal(() => readFilter(ofUser, filter)))
      }),
      { numRuns: 1000 },
    )
  })
})

describe('the condition', () => {
  test.each([
    [
      'userName eq "A"',
      { kind: 'compare', field: { path: ['userName'], kind: 'folded' }, operator: 'eq', value: 'A' },
    ],
    [
      `${USER}:USERNAME eq "A"`,
      { kind: 'compare', field: { path: ['userName'], kind: 'folded' }, operator: 'eq', value: 'A' },
    ],
    [
      'externalId eq "A"',
      { kind: 'compare', field: { path: ['externalId'], kind: 'exact' }, operator: 'eq', value: 'A' },
    ],
    [
      'active eq "True"',
      { kind: 'compare', field: { path: ['active'], kind: 'boolean' }, operator: 'eq', value: true },
    ],
    [
      'meta.lastModified ge "2026-01-01T00:00:00Z"',
      {
        kind: 'compare',
        field: { path: ['meta.lastModified'], kind: 'instant' },
        operator: 'ge',
        value: '2026-01-01T00:00:00Z',
      },
    ],
    [
      'emails eq "x"',
      {
        kind: 'some',
        list: ['emails'],
        where: { kind: 'compare', field: { path: ['value'], kind: 'folded' }, operator: 'eq', value: 'x' },
      },
    ],
    ['emails pr', { kind: 'some', list: ['emails'], where: null }],
    [
      'name[familyName eq "x"]',
      {
        kind: 'compare',
        field: { path: ['name', 'familyName'], kind: 'folded' },
        operator: 'eq',
        value: 'x',
      },
    ],
    ['title eq null', { kind: 'not', of: { kind: 'present', field: { path: ['title'], kind: 'folded' } } }],
    [
      `${ENTERPRISE}:manager.value eq "m"`,
      {
        kind: 'compare',
        field: { path: [ENTERPRISE, 'manager', 'value'], kind: 'exact' },
        operator: 'eq',
        value: 'm',
      },
    ],
  ])('of %s', (filter, criteria) => {
    expect(readFilter(ofUser, filter)).toEqual(criteria)
  })

  test.each([
    'shoeSize eq 1',
    'userName eq 1',
    'active gt true',
    'active co "t"',
    'name eq "x"',
    'userName gt null',
    'meta.created co "2026"',
    'meta.created eq "yesterday"',
    'title[a pr]',
    'emails[shoe pr]',
    'password pr',
    'meta eq "x"',
    'x509Certificates.value gt "x"',
    'emails.value.x pr',
  ])('%s is refused', (filter) => {
    expect(refusal(() => readFilter(ofUser, filter))).toBe('invalidFilter')
  })

  test('members are chosen by their id', () => {
    expect(readFilter(ofGroup, 'members[value eq "x"]')).toEqual({
      kind: 'some',
      list: ['members'],
      where: { kind: 'compare', field: { path: ['value'], kind: 'exact' }, operator: 'eq', value: 'x' },
    })
  })
})

test.each([
  ['2026-02-28T23:59:59Z', true],
  ['2024-02-29T00:00:00.123+05:30', true],
  ['2026-01-01T00:00:00', true],
  ['2026-02-29T00:00:00Z', false],
  ['2026-13-01T00:00:00Z', false],
  ['2026-01-01T24:00:00Z', false],
  ['0000-01-01T00:00:00Z', false],
  ['2026-01-01', false],
  ['12026-01-01T00:00:00Z', false],
])('%s is a date and time: %s', (text, sound) => {
  expect(isDateTime(text)).toBe(sound)
})
