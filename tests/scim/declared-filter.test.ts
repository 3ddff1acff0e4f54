// Resources of a declared type are found and sorted by an attribute of every kind, and by nothing that is secret.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { ASSET, files, folderOf, LEASE } from './asset-type.ts'
import { type Body, bodyOf, type TestDirectory, testDirectory } from './directory.ts'

let directory: TestDirectory

const common = { schemas: [ASSET] }
/** Three things: `a` before `b` in every attribute, and one that has nothing. */
const things: Record<string, unknown>[] = [
  {
    ...common,
    tag: 'a',
    externalId: 'A',
    label: 'Alpha one',
    serial: 'S1',
    count: 1,
    weight: 1.5,
    insured: false,
    bought: '2026-01-01T00:30:00+01:00',
    firmware: 'AAAA',
    manual: 'https://a.test/a',
    owner: { value: 'Ana', since: '2025-01-01T00:00:00Z' },
    ports: [
      { value: 'p1', type: 'data', speed: 9 },
      { value: 'p2', type: 'Power', speed: 1, primary: true },
    ],
    colours: ['Red'],
    remark: 'first',
    pin: '1111',
    hint: 'x',
    [LEASE]: { contract: 'c1', rate: 0.1 },
  },
  {
    ...common,
    tag: 'b',
    externalId: 'B',
    label: 'beta two',
    serial: 'S2',
    count: 12,
    weight: 10.25,
    insured: true,
    bought: '2026-01-01T00:00:00Z',
    firmware: 'BBBB',
    manual: 'https://b.test/B',
    owner: { value: 'Bob', since: '2025-06-01T00:00:00Z' },
    ports: [{ value: 'p3', type: 'power', speed: 2 }],
    colours: ['blue', 'green'],
    remark: 'second',
    [LEASE]: { contract: 'c2', rate: 2 },
  },
  { ...common, tag: 'c' },
]

beforeAll(async () => {
  directory = await testDirectory('generic', { settings: { scimSchemasDir: folderOf(files) } })
  for (const thing of things) {
    const { status, text } = await directory.call('post', '/Assets', thing)
    if (status !== 201) throw new Error(text)
  }
})

async function list(query: Record<string, string>): Promise<Body> {
  return directory.call('get', `/Assets?${new URLSearchParams(query)}`)
}
async function tags(query: Record<string, string>): Promise<string> {
  const answer = await list(query)
  if (answer.status !== 200) throw new Error(answer.text)
  return bodyOf(answer)
    .Resources.map((one: Body) => one.tag)
    .join('')
}

describe('a filter', () => {
  const ordered = (name: string, low: string, high: string): [string, string][] => [
    [`${name} eq ${low}`, 'a'],
    [`${name} ne ${low}`, 'bc'],
    [`${name} gt ${low}`, 'b'],
    [`${name} ge ${low}`, 'ab'],
    [`${name} lt ${high}`, 'a'],
    [`${name} le ${high}`, 'ab'],
    [`${name} pr`, 'ab'],
    [`not (${name} pr)`, 'c'],
    [`${name} eq null`, 'c'],
  ]
  const textual = (name: string, part: string, other: string): [string, string][] => [
    [`${name} co "${part}"`, 'a'],
    [`${name} sw "${part}"`, 'a'],
    [`${name} ew "${other}"`, 'b'],
  ]
  const table: [string, string][] = [
    ...ordered('serial', '"s1"', '"S2"'),
    ...ordered('label', '"alpha ONE"', '"BETA two"'),
    ...textual('label', 'ALPHA', 'TWO'),
    ...ordered('externalId', '"A"', '"B"'),
    ['externalId eq "a"', ''],
    ...ordered('count', '1', '12'),
    ...ordered('weight', '1.5', '10.25'),
    ['weight gt 1.4999', 'ab'],
    ['count lt 2.5', 'a'],
    ...ordered('bought', '"2025-12-31T23:30:00Z"', '"2026-01-01T02:00:00+02:00"'),
    ['insured eq true', 'b'],
    ['insured eq false', 'a'],
    ['insured ne true', 'ac'],
    ['insured pr', 'ab'],
    ['firmware eq "AAAA"', 'a'],
    ['firmware eq "aaaa"', ''],
    ['firmware co "BB"', 'b'],
    ['manual eq "https://a.test/a"', 'a'],
    ['manual eq "https://b.test/b"', ''],
    ...textual('manual', 'https://a', '/B'),
    ...ordered('owner.value', '"Ana"', '"Bob"'),
    ['owner.value eq "ana"', ''],
    ['owner[value eq "Ana" and since pr]', 'a'],
    ...ordered('owner.since', '"2025-01-01T00:00:00Z"', '"2025-06-01T00:00:00Z"'),
    ['owner pr', 'ab'],
    ['ports pr', 'ab'],
    ['ports eq "p1"', 'a'],
    ['ports.value eq "P1"', ''],
    ['ports.type eq "POWER"', 'ab'],
    ['ports[type eq "power" and speed lt 2]', 'a'],
    ['ports[type eq "data" and speed lt 2]', ''],
    ['ports[type eq "power"].speed ge 2', 'b'],
    ['ports.primary eq true', 'a'],
    ['colours eq "RED"', 'a'],
    ['colours co "gre"', 'b'],
    ['colours[value sw "bl"]', 'b'],
    ['remark eq "FIRST"', 'a'],
    ...ordered(`${LEASE}:contract`, '"C1"', '"c2"'),
    ...ordered(`${LEASE.toLowerCase()}:RATE`, '0.1', '2'),
    [`${ASSET}:count gt 1 and (tag eq "b" or tag eq "c")`, 'b'],
    ['tag eq "A"', ''],
    [`schemas eq "${LEASE}"`, 'ab'],
    ['meta.resourceType eq "Asset" and meta.version eq "W/\\"1\\""', 'abc'],
  ]
  test.each(table)('%s finds %j', async (filter, found) => {
    expect(await tags({ filter })).toBe(found)
  })

  const refused = [
    'pin eq "1111"',
    'pin pr',
    'hint sw "x"',
    'room.code pr',
    'room[code eq "0"]',
    'nobody eq 1',
    'insured gt false',
    'count co 1',
    'count eq "1"',
    'firmware gt "A"',
    'bought eq "yesterday"',
    'bought gt "2026-01-01T00:00:00+19:00"',
    'room eq "x"',
  ]
  test.each(refused)('%s is refused', async (filter) => {
    const answer = await list({ filter })
    expect([answer.status, bodyOf(answer).scimType]).toEqual([400, 'invalidFilter'])
  })
})

describe('an order', () => {
  const kinds = [
    'tag',
    'serial',
    'label',
    'externalId',
    'count',
    'weight',
    'insured',
    'bought',
    'firmware',
    'manual',
    'owner.since',
    'remark',
    `${LEASE}:rate`,
  ]
  test.each(kinds)('by %s goes both ways, with what has nothing at the end of the one', async (sortBy) => {
    expect(await tags({ sortBy })).toBe('abc')
    expect(await tags({ sortBy, sortOrder: 'descending' })).toBe('cba')
  })

  test('by a list goes by the primary value', async () => {
    expect(await tags({ sortBy: 'ports.speed' })).toBe('abc')
    expect(await tags({ sortBy: 'ports' })).toBe('abc')
  })

  test.each(['pin', 'hint', 'room.code', 'room', 'nobody'])('by %s is refused', async (sortBy) => {
    const answer = await list({ sortBy })
    expect([answer.status, bodyOf(answer).scimType]).toEqual([400, 'invalidPath'])
  })
})

test('pages lead on by number, by cursor and by search', async () => {
  expect(await tags({ startIndex: '2', count: '1' })).toBe('b')
  let cursor: string | undefined = ''
  let walked = ''
  while (cursor !== undefined) {
    const page = bodyOf(await list({ cursor, count: '1', sortBy: 'weight' }))
    walked += page.Resources.map((one: Body) => one.tag).join('')
    cursor = page.nextCursor
  }
  expect(walked).toBe('abc')
  const search = (path: string, filter: string) =>
    directory.call('post', path, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:SearchRequest'],
      filter,
      attributes: ['tag'],
    })
  expect(bodyOf(await search('/Assets/.search', 'count gt 5')).totalResults).toBe(1)
  const found = bodyOf(await search('/.search', 'meta.resourceType eq "Asset" and insured eq true'))
  expect(found.Resources.map((one: Body) => one.tag)).toEqual(['b'])
})
