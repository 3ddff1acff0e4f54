// Lists by number: how many, from where, in which order, and what of each is read at all.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { readPage } from '../../src/actions/read-page.ts'
import { waitTurn } from '../../src/actions/wait-turn.ts'
import { beginning } from '../../src/domain/criteria.ts'
import { statementsOf } from '../support/world.ts'
import { type Body, bodyOf, LIST, type TestDirectory, testDirectory } from './directory.ts'

let directory: TestDirectory
const ids: string[] = []

beforeAll(async () => {
  directory = await testDirectory('generic')
  const people: Record<string, unknown>[] = [
    {
      userName: 'Cy',
      externalId: 'B',
      name: { familyName: 'x' },
      emails: [{ value: 'z@a.test' }, { value: 'a@a.test', primary: true }],
    },
    { userName: 'ana', externalId: 'a', active: false, emails: [{ value: 'm@a.test' }] },
    { userName: 'Bo', title: 'q', name: { familyName: 'X' } },
    { userName: 'dee', externalId: 'c', title: 'P', name: { familyName: 'a' } },
  ]
  for (const person of people) {
    directory.world.clock.advance(60)
    ids.push((await directory.make('/Users', person)).id)
  }
  await directory.make('/Groups', { displayName: 'all', members: ids.map((value) => ({ value })) })
})

const get = async (query: string, path = '/Users'): Promise<Body> => {
  const response = await directory.call('get', `${path}?${query}`)
  return { ...bodyOf(response), httpStatus: response.status }
}
const namesOf = (body: Body) => body.Resources.map((one: Body) => one.userName)

describe('the page', () => {
  test.each([
    ['', 1, 4],
    ['startIndex=2', 2, 3],
    ['startIndex=2&count=2', 2, 2],
    ['startIndex=5', 5, 0],
    ['startIndex=999999999', 999999999, 0],
    // RFC 7644 §3.4.2.4: less than 1 is 1, and a negative count is 0.
    ['startIndex=0', 1, 4],
    ['startIndex=-7', 1, 4],
    ['count=0', 1, 0],
    ['count=-1', 1, 0],
    ['count=1', 1, 1],
    ['count=4', 1, 4],
    ['count=100000', 1, 4],
    ['count=&startIndex=', 1, 4],
  ])('?%s', async (query, startIndex, itemsPerPage) => {
    const body = await get(query)
    expect(body).toMatchObject({
      schemas: [LIST],
      totalResults: 4,
      startIndex,
      itemsPerPage,
      httpStatus: 200,
    })
    expect(body.Resources.map((one: Body) => one.id)).toEqual(
      ids.slice(startIndex - 1, startIndex - 1 + itemsPerPage),
    )
  })

  test.each(['startIndex=x', 'count=1.5', 'count=1e2', 'startIndex=0x1'])(
    '?%s is refused with its name',
    async (query) => {
      const body = await get(query)
      expect([body.httpStatus, body.scimType]).toEqual([400, 'invalidValue'])
      expect(body.detail).toContain(query.split('=')[0])
    },
  )

  test('a filter counts whom it finds, page by page', async () => {
    const filter = encodeURIComponent('name pr or active eq false')
    for (const startIndex of [1, 3, 5]) {
      const body = await get(`filter=${filter}&startIndex=${startIndex}&count=2`)
      expect([body.totalResults, body.itemsPerPage]).toEqual([4, Math.max(0, Math.min(2, 5 - startIndex))])
    }
  })
})

describe('the order', () => {
  test.each([
    // Without regard to case where the attribute has none, with it where it is caseExact; what has no value stands last.
    ['userName', ['ana', 'Bo', 'Cy', 'dee']],
    ['externalId', ['Cy', 'ana', 'dee', 'Bo']],
    ['title', ['dee', 'Bo', 'Cy', 'ana']],
    ['meta.created', ['Cy', 'ana', 'Bo', 'dee']],
    ['id', ['Cy', 'ana', 'Bo', 'dee']],
    ['active', ['ana', 'Cy', 'Bo', 'dee']],
    // A list goes by its primary value, else by its first.
    ['emails', ['Cy', 'ana', 'Bo', 'dee']],
    ['emails.value', ['Cy', 'ana', 'Bo', 'dee']],
    ['name.familyName', ['dee', 'Cy', 'Bo', 'ana']],
  ])('by %s, and the other way round exactly the reverse', async (sortBy, names) => {
    expect(namesOf(await get(`sortBy=${sortBy}`))).toEqual(names)
    expect(namesOf(await get(`sortBy=${sortBy}&sortOrder=Descending`))).toEqual([...names].reverse())
  })

  test.each(['name', 'emails.shoe', 'shoe', 'groups.value', 'meta', 'password'])(
    'by %s is an invalidPath',
    async (sortBy) => {
      const body = await get(`sortBy=${sortBy}`)
      expect([body.httpStatus, body.scimType]).toEqual([400, 'invalidPath'])
    },
  )
})

describe('what nobody asked for is not read', () => {
  const read = async (path: string, query: string) => {
    let body: Body
    const texts = await statementsOf(directory.world, async () => {
      body = await get(query, path)
    })
    return { body, texts: texts.filter((text) => text.includes('directory_group_members')) }
  }

  test.each([
    ['/Users', 'excludedAttributes=groups', 'groups'],
    ['/Users', 'attributes=userName', 'groups'],
    ['/Users', 'attributes=userName&count=1&startIndex=2', 'groups'],
    ['/Groups', 'excludedAttributes=members', 'members'],
    ['/Groups', 'attributes=displayName', 'members'],
    ['/Groups', 'excludedAttributes=urn:ietf:params:scim:schemas:core:2.0:Group:members', 'members'],
  ])('%s?%s', async (path, query, name) => {
    const { body, texts } = await read(path, query)
    expect(texts).toEqual([])
    expect(body.Resources.length).toBeGreaterThan(0)
    expect(body.Resources.filter((one: Body) => name in one)).toEqual([])
  })

  test.each([
    ['/Users', 'attributes=groups', 'groups'],
    ['/Users', 'attributes=groups.display', 'groups'],
    ['/Users', 'excludedAttributes=groups.$ref', 'groups'],
    ['/Groups', '', 'members'],
    ['/Groups', 'attributes=members.value', 'members'],
  ])('and what was is: %s?%s', async (path, query, name) => {
    const { body } = await read(path, query)
    expect(body.Resources.every((one: Body) => one[name].length > 0)).toBe(true)
  })
})

test('a page that takes longer than a statement may is tooMany, not a fault of ours', async () => {
  const page = { criteria: null, order: null, place: beginning, limit: 1, total: null }
  const wanted = { directoryId: directory.id, page, indexed: [] }
  const cancelled = readPage(directory.world, wanted, (on) =>
    on
      .rows({ name: '', text: `do $$ begin raise exception 'cancelled' using errcode = '57014'; end $$` })
      .then(() => {
        throw new Error('not cancelled')
      }),
  )
  await expect(cancelled).rejects.toMatchObject({ kind: 'invalid', code: 'tooMany' })
})

test('lists that no index leads to take turns, two of a directory at once, and not without end', async () => {
  let [running, most] = [0, 0]
  const open: (() => void)[] = []
  const search = (directoryId: string) =>
    waitTurn(directory.world, directoryId, async () => {
      running += 1
      most = Math.max(most, running)
      await new Promise<void>((resolve) => open.push(resolve))
      running -= 1
    })
  const all = Array.from({ length: 52 }, () => search('a'))
  await expect(search('a')).rejects.toMatchObject({ kind: 'too_many' })
  all.push(search('b'))
  while (open.length > 0) {
    open.shift()?.()
    await new Promise(setImmediate)
  }
  await Promise.all(all)
  expect([most, running]).toEqual([3, 0])
})

test.each([
  ['userName eq "ana" and emails pr', 1],
  ['userName eq "ana" or externalId eq "a"', 1],
  ['emails[value eq "m@a.test" and type pr]', 0],
  ['emails.value eq "m@a.test"', 1],
  ['id eq "x"', 0],
])('%s is found through an index', async (filter, total) => {
  const held: (() => void)[] = []
  const busy = [1, 2].map(() =>
    waitTurn(directory.world, directory.id, () => new Promise<void>((resolve) => held.push(resolve))),
  )
  try {
    const body = await get(`filter=${encodeURIComponent(filter)}`)
    expect(body.totalResults).toBe(total)
  } finally {
    for (const release of held) release()
    await Promise.all(busy)
  }
})
