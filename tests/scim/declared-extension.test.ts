// Extensions that a file declares for people and groups, and files that change between two starts.
import { expect, test } from '@jest/globals'
import { freshApp } from '../support/app.ts'
import { ASSET, attribute, files, folderOf } from './asset-type.ts'
import { bodyOf, GROUP, PATCH, testDirectory, USER } from './directory.ts'

const CREW = 'urn:example:params:scim:schemas:extension:crew:1.0:User'
const TEAM = 'urn:example:params:scim:schemas:extension:team:1.0:Group'
const extended = {
  'schemas.json': [
    {
      id: CREW,
      name: 'Crew',
      attributes: [attribute('badge', 'string', { required: true, uniqueness: 'server' })],
    },
    { id: TEAM, name: 'Team', attributes: [attribute('code', 'string', { uniqueness: 'server' })] },
  ],
  'types.json': [
    { name: 'User', endpoint: '/Users', schema: USER, schemaExtensions: [{ schema: CREW, required: true }] },
    { name: 'Group', endpoint: '/Groups', schema: GROUP, schemaExtensions: [{ schema: TEAM }] },
  ],
}

test('a person must have a required extension, and its unique value is freed with them', async () => {
  const directory = await testDirectory('generic', { settings: { scimSchemasDir: folderOf(extended) } })
  const lacking = await directory.call('post', '/Users', { schemas: [USER], userName: 'x' })
  expect([lacking.status, bodyOf(lacking).detail]).toEqual([400, `${CREW} is required.`])

  const one = await directory.make('/Users', { userName: 'one', [CREW]: { badge: 'B1' } })
  const two = await directory.make('/Users', { userName: 'two', [CREW]: { badge: 'B2' } })
  const patch = (Operations: unknown[]) =>
    directory.call('patch', `/Users/${two.id}`, { schemas: [PATCH], Operations })
  const taking = [{ op: 'replace', path: `${CREW}:badge`, value: 'b1' }]
  expect(bodyOf(await patch(taking))).toMatchObject({ status: '409', scimType: 'uniqueness' })
  const removed = bodyOf(await patch([{ op: 'remove', path: CREW }]))
  expect(removed).toMatchObject({ status: '400', scimType: 'mutability' })
  expect((await directory.call('delete', `/Users/${one.id}`)).status).toBe(204)
  expect((await patch(taking)).status).toBe(200)
})

test('a group’s unique value is its own', async () => {
  const directory = await testDirectory('generic', { settings: { scimSchemasDir: folderOf(extended) } })
  await directory.make('/Groups', { displayName: 'A', [TEAM]: { code: 'T1' } })
  const other = await directory.make('/Groups', { displayName: 'B' })
  const put = (code: string) =>
    directory.call('put', `/Groups/${other.id}`, { schemas: [GROUP], displayName: 'B', [TEAM]: { code } })
  expect((await put('t1')).status).toBe(409)
  expect((await put('t2')).status).toBe(200)
})

test('what no file declares any longer is not shown, not lost, and shown again when it is declared again', async () => {
  const first = await testDirectory('generic', { settings: { scimSchemasDir: folderOf(files) } })
  const { id } = bodyOf(
    await first.call('post', '/Assets', { schemas: [ASSET], tag: 'T', label: 'L', count: 1 }),
  )
  const attributes = [attribute('tag', 'string'), attribute('added', 'string', { required: true })]
  const fewer = folderOf({
    'a.json': [
      { id: ASSET, name: 'Asset', attributes },
      { name: 'Asset', endpoint: '/Assets', schema: ASSET },
    ],
  })
  const { api } = await freshApp({ world: { ...first.world, scimSchemasDir: fewer } })
  const address = `/scim/v2/${first.id}/Assets/${id}`
  const authorization = `Bearer ${first.token}`
  const shown = bodyOf(await api.get(address).set('Authorization', authorization))
  expect([shown.tag, shown.label, shown.count]).toEqual(['T', undefined, undefined])
  const put = { schemas: [ASSET], tag: 'T2', added: 'x' }
  expect((await api.put(address).set('Authorization', authorization).send(put)).status).toBe(200)
  expect(bodyOf(await first.call('get', `/Assets/${id}`))).toMatchObject({ tag: 'T2', label: 'L', count: 1 })
})
