// Between resources and records: the address by which a person is known, what is stored, what is shown.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { knownAddress } from '../../src/domain/directory-person.ts'
import { foldText } from '../../src/domain/fold.ts'
import { readProjection } from '../../src/scim/projection.ts'
import { dialects } from '../../src/scim/quirks.ts'
import { userDraft } from '../../src/scim/resource.ts'
import { readResource } from '../../src/scim/resource-values.ts'
import { loadCatalogue } from '../../src/scim/schemas.ts'
import { bodyOf, ENTERPRISE, ERROR, PATCH, testDirectory, USER } from './directory.ts'

const { user } = loadCatalogue(null)
const draft = (body: Record<string, unknown>) =>
  userDraft(user, readResource(user, { schemas: [USER], userName: 'login', ...body }, dialects.okta), true)

describe('the address of a person', () => {
  const mail = (value: string, more = {}) => ({ value, ...more })
  const table: [string, Record<string, unknown>, string | null][] = [
    [
      'is the primary one',
      { emails: [mail('w@a.test', { type: 'work' }), mail('P@A.test', { primary: true })] },
      'p@a.test',
    ],
    [
      'else the one for work',
      { emails: [mail('h@a.test', { type: 'home' }), mail('w@a.test', { type: 'Work' })] },
      'w@a.test',
    ],
    ['else the only one', { emails: [mail('h@a.test', { type: 'home' })] }, 'h@a.test'],
    ['else the userName where it is one', { userName: 'U@A.test' }, 'u@a.test'],
    ['is nobody’s where the userName is none', {}, null],
    [
      'is unknown among several',
      { userName: 'u@a.test', emails: [mail('a@a.test'), mail('b@a.test')] },
      null,
    ],
    [
      'is unknown where two are for work',
      { emails: [mail('a@a.test', { type: 'work' }), mail('b@a.test', { type: 'work' })] },
      null,
    ],
    [
      'is unknown where the primary one is none',
      {
        userName: 'u@a.test',
        emails: [mail('not an address', { primary: true }), mail('w@a.test', { type: 'work' })],
      },
      null,
    ],
  ]
  test.each(table)('%s', (_, body, key) => {
    expect(knownAddress(draft(body))?.key ?? null).toBe(key)
  })
})

describe('a draft', () => {
  test('shows the display name, else the formatted name, else its parts', () => {
    const names = [
      { displayName: 'D', name: { formatted: 'F' } },
      { name: { formatted: 'F', givenName: 'G' } },
      { name: { givenName: 'G', familyName: 'H' } },
      {},
    ]
    expect(names.map((body) => draft(body).displayName)).toEqual(['D', 'F', 'G H', null])
  })

  test('never holds a password, a group, an id or what no schema knows', () => {
    const { attributes } = draft({
      password: 'x',
      groups: [{ value: 'g' }],
      id: 'i',
      meta: {},
      shoeSize: 4,
      title: 'T',
    })
    expect(attributes).toEqual({ title: 'T' })
  })

  test('reads names in any case, booleans in quotes, single values in lists and dotted or URN keys', () => {
    expect(
      draft({
        ACTIVE: 'False',
        Title: ['T'],
        'name.givenname': 'G',
        [`${ENTERPRISE.toLowerCase()}:Department`]: 'D',
      }),
    ).toMatchObject({
      active: false,
      attributes: { title: 'T', name: { givenName: 'G' }, [ENTERPRISE]: { department: 'D' } },
    })
  })
})

test('folding makes upper and lower case one, but never a letter outside ASCII one inside', () => {
  expect([foldText('ÄÖ-Xy'), foldText('\u212a'), foldText('\u0130')]).toEqual(['äö-xy', '\u212a', '\u0130'])
})

describe('a projection', () => {
  const resource = {
    schemas: ['s'],
    id: 'i',
    userName: 'u',
    name: { givenName: 'G', familyName: 'H' },
    emails: [{ value: 'a', type: 'work' }, { type: 'home' }],
    [ENTERPRISE]: { department: 'D', division: 'E' },
  }
  const table: [string | undefined, string | undefined, Record<string, unknown>][] = [
    ['userName', undefined, { userName: 'u' }],
    ['NAME.familyname, emails.value', undefined, { name: { familyName: 'H' }, emails: [{ value: 'a' }] }],
    [`${ENTERPRISE}:department`, undefined, { [ENTERPRISE]: { department: 'D' } }],
    [ENTERPRISE, undefined, { [ENTERPRISE]: { department: 'D', division: 'E' } }],
    ['nothing', undefined, {}],
    [undefined, `id,schemas,userName,name.givenName,emails,${ENTERPRISE}`, { name: { familyName: 'H' } }],
    ['userName', 'userName', { userName: 'u' }],
  ]
  test.each(table)(
    'attributes=%s and excludedAttributes=%s show what they name',
    (attributes, excluded, shown) => {
      expect(readProjection(user, attributes, excluded).apply(resource)).toEqual({
        schemas: ['s'],
        id: 'i',
        ...shown,
      })
    },
  )

  test('tells what need not be read', () => {
    const wants = (attributes?: string, excluded?: string) =>
      readProjection(user, attributes, excluded).wants('groups')
    expect([
      wants(),
      wants('userName'),
      wants('groups.value'),
      wants(undefined, 'groups'),
      wants(undefined, 'groups.display'),
    ]).toEqual([true, false, true, false, true])
  })
})

test('an extension declared in a file is stored, searched, patched, shown and announced', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'scim-schemas-'))
  const id = 'urn:example:params:scim:schemas:extension:crew:1.0:User'
  const attribute = (name: string, type: string, more = {}) => ({
    name,
    type,
    multiValued: false,
    required: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...more,
  })
  const attributes = [
    attribute('badge', 'string', { caseExact: true }),
    attribute('desk', 'integer'),
    attribute('since', 'dateTime'),
    attribute('skills', 'string', { multiValued: true }),
    attribute('pin', 'string', { returned: 'request' }),
  ]
  const own = JSON.parse(JSON.stringify(user.json))
  writeFileSync(path.join(folder, 'crew.json'), JSON.stringify({ id, name: 'Crew', attributes }))
  writeFileSync(
    path.join(folder, 'user.json'),
    JSON.stringify({ ...own, schemaExtensions: [...own.schemaExtensions, { schema: id, required: false }] }),
  )
  const directory = await testDirectory('generic', { settings: { scimSchemasDir: folder } })

  const crew = { badge: 'B7', desk: 12, since: '2026-01-31T12:00:00Z', skills: ['SEO', 'Copy'], pin: '1' }
  const made = await directory.make('/Users', { userName: 'crew@a.test', [id]: crew })
  await directory.make('/Users', { userName: 'other@a.test' })
  const { pin, ...shown } = crew
  // What is returned on request is shown to whom wrote it, and to nobody who only reads.
  expect([made.schemas, made[id]]).toEqual([[USER, id], crew])
  expect(bodyOf(await directory.call('get', `/Users/${made.id}`))[id]).toEqual(shown)
  expect(bodyOf(await directory.call('get', `/Users/${made.id}?attributes=${id}:pin`))[id]).toEqual({ pin })
  for (const filter of [
    'badge eq "B7"',
    'desk gt 11.5',
    'since lt "2026-02-01T00:00:00+02:00"',
    'skills eq "seo"',
    'pin pr',
  ]) {
    const found = bodyOf(
      await directory.call('get', `/Users?${new URLSearchParams({ filter: `${id}:${filter}` })}`),
    )
    expect([filter, found.totalResults]).toEqual([filter, 1])
  }
  expect(
    bodyOf(await directory.call('get', `/Users?${new URLSearchParams({ filter: `${id}:badge eq "b7"` })}`))
      .totalResults,
  ).toBe(0)
  const Operations = [
    { op: 'replace', path: `${id}:desk`, value: 13 },
    { op: 'add', path: `${id}:skills`, value: ['Ads'] },
  ]
  const patched = bodyOf(await directory.call('patch', `/Users/${made.id}`, { schemas: [PATCH], Operations }))
  expect(patched[id]).toMatchObject({ desk: 13, skills: ['SEO', 'Copy', 'Ads'] })
  const wrong = await directory.call('post', '/Users', {
    schemas: [USER],
    userName: 'x',
    [id]: { desk: 'twelve' },
  })
  expect([wrong.status, bodyOf(wrong).schemas, bodyOf(wrong).scimType]).toEqual([
    400,
    [ERROR],
    'invalidValue',
  ])
  expect(bodyOf(await directory.call('get', `/Schemas/${id}`)).attributes).toHaveLength(5)
})
