// Searches by POST, at a type and across all of them, and queries of the root (RFC 7644 §3.4.2.1, §3.4.3).
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Body, bodyOf, LIST, type TestDirectory, testDirectory, USER } from './directory.ts'

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

let directory: TestDirectory

beforeAll(async () => {
  directory = await testDirectory('generic')
  for (const name of ['cy', 'ana', 'bo'])
    await directory.make('/Users', { userName: name, displayName: `D ${name}` })
  for (const displayName of ['D admins', 'staff']) await directory.make('/Groups', { displayName })
})

const search = async (words: Body, path = '/.search'): Promise<Body> => {
  const response = await directory.call('post', path, { schemas: [SEARCH], ...words })
  return { ...bodyOf(response), httpStatus: response.status }
}
const namesOf = (body: Body) => body.Resources.map((one: Body) => one.userName ?? one.displayName)

describe('across all types', () => {
  test('groups and people stand one type after the other as /ResourceTypes names them, each as they were made', async () => {
    const body = await search({})
    expect(body).toMatchObject({ schemas: [LIST], totalResults: 5, startIndex: 1, itemsPerPage: 5 })
    expect(namesOf(body)).toEqual(['D admins', 'staff', 'cy', 'ana', 'bo'])
    expect(body.Resources.map((one: Body) => one.meta.resourceType)).toEqual([
      'Group',
      'Group',
      'User',
      'User',
      'User',
    ])
  })

  test.each([
    ['meta.resourceType eq "User"', ['cy', 'ana', 'bo']],
    ['meta.resourceType eq "Group"', ['D admins', 'staff']],
    ['meta.resourceType eq "Device"', []],
    ['meta.resourceType ne "User" and displayName sw "st"', ['staff']],
    ['displayName sw "d "', ['D admins', 'cy', 'ana', 'bo']],
    // What a type does not know is absent there: never equal, always unequal, never present.
    ['userName eq "ana"', ['ana']],
    ['userName ne "ana"', ['D admins', 'staff', 'cy', 'bo']],
    ['userName pr', ['cy', 'ana', 'bo']],
    ['not (userName pr)', ['D admins', 'staff']],
    ['userName eq null', ['D admins', 'staff']],
    ['members[value pr] or active eq true', ['cy', 'ana', 'bo']],
    ['emails[type eq "work"]', []],
    [`schemas eq "${USER}"`, ['cy', 'ana', 'bo']],
  ])('the filter %s', async (filter, names) => {
    const body = await search({ filter })
    expect([namesOf(body), body.totalResults]).toEqual([names, names.length])
  })

  test('an order sorts each type in itself; a type without the attribute stands as it was made', async () => {
    expect(namesOf(await search({ sortBy: 'displayName', sortOrder: 'descending' }))).toEqual([
      'staff',
      'D admins',
      'cy',
      'bo',
      'ana',
    ])
    expect(namesOf(await search({ sortBy: 'userName' }))).toEqual(['D admins', 'staff', 'ana', 'bo', 'cy'])
    expect(namesOf(await search({ sortBy: 'meta.resourceType' }))).toEqual([
      'D admins',
      'staff',
      'cy',
      'ana',
      'bo',
    ])
  })

  test.each([1, 2, 3, 4, 5])('pages of %s cut the same list, by number and by cursor', async (count) => {
    const whole = namesOf(await search({}))
    const numbered: string[] = []
    for (let startIndex = 1; startIndex <= 5; startIndex += count) {
      const page = await search({ startIndex, count })
      expect(page.totalResults).toBe(5)
      numbered.push(...namesOf(page))
    }
    const page = await search({ cursor: '', count })
    const pages = [page]
    while (pages.at(-1).nextCursor) pages.push(await search({ cursor: pages.at(-1).nextCursor, count }))
    expect([numbered, pages.flatMap(namesOf)]).toEqual([whole, whole])
    expect(pages.map((one) => [one.totalResults, one.startIndex])).toEqual(pages.map(() => [5, undefined]))
    expect(pages.length).toBe(Math.ceil(5 / count))
  })

  test('count 0 tells the total alone', async () => {
    expect(await search({ count: 0 })).toMatchObject({ totalResults: 5, Resources: [] })
    expect(await search({ count: 0, cursor: '' })).toMatchObject({ totalResults: 5, Resources: [] })
  })

  test('the attributes asked for are shown of each type that has them', async () => {
    const { Resources } = await search({ attributes: ['userName', 'members'] })
    expect(Resources.map((one: Body) => Object.keys(one).sort().join())).toEqual([
      ...Array(2).fill('id,schemas'),
      ...Array(3).fill('id,schemas,userName'),
    ])
  })

  test('a GET of the root is the same search', async () => {
    const filter = encodeURIComponent('displayName co "a"')
    const body = bodyOf(await directory.call('get', `?filter=${filter}&sortBy=displayName`))
    expect(namesOf(body)).toEqual(['D admins', 'staff', 'ana'])
  })
})

describe('at one type', () => {
  test('the words of a GET mean the same in the body', async () => {
    const body = await search(
      {
        filter: 'userName pr',
        sortBy: 'userName',
        sortOrder: 'descending',
        startIndex: 2,
        count: 1,
        attributes: ['userName'],
      },
      '/Users/.search',
    )
    expect(body).toMatchObject({ totalResults: 3, startIndex: 2, itemsPerPage: 1 })
    expect(namesOf(body)).toEqual(['bo'])
    expect(Object.keys(body.Resources[0]).sort()).toEqual(['id', 'schemas', 'userName'])
  })

  test('names are read in any case, and null is as if it were not sent', async () => {
    const body = await search(
      { FILTER: 'userName eq "bo"', count: null, sortBy: null, cursor: null },
      '/Users/.search',
    )
    expect(namesOf(body)).toEqual(['bo'])
  })
})

describe('a request that is none is refused with its field', () => {
  test.each<[Body, string, string]>([
    [{ schemas: undefined }, 'invalidSyntax', 'schemas'],
    [{ schemas: SEARCH }, 'invalidSyntax', 'schemas'],
    [{ schemas: ['urn:x'] }, 'invalidSyntax', 'schemas'],
    [{ attributes: 'userName' }, 'invalidValue', 'attributes'],
    [{ attributes: [1] }, 'invalidValue', 'attributes'],
    [{ excludedAttributes: { a: 1 } }, 'invalidValue', 'excludedAttributes'],
    [{ filter: ['userName pr'] }, 'invalidValue', 'filter'],
    [{ filter: 'shoeSize eq 1' }, 'invalidFilter', 'shoeSize'],
    [{ sortBy: 7 }, 'invalidValue', 'sortBy'],
    [{ sortBy: 'shoeSize' }, 'invalidPath', 'shoeSize'],
    [{ sortBy: 'name' }, 'invalidPath', 'name'],
    [{ sortBy: 'members.value' }, 'invalidPath', 'members.value'],
    [{ sortBy: 'password' }, 'invalidPath', 'password'],
    [{ sortBy: 'userName', sortOrder: 'up' }, 'invalidValue', 'sortOrder'],
    [{ startIndex: 1.5 }, 'invalidValue', 'startIndex'],
    [{ count: true }, 'invalidValue', 'count'],
    [{ cursor: 5 }, 'invalidCursor', 'cursor'],
  ])('%j', async (words, scimType, field) => {
    const body = await search(words)
    expect([body.httpStatus, body.scimType]).toEqual([400, scimType])
    expect(body.detail).toContain(field)
  })

  test('a body that is no object', async () => {
    const response = await directory.call('post', '/.search', '[]')
    expect([response.status, bodyOf(response).scimType]).toEqual([400, 'invalidSyntax'])
  })

  test('the other presets do without its schemas', async () => {
    const okta = await testDirectory('okta', { beside: directory })
    expect((await okta.call('post', '/.search', {})).status).toBe(200)
  })
})
