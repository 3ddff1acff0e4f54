// Discovery: what the service says of itself is what it does (RFC 7644 §4).
import { beforeAll, expect, test } from '@jest/globals'
import { type Body, bodyOf, type TestDirectory, testDirectory, USER } from './directory.ts'

const CONFIG = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'

let directory: TestDirectory
const get = async (path: string) => bodyOf(await directory.call('get', path))

beforeAll(async () => {
  directory = await testDirectory()
})

/** Names in `value` that the attribute list does not know, as paths. */
function undeclared(value: Body, attributes: Body[], at = ''): string[] {
  return Object.entries(value).flatMap(([name, inner]) => {
    const attribute = attributes.find((one) => one.name === name)
    if (!attribute) return [`${at}${name}`]
    const list = Array.isArray(inner) ? inner : [inner]
    if (attribute.type !== 'complex') return []
    return list.flatMap((one) => undeclared(one, attribute.subAttributes ?? [], `${at}${name}.`))
  })
}

test('ServiceProviderConfig, the resource types and the schemas hold only what their own schemas declare', async () => {
  const common = ['schemas', 'id', 'meta', 'externalId']
  for (const [path, urn] of [
    ['/ServiceProviderConfig', CONFIG],
    ['/ResourceTypes/User', 'urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    [`/Schemas/${USER}`, 'urn:ietf:params:scim:schemas:core:2.0:Schema'],
  ] as const) {
    const { attributes } = await get(`/Schemas/${urn}`)
    const names = undeclared(await get(path), attributes).filter((name) => !common.includes(name))
    expect([path, names]).toEqual([path, []])
  }
})

test('ServiceProviderConfig names the limits that hold', async () => {
  const { bulk, filter, pagination, meta } = await get('/ServiceProviderConfig')
  const REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest'
  const tooMany = Array(bulk.maxOperations + 1).fill({ method: 'DELETE', path: '/Users/x' })
  const over = await directory.call('post', '/Bulk', { schemas: [REQUEST], Operations: tooMany })
  const within = tooMany.slice(1)
  const full = await directory.call('post', '/Bulk', { schemas: [REQUEST], Operations: within })
  expect([over.status, full.status, bodyOf(full).Operations.length]).toEqual([413, 200, bulk.maxOperations])
  const large = await directory.call('post', '/Bulk', `{"x":"${'x'.repeat(bulk.maxPayloadSize)}"}`)
  expect(large.status).toBe(413)
  expect(filter.maxResults).toBe(pagination.maxPageSize)
  expect(meta.location).toBe(`http://gatehouse.test/scim/v2/${directory.id}/ServiceProviderConfig`)
})

test.each([
  '/ServiceProviderConfig',
  '/ResourceTypes',
  '/ResourceTypes/User',
  '/Schemas',
  `/Schemas/${USER}`,
])('%s is never filtered, and passes over what else a query says', async (path) => {
  const filtered = await directory.call('get', `${path}?filter=id%20pr`)
  expect([filtered.status, bodyOf(filtered).status]).toEqual([403, '403'])
  const rest = 'attributes=id&excludedAttributes=id&sortBy=id&startIndex=9&count=0'
  expect(await get(`${path}?${rest}`)).toEqual(await get(path))
})

test('every resource of a discovery list stands at its own address', async () => {
  const base = `http://gatehouse.test/scim/v2/${directory.id}`
  for (const path of ['/ResourceTypes', '/Schemas']) {
    const { Resources, totalResults, itemsPerPage } = await get(path)
    expect([totalResults, itemsPerPage]).toEqual([Resources.length, Resources.length])
    for (const one of Resources) {
      expect(one.meta.location.startsWith(`${base}${path}/`)).toBe(true)
      expect(await get(one.meta.location.slice(base.length))).toEqual(one)
    }
  }
})

test.each(['/ResourceTypes/Nothing', '/Schemas/urn:x', '/Schemas/%00', '/ServiceProviderConfig/x'])(
  '%s is not found',
  async (path) => {
    expect((await directory.call('get', path)).status).toBe(404)
  },
)

test('nothing is shown to who has no token', async () => {
  for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])
    expect((await directory.api.get(`/scim/v2/${directory.id}${path}`)).status).toBe(401)
})
