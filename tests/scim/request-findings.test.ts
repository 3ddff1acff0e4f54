// What a line of the request log finds: errors, what was passed over and outcomes that surprise, each with what to do about it.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { newId } from '../../src/kernel/ids.ts'
import { type Body, bodyOf, ENTERPRISE, PATCH, type TestDirectory, testDirectory } from './directory.ts'
import { found, logged, person } from './request-lines.ts'

let app: TestDirectory
beforeAll(async () => {
  app = await testDirectory('okta')
})

const beside = (preset: string, verified = true) => testDirectory(preset, { beside: app, verified })

describe('an error', () => {
  test.each([
    ['okta', 'Application username format'],
    ['entra', 'matching precedence 1'],
    ['google', 'the next run of Autoprovisioning'],
    ['onelogin', 'SCIM Username'],
    ['generic', 'the provisioning client'],
  ])('of a directory of %s says what to change there', async (preset, words) => {
    const directory = await beside(preset)
    await directory.make('/Users', { userName: `twice@${directory.domain}` })
    expect((await directory.call('post', '/Users', person(directory, 'twice'))).status).toBe(409)
    const [line] = await logged(directory)
    expect(line?.findings).toMatchObject([{ level: 'error', code: 'uniqueness' }])
    expect(line?.findings[0]?.advice).toContain(words)
    expect(JSON.parse(String(line?.responseBody)).detail).toBe(line?.findings[0]?.message)
  })

  test('of a client whose product has another preset says so', async () => {
    const directory = await beside('generic')
    const made = await directory.make('/Users', { userName: `gen@${directory.domain}` })
    const patch = {
      schemas: [PATCH],
      Operations: [{ op: 'replace', path: 'emails[type eq "work"].value', value: 'x@y.z' }],
    }
    await directory
      .call('patch', `/Users/${made.id}`, patch)
      .set('User-Agent', 'Microsoft Entra provisioning')
    expect(await found(directory)).toMatchObject([
      { level: 'error', code: 'noTarget' },
      { level: 'warning', code: 'other_preset' },
    ])
  })

  test('within a bulk request stands in its line, though the answer is 200', async () => {
    const directory = await beside('generic')
    const Operations = [{ method: 'DELETE', path: '/Users/nobody' }]
    const body = { schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'], Operations }
    expect((await directory.call('post', '/Bulk', body)).status).toBe(200)
    expect(await found(directory)).toMatchObject([{ level: 'error', code: 'not_found' }])
  })
})

describe('what was passed over', () => {
  test('C17: members that are nobody here are named, of whatever form, and the others are taken', async () => {
    const directory = await beside('entra')
    const ann = await directory.make('/Users', { userName: `ann@${directory.domain}` })
    const gone = newId()
    const members = [{ value: ann.id }, { value: gone }, { value: 'no-id' }]
    const group = await directory.make('/Groups', { displayName: 'g', members })
    expect(group.members).toMatchObject([{ value: ann.id }])
    expect(await found(directory)).toMatchObject([{ level: 'warning', code: 'unknown_members' }])
    const patch = (op: string, value: Body) =>
      directory.call('patch', `/Groups/${group.id}`, {
        schemas: [PATCH],
        Operations: [{ op, path: 'members', value }],
      })
    expect((await patch('add', [{ value: gone }, { value: ann.id }])).status).toBe(204)
    const [added] = await found(directory)
    expect(added?.message).toContain(gone)
    expect(added?.message).not.toContain(ann.id)
    expect((await patch('remove', [{ value: gone }])).status).toBe(204)
    expect((await found(directory))[0]?.code).toBe('unknown_members')
    expect((await patch('add', [{ value: ann.id }])).status).toBe(204)
    expect(await found(directory)).toEqual([])
  })

  test('attributes that no schema knows are named, of a POST and of a PATCH', async () => {
    const directory = await beside('okta')
    const more = { shoeSize: 4, [ENTERPRISE]: { department: 'x', badge: 7 }, groups: [] }
    const made = bodyOf(await directory.call('post', '/Users', person(directory, 'unk', more)))
    const [created] = await found(directory)
    expect(created).toMatchObject({ level: 'warning', code: 'unknown_attributes' })
    expect(created?.message).toMatch(/: shoeSize, urn:\S+:badge\.$/)
    const Operations = [
      { op: 'replace', path: 'hatSize', value: 1 },
      { op: 'replace', value: { title: 'x', gloveSize: 2 } },
    ]
    await directory.call('patch', `/Users/${made.id}`, { schemas: [PATCH], Operations })
    expect((await found(directory))[0]?.message).toContain('hatSize, gloveSize')
  })
})

describe('an outcome that surprises', () => {
  const remove = async (directory: TestDirectory, email: string, query: string) => {
    const at = `/api/v1/organizations/${directory.organizationId}/members`
    const { items } = bodyOf(await directory.api.get(at).set(directory.root)) as { items: Body[] }
    const member = items.find((item) => item.email === email)
    const answer = await directory.api.delete(`/api/v1/members/${member.id}${query}`).set(directory.root)
    expect(answer.status).toBeLessThan(300)
  }

  test('C9: whom an administrator removed is active in the directory and stays shut out', async () => {
    const directory = await beside('okta')
    const made = await directory.make('/Users', person(directory, 'cut'))
    await remove(directory, `cut@${directory.domain}`, '?directory=hold')
    await directory.call('patch', `/Users/${made.id}`, {
      schemas: [PATCH],
      Operations: [{ op: 'replace', path: 'title', value: 'x' }],
    })
    const [outcome] = await found(directory)
    expect(outcome).toMatchObject({ level: 'warning' })
    expect(outcome?.message).toContain(
      `cut@${directory.domain} is active in the directory and stays shut out here`,
    )
  })

  test('C2: whose domain is not proven was invited, which is a note', async () => {
    const directory = await beside('okta', false)
    await directory.make('/Users', person(directory, 'far'))
    expect(await found(directory)).toMatchObject([{ level: 'note', code: 'awaiting_person' }])
  })

  test('C13: without a seat the person was taken and waits', async () => {
    const directory = await beside('okta')
    await directory.world.dataSource.query(
      `update organizations set policies = policies || '{"seats": 1}'::jsonb where id = $1`,
      [directory.organizationId],
    )
    await directory.make('/Users', person(directory, 'one'))
    expect(await found(directory)).toEqual([])
    await directory.make('/Users', person(directory, 'two'))
    expect(await found(directory)).toMatchObject([{ level: 'warning', code: 'seat_waiting' }])
  })

  test('C15: an address outside the proven domains is stored, and does not open the account', async () => {
    const directory = await beside('okta')
    const made = await directory.make('/Users', person(directory, 'mov'))
    const emails = [{ value: 'mov@elsewhere.test', type: 'work', primary: true }]
    await directory.call('put', `/Users/${made.id}`, { ...person(directory, 'mov'), emails })
    expect(await found(directory)).toMatchObject([{ level: 'warning', code: 'address_kept' }])
  })

  test('a deactivation that does what it says is no finding', async () => {
    const directory = await beside('okta')
    const made = await directory.make('/Users', person(directory, 'off'))
    await directory.call('put', `/Users/${made.id}`, person(directory, 'off', { active: false }))
    expect(await found(directory)).toEqual([])
  })
})
