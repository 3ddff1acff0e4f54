// Cursors of RFC 9865: a list from its beginning to its end and back, and what a cursor is not good for.
import { beforeAll, describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { CURSOR_SECONDS } from '../../src/scim/cursor.ts'
import { type Body, bodyOf, type TestDirectory, testDirectory } from './directory.ts'

const SEARCH = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'

let directory: TestDirectory
let other: TestDirectory
const ids: string[] = []

beforeAll(async () => {
  directory = await testDirectory('generic')
  other = await testDirectory('generic', { beside: directory })
  for (let n = 0; n < 13; n++) {
    const { id } = await directory.make('/Users', {
      userName: `u${String((n * 5) % 13).padStart(2, '0')}`,
      ...(n % 3 ? { externalId: `e${n % 4}-${n}` } : {}),
      ...(n % 2 ? { title: `t${n % 3}` } : {}),
      active: n % 4 > 0,
    })
    ids.push(id)
  }
}, 60_000)

type Words = Record<string, string | number>

async function get(words: Words, path = '/Users', of = directory): Promise<Body> {
  const query = new URLSearchParams(Object.entries(words).map(([key, value]) => [key, String(value)]))
  const response = await of.call('get', `${path}?${query}`)
  return { ...bodyOf(response), httpStatus: response.status }
}

const idsOf = (body: Body): string[] => body.Resources.map((one: Body) => one.id)

/** All pages from the first on, by nextCursor. */
async function crawl(words: Words, path = '/Users'): Promise<Body[]> {
  const pages = [await get({ ...words, cursor: '' }, path)]
  while (pages.at(-1).nextCursor) pages.push(await get({ ...words, cursor: pages.at(-1).nextCursor }, path))
  return pages
}

describe('a list by cursors', () => {
  test('begins with an empty cursor, tells the total on each page, and numbers nothing', async () => {
    const pages = await crawl({ count: 5 })
    expect(pages.map((page) => [page.itemsPerPage, page.totalResults, page.startIndex])).toEqual([
      [5, 13, undefined],
      [5, 13, undefined],
      [3, 13, undefined],
    ])
    expect(pages.flatMap(idsOf)).toEqual(ids)
    expect([pages[0].previousCursor, typeof pages[1].previousCursor]).toEqual([undefined, 'string'])
  })

  test('a cursor needs no encoding in an address', async () => {
    const { nextCursor } = await get({ cursor: '', count: 1, sortBy: 'userName' })
    expect(nextCursor).toMatch(/^[\w.~-]+$/)
  })

  test('a page that ends exactly with the list leads nowhere', async () => {
    expect((await get({ cursor: '', count: 13 })).nextCursor).toBeUndefined()
  })

  test('without a cursor the pages are numbered as ever', async () => {
    const page = await get({ count: 5 })
    expect([page.startIndex, page.nextCursor]).toEqual([1, undefined])
  })

  test('count 0 tells the total alone', async () => {
    const page = await get({ cursor: '', count: 0 })
    expect([page.totalResults, page.Resources, page.nextCursor]).toEqual([13, [], undefined])
  })

  test.each(['', 'sortOrder=descending'])(
    'any order and filter: forwards it is the whole list, backwards the same (%s)',
    async (direction) => {
      const orders = [
        '',
        'userName',
        'externalId',
        'title',
        'active',
        'id',
        'meta.created',
        'displayName',
        'meta.location',
      ]
      for (const sortBy of orders) {
        const words = {
          ...(sortBy ? { sortBy } : {}),
          ...(direction ? { sortOrder: 'descending' } : {}),
          filter: 'userName pr',
          count: 4,
        }
        const whole = idsOf(await get({ ...words, count: 100 }))
        const pages = await crawl(words)
        expect([sortBy, pages.flatMap(idsOf)]).toEqual([sortBy, whole])
        const back: Body[] = [pages.at(-1)]
        while (back[0].previousCursor) back.unshift(await get({ ...words, cursor: back[0].previousCursor }))
        expect([sortBy, back.flatMap(idsOf)]).toEqual([sortBy, whole])
        // And from the middle on again, by the page that was reached backwards.
        if (sortBy !== '') continue
        const again = await get({ ...words, cursor: back[0].nextCursor })
        expect(idsOf(again)).toEqual(idsOf(pages[1]))
      }
    },
    60_000,
  )

  test('attributes may change from page to page, for they choose nobody', async () => {
    const first = await get({ cursor: '', count: 2 })
    const second = await get({ cursor: first.nextCursor, count: 3, attributes: 'userName' })
    expect(idsOf(second)).toEqual(ids.slice(2, 5))
  })

  test('of people who come and go meanwhile, whoever stays stands on one page and no other', async () => {
    const place = fc.record({ before: fc.integer({ min: 0, max: 3 }), remove: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(
        fc.array(place, { minLength: 3, maxLength: 3 }),
        fc.constantFrom('', 'userName'),
        async (turns, sortBy) => {
          const fresh = await testDirectory('generic', { beside: directory })
          const make = async (userName: string) => (await fresh.make('/Users', { userName })).id as string
          const stays = new Set<string>()
          const goes: string[] = []
          for (let n = 0; n < 8; n++) {
            const id = await make(`m${n}`)
            if (n % 2) goes.push(id)
            else stays.add(id)
          }
          const words = { count: 3, ...(sortBy ? { sortBy } : {}) }
          const seen: string[] = []
          let page = await get({ ...words, cursor: '' }, '/Users', fresh)
          for (const turn of turns) {
            seen.push(...idsOf(page))
            for (let n = 0; n < turn.before; n++) await make(`${'amz'[n]}-${seen.length}`)
            const gone = turn.remove ? goes.pop() : undefined
            if (gone) await fresh.call('delete', `/Users/${gone}`)
            if (!page.nextCursor) break
            page = await get({ ...words, cursor: page.nextCursor }, '/Users', fresh)
          }
          while (page.nextCursor) {
            page = await get({ ...words, cursor: page.nextCursor }, '/Users', fresh)
            seen.push(...idsOf(page))
          }
          expect(new Set(seen).size).toBe(seen.length)
          expect([...stays].filter((id) => !seen.includes(id))).toEqual([])
        },
      ),
      { numRuns: 4 },
    )
  }, 60_000)
})

describe('a cursor is refused', () => {
  const refused = async (words: Words, path = '/Users', of = directory) => {
    const { httpStatus, scimType } = await get(words, path, of)
    return [httpStatus, scimType]
  }

  test('as invalidCursor when it is invented or altered in any character', async () => {
    const { nextCursor } = await get({ cursor: '', count: 2, sortBy: 'userName' })
    for (const cursor of [
      'x',
      '.',
      'a.b',
      `${nextCursor}x`,
      nextCursor.slice(1),
      ` ${nextCursor}`,
      `${nextCursor}=`,
    ])
      expect([cursor, ...(await refused({ cursor, count: 2, sortBy: 'userName' }))]).toEqual([
        cursor,
        400,
        'invalidCursor',
      ])
    for (let at = 0; at < nextCursor.length; at += 7) {
      const letter = nextCursor[at] === 'A' ? 'B' : 'A'
      const cursor = `${nextCursor.slice(0, at)}${letter}${nextCursor.slice(at + 1)}`
      expect([at, ...(await refused({ cursor, count: 2, sortBy: 'userName' }))]).toEqual([
        at,
        400,
        'invalidCursor',
      ])
    }
  }, 60_000)

  test('as invalidCursor for another query, type, address or directory', async () => {
    const filter = 'userName pr'
    const { nextCursor: cursor } = await get({ cursor: '', count: 2, filter })
    expect(await refused({ cursor, count: 2, filter: 'active pr' })).toEqual([400, 'invalidCursor'])
    expect(await refused({ cursor, count: 2 })).toEqual([400, 'invalidCursor'])
    expect(await refused({ cursor, filter, sortBy: 'userName' })).toEqual([400, 'invalidCursor'])
    expect(await refused({ cursor, filter, sortOrder: 'descending' })).toEqual([400, 'invalidCursor'])
    expect(await refused({ cursor, filter }, '/Users', other)).toEqual([400, 'invalidCursor'])
    expect(await refused({ cursor, filter }, '/')).toEqual([400, 'invalidCursor'])
    const groups = await get({ cursor: '' })
    expect(await refused({ cursor: groups.nextCursor ?? cursor }, '/Groups')).toEqual([400, 'invalidCursor'])
    expect((await get({ cursor, filter })).httpStatus).toBe(200)
  })

  test('as expiredCursor when it is old, which the configuration announces', async () => {
    const { nextCursor: cursor } = await get({ cursor: '', count: 2 })
    const { pagination } = await get({}, '/ServiceProviderConfig')
    expect(pagination).toEqual({
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: 100,
      maxPageSize: 1000,
      cursorTimeout: CURSOR_SECONDS,
    })
    directory.world.clock.advance(CURSOR_SECONDS)
    expect((await get({ cursor })).httpStatus).toBe(200)
    directory.world.clock.advance(1)
    expect(await refused({ cursor })).toEqual([400, 'expiredCursor'])
  })

  test.each(['-1', '1.5', 'x', '1e3'])('count %s is an invalidCount beside a cursor', async (count) => {
    expect(await refused({ cursor: '', count })).toEqual([400, 'invalidCount'])
  })

  test('beside a startIndex that is not the first', async () => {
    expect(await refused({ cursor: '', startIndex: 2 })).toEqual([400, 'invalidValue'])
    expect((await get({ cursor: '', startIndex: 1 })).httpStatus).toBe(200)
  })
})

test('a search request pages by cursors too', async () => {
  const search = async (words: Body) =>
    bodyOf(await directory.call('post', '/Users/.search', { schemas: [SEARCH], count: 7, ...words }))
  const first = await search({ cursor: '' })
  const second = await search({ cursor: first.nextCursor })
  expect([...idsOf(first), ...idsOf(second)]).toEqual(ids)
  expect([first.totalResults, second.nextCursor]).toEqual([13, undefined])
  // A cursor belongs to the resources, whichever way it is sent.
  expect(idsOf(await get({ cursor: first.nextCursor, count: 7 }))).toEqual(idsOf(second))
})
