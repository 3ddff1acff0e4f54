// Conditions compiled to SQL, held against a plain reading of the same conditions in memory.
import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { beginning, type Criteria } from '../../src/domain/criteria.ts'
import { readFilter } from '../../src/scim/filter.ts'
import { loadCatalogue } from '../../src/scim/schemas.ts'
import { reader } from '../../src/store/database.ts'
import { findDirectoryPeople } from '../../src/store/directory-users.ts'
import { type Body, ENTERPRISE, type TestDirectory, testDirectory } from './directory.ts'

const { user } = loadCatalogue(null)
const ofUser = { type: user, base: 'https://scim.test/scim/v2/d', among: [user] }
let directory: TestDirectory
let people: Body[]

const words = ['ana', 'Bo', 'bo%', "o'k", 'é', '_', '\\', '']
beforeAll(async () => {
  directory = await testDirectory('okta')
  people = []
  for (let index = 0; index < 24; index++) {
    const pick = (shift: number) => words[(index * 7 + shift) % words.length]
    directory.world.clock.advance(3600)
    people.push(
      await directory.make('/Users', {
        userName: `${pick(1)}${index}`,
        ...(index % 3 ? { externalId: `${pick(2)}-${index}` } : {}),
        ...(index % 4 ? { title: pick(3) } : {}),
        ...(index % 2 ? { displayName: pick(4) } : {}),
        active: index % 5 !== 0,
        emails: Array.from({ length: index % 3 }, (_, n) => ({
          value: `${pick(n)}x@A.test`,
          type: n ? 'home' : 'Work',
          primary: n === 1,
        })),
        roles: Array.from({ length: index % 2 }, () => ({ value: pick(5), type: 'r' })),
        [ENTERPRISE]: index % 2 ? { department: pick(6) } : undefined,
      }),
    )
  }
})

const text = fc.constantFrom(
  'userName',
  'title',
  'displayName',
  'externalId',
  'name.familyName',
  `${ENTERPRISE}:department`,
  'emails.value',
  'emails.type',
  'roles.value',
  'id',
)
const operator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le')
const literal = fc.constantFrom(...words, 'ANA1', 'BO', 'anax@a.test', 'work', '%', 'ok')
const compare = fc
  .tuple(text, operator, literal)
  .map(([path, op, value]) => `${path} ${op} ${JSON.stringify(value)}`)
const other = fc.constantFrom(
  'active eq true',
  'active ne false',
  'title pr',
  'emails pr',
  'roles pr',
  'externalId pr',
  'title eq null',
  'emails[type eq "work" and value co "x"]',
  'emails[not (type eq "home")]',
  'emails[primary eq true]',
  'emails[display pr]',
  'meta.created gt "2026-03-02T18:30:00+01:00"',
  'meta.lastModified le "2026-03-02T20:00:00Z"',
)
const filter = fc.letrec<{ term: string; whole: string }>((tie) => ({
  term: fc.oneof(
    { weight: 4, arbitrary: compare },
    { weight: 3, arbitrary: other },
    tie('whole').map((inner) => `not (${inner})`),
  ),
  whole: fc.oneof(
    { maxDepth: 3 },
    tie('term'),
    fc.tuple(tie('term'), fc.constantFrom('and', 'or'), tie('whole')).map((parts) => parts.join(' ')),
  ),
})).whole

test('any filter finds in the database exactly whom a plain reading of it finds', async () => {
  await fc.assert(
    fc.asyncProperty(filter, async (text) => {
      const criteria = readFilter(ofUser, text)
      const wanted = people.filter((person) => meets(criteria, person)).map((person) => person.id)
      const page = { criteria, order: null, place: beginning, limit: 100, total: null }
      const { items, total } = await findDirectoryPeople(
        reader(directory.world.dataSource),
        directory.id,
        page,
        false,
      )
      expect([text, total, items.map((item) => item.id)]).toEqual([text, wanted.length, wanted])
    }),
    { numRuns: 150 },
  )
}, 120_000)

test('pages by offset are the cuts of the whole, whatever the order', async () => {
  const order = { field: { path: ['title'], kind: 'folded' as const }, list: null, descending: true }
  const read = async (offset: number, limit: number) =>
    (
      await findDirectoryPeople(
        reader(directory.world.dataSource),
        directory.id,
        { criteria: null, order, place: { kind: 'offset', offset }, limit, total: null },
        false,
      )
    ).items.map((item) => item.id)
  const whole = await read(0, 100)
  expect(new Set(whole).size).toBe(people.length)
  expect([...(await read(0, 10)), ...(await read(10, 10)), ...(await read(20, 10))]).toEqual(whole)
})

test('a value never becomes a part of the statement', async () => {
  const criteria = readFilter(
    ofUser,
    `title eq "') or true --" or roles[value eq "'; drop table directory_users; --"]`,
  )
  const found = await findDirectoryPeople(
    reader(directory.world.dataSource),
    directory.id,
    { criteria, order: null, place: beginning, limit: 9, total: null },
    false,
  )
  expect(found.total).toBe(0)
})

/** The condition read on the resource as a client sees it. */
function meets(criteria: Criteria, thing: Body): boolean {
  switch (criteria.kind) {
    case 'every':
      return criteria.of.every((part) => meets(part, thing))
    case 'either':
      return criteria.of.some((part) => meets(part, thing))
    case 'not':
      return !meets(criteria.of, thing)
    case 'some':
      return (at(thing, criteria.list) ?? []).some(
        (element: Body) => criteria.where === null || meets(criteria.where, element),
      )
    case 'present': {
      const value = at(thing, criteria.field.path)
      return value !== undefined && value !== ''
    }
    case 'compare': {
      const held = at(thing, criteria.field.path)
      const { operator: op, value } = criteria
      if (held === undefined) return op === 'ne'
      const side = (one: Body) => {
        if (criteria.field.kind === 'instant') return new Date(one).getTime()
        return criteria.field.kind === 'folded' ? String(one).toLowerCase() : one
      }
      const [a, b] = [side(held), side(value)]
      if (op === 'eq' || op === 'ne') return (a === b) === (op === 'eq')
      if (op === 'co') return a.includes(b)
      if (op === 'sw') return a.startsWith(b)
      if (op === 'ew') return a.endsWith(b)
      return op === 'gt' ? a > b : op === 'ge' ? a >= b : op === 'lt' ? a < b : a <= b
    }
  }
}

function at(thing: Body, path: readonly string[]): Body {
  if (path.join() === 'meta.created') return thing.meta.created
  if (path.join() === 'meta.lastModified') return thing.meta.lastModified
  return path.reduce((value: Body, key) => value?.[key], thing)
}
