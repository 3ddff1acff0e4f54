// What many clients do to one resource at the same moment, alone and within bulk requests.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { type Body, bodyOf, ERROR, PATCH, type TestDirectory, testDirectory, USER } from './directory.ts'

const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'

let directory: TestDirectory
let serial = 0
const mail = () => `q${++serial}@${directory.domain}`
const times = <T>(count: number, make: (at: number) => T) =>
  Array.from({ length: count }, (_, at) => make(at))
const patch = (...Operations: unknown[]) => ({ schemas: [PATCH], Operations })
const addMember = (id: string) => patch({ op: 'add', path: 'members', value: [{ value: id }] })
const bulk = async (Operations: unknown[]): Promise<Body[]> =>
  bodyOf(await directory.call('post', '/Bulk', { schemas: [REQUEST], Operations })).Operations
const people = async (count: number): Promise<string[]> => {
  const operations = times(count, (at) => ({
    method: 'POST',
    path: '/Users',
    bulkId: `p${at}`,
    data: { schemas: [USER], userName: mail() },
  }))
  return (await bulk(operations)).map((outcome) => outcome.location.split('/').at(-1))
}

beforeAll(async () => {
  directory = await testDirectory()
})

describe('in parallel', () => {
  test('fifty PATCHes of one member each, half alone and half within bulk requests, lose nobody', async () => {
    const ids = await people(50)
    const group = await directory.make('/Groups', { displayName: 'Crowd' })
    const path = `/Groups/${group.id}`
    const alone = ids.slice(0, 25).map(async (id) => {
      expect((await directory.call('patch', path, addMember(id))).status).toBe(204)
    })
    const together = times(5, async (at) => {
      const own = ids.slice(25 + at * 5, 30 + at * 5)
      const outcomes = await bulk(own.map((id) => ({ method: 'PATCH', path, data: addMember(id) })))
      expect(outcomes.map((outcome) => outcome.status)).toEqual(own.map(() => '204'))
    })
    await Promise.all([...alone, ...together])
    const { members } = bodyOf(await directory.call('get', path))
    expect(members.map((member: Body) => member.value).sort()).toEqual([...ids].sort())
  })

  test('fifty members leave by a PATCH each, and nobody else does', async () => {
    const ids = await people(60)
    const members = ids.map((value) => ({ value }))
    const group = await directory.make('/Groups', { displayName: 'Leaving', members })
    const leave = (id: string) =>
      directory.call(
        'patch',
        `/Groups/${group.id}`,
        patch({ op: 'remove', path: `members[value eq "${id}"]` }),
      )
    await Promise.all(ids.slice(10).map(leave))
    const left = bodyOf(await directory.call('get', `/Groups/${group.id}`)).members
    expect(left.map((member: Body) => member.value).sort()).toEqual(ids.slice(0, 10).sort())
  })

  test('creates of one userName, alone and within bulk requests, give one 201 and the rest 409', async () => {
    const data = { schemas: [USER], userName: mail() }
    const alone = times(10, async () => String((await directory.call('post', '/Users', data)).status))
    const together = times(10, async (at) => {
      const [outcome] = await bulk([{ method: 'POST', path: '/Users', bulkId: `x${at}`, data }])
      if (outcome.status === '409')
        expect([outcome.response.schemas, outcome.response.scimType]).toEqual([[ERROR], 'uniqueness'])
      return outcome.status
    })
    const statuses = await Promise.all([...alone, ...together])
    expect(statuses.sort()).toEqual(['201', ...times(19, () => '409')])
  })

  test('writers with one version, alone and within bulk requests, give one winner and the rest 412', async () => {
    const user = await directory.make('/Users', { userName: mail() })
    const path = `/Users/${user.id}`
    const change = (value: string) => patch({ op: 'replace', path: 'title', value })
    const alone = times(10, async (at) => {
      const response = await directory.call('patch', path, change(`alone ${at}`)).set('If-Match', 'W/"1"')
      return String(response.status)
    })
    const together = times(10, async (at) => {
      const data = change(`together ${at}`)
      const [outcome] = await bulk([{ method: 'PATCH', path, version: 'W/"1"', data }])
      return outcome.status
    })
    const statuses = await Promise.all([...alone, ...together])
    expect(statuses.sort()).toEqual(['200', ...times(19, () => '412')])
    expect(bodyOf(await directory.call('get', path)).meta.version).toBe('W/"2"')
  })

  test('of deletes of one person one is 204 and the rest are 404', async () => {
    const [id] = await people(1)
    const statuses = await Promise.all(
      times(8, async () => (await directory.call('delete', `/Users/${id}`)).status),
    )
    expect(statuses.sort()).toEqual([204, ...times(7, () => 404)])
  })

  test('more than four bulk requests of a directory are 429 with Retry-After, and the four are done', async () => {
    const limited = await testDirectory('generic', { settings: { rateLimits: true } })
    const Operations = times(20, (at) => ({
      method: 'POST',
      path: '/Groups',
      bulkId: `g${at}`,
      data: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: `g${at}` },
    }))
    const answers = await Promise.all(
      times(8, () => limited.call('post', '/Bulk', { schemas: [REQUEST], Operations })),
    )
    const refused = answers.filter((answer) => answer.status === 429)
    expect(answers.filter((answer) => answer.status === 200).length).toBeGreaterThanOrEqual(4)
    expect(refused.length).toBeGreaterThan(0)
    for (const answer of refused) {
      expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
      expect(bodyOf(answer).schemas).toEqual([ERROR])
    }
  })
})
