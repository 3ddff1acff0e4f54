// Conditions and orders as SQL: pages of them, and values that stay values.
import { beforeAll, expect, test } from '@jest/globals'
import { beginning } from '../../src/domain/criteria.ts'
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
