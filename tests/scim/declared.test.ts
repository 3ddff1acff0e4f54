// A declared resource type with an attribute of every kind, through all methods and all of discovery, without a line of code for it.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { ASSET, files, folderOf, LEASE } from './asset-type.ts'
import { type Body, bodyOf, ERROR, LIST, PATCH, type TestDirectory, testDirectory } from './directory.ts'

let directory: TestDirectory

beforeAll(async () => {
  directory = await testDirectory('generic', { settings: { scimSchemasDir: folderOf(files) } })
})

const sent = (tag: string, more = {}) => ({ schemas: [ASSET], tag, ...more })
const create = (body: unknown) => directory.call('post', '/Assets', body)
async function made(tag: string, more = {}): Promise<Body> {
  const answer = await create(sent(tag, more))
  if (answer.status !== 201) throw new Error(answer.text)
  return bodyOf(answer)
}
const patch = (id: string, ...Operations: unknown[]) =>
  directory.call('patch', `/Assets/${id}`, { schemas: [PATCH], Operations })
async function refusal(answer: PromiseLike<{ status: number; text: string }>): Promise<unknown[]> {
  const { status, text } = await answer
  const body = bodyOf({ text })
  expect(body.schemas).toEqual([ERROR])
  return [status, body.scimType, body.detail]
}

const whole = {
  externalId: 'ext-1',
  label: 'Big Laptop',
  serial: 'SN-1',
  count: 3,
  weight: 1.25,
  insured: true,
  bought: '2026-01-31T12:00:00+02:00',
  firmware: 'AQID',
  manual: 'https://example.test/manual.pdf',
  owner: { value: 'Ana', $ref: '../Users/1', since: '2026-01-01T00:00:00Z' },
  room: { building: 'B1', floor: 2 },
  ports: [
    { value: 'P1', type: 'data', primary: true, speed: 2.5, note: 'front' },
    { value: 'P2', type: 'power' },
  ],
  colours: ['Red', 'blue'],
}
const secrets = { pin: '1234', hint: 'birthday', room: { ...whole.room, code: '0000' } }

describe('one resource through all methods', () => {
  let one: Body
  const shown = { ...whole, ports: whole.ports.map(({ note: _, ...port }: Body) => port) }

  test('POST answers 201 with what is returned, and with what is returned on request because it was sent', async () => {
    const lease = { contract: 'C-1', ends: '2027-01-01T00:00:00Z', rate: 9.5 }
    const answer = await create(
      sent('T-1', {
        ...whole,
        ...secrets,
        remark: 'dent',
        state: 'mine',
        id: 'x',
        meta: {},
        [LEASE]: lease,
        nobody: 1,
      }),
    )
    one = bodyOf(answer)
    expect(answer.status).toBe(201)
    const location = `http://gatehouse.test/scim/v2/${directory.id}/Assets/${one.id}`
    expect([answer.headers.location, answer.headers.etag]).toEqual([location, one.meta.version])
    expect(one).toEqual({
      ...sent('T-1', { ...whole, remark: 'dent', [LEASE]: lease }),
      schemas: [ASSET, LEASE],
      id: one.id,
      meta: {
        resourceType: 'Asset',
        created: expect.any(String),
        lastModified: expect.any(String),
        location,
        version: 'W/"1"',
      },
    })
  })

  test('GET shows what is returned by default, and each name what it asks for', async () => {
    const get = async (query = '') => bodyOf(await directory.call('get', `/Assets/${one.id}${query}`))
    const { id, meta, schemas, [LEASE]: lease } = one
    expect(await get()).toEqual({ id, meta, schemas, [LEASE]: lease, tag: 'T-1', ...shown })
    expect(await get('?attributes=remark,pin,hint,room.code')).toEqual({
      id,
      schemas,
      label: whole.label,
      remark: 'dent',
      room: { building: 'B1' },
    })
    expect(await get(`?attributes=room.floor,ports.note,${LEASE}:rate`)).toEqual({
      id,
      schemas,
      label: whole.label,
      room: whole.room,
      ports: [{ note: 'front' }],
      [LEASE]: { rate: 9.5 },
    })
    const without = await get(`?excludedAttributes=label,tag,room.building,owner.value,ports,meta,${LEASE}`)
    expect(without).toEqual({
      id,
      schemas,
      ...shown,
      ports: undefined,
      owner: { $ref: '../Users/1', since: '2026-01-01T00:00:00Z' },
    })
  })

  test('answers 304 to whom holds it and 412 to whom has seen another version', async () => {
    const conditional = (method: 'get' | 'put' | 'patch' | 'delete', name: string, tag: string) =>
      directory.call(method, `/Assets/${one.id}`, method === 'put' ? sent('T-1') : undefined).set(name, tag)
    expect((await conditional('get', 'If-None-Match', 'W/"1"')).status).toBe(304)
    expect((await conditional('put', 'If-Match', 'W/"7"')).status).toBe(412)
    expect((await conditional('delete', 'If-Match', 'W/"7"')).status).toBe(412)
  })

  test('PUT replaces all but what is immutable, and moves the version only where something changes', async () => {
    const put = (body: unknown) => directory.call('put', `/Assets/${one.id}`, body)
    const lease = { contract: 'C-2' }
    const replaced = bodyOf(
      await put(sent('T-1', { label: 'Small', [LEASE]: lease, owner: { since: null } })),
    )
    expect(replaced).toEqual({
      ...sent('T-1', { label: 'Small', serial: 'SN-1', [LEASE]: lease }),
      schemas: [ASSET, LEASE],
      id: one.id,
      meta: { ...one.meta, version: 'W/"2"' },
    })
    const again = bodyOf(await put(sent('T-1', { label: 'Small', serial: 'SN-1', [LEASE]: lease })))
    expect(again.meta.version).toBe('W/"2"')
    expect(await refusal(put(sent('T-1', { serial: 'SN-2' })))).toEqual([
      400,
      'mutability',
      'serial is immutable and has a value.',
    ])
    expect(await refusal(put({ schemas: [ASSET], label: 'x' }))).toEqual([
      400,
      'invalidValue',
      'tag is required.',
    ])
  })

  test('PATCH changes an attribute of each kind and answers with what it touched', async () => {
    const answer = await patch(
      one.id,
      { op: 'add', path: 'weight', value: 2 },
      { op: 'replace', path: 'bought', value: '2026-02-01T00:00:00Z' },
      { op: 'add', value: { colours: ['red', 'Green'], count: 4, [LEASE]: { rate: 1 } } },
      { op: 'add', path: 'colours', value: ['green'] },
      { op: 'add', path: 'ports', value: [{ value: 'P1', speed: 1, primary: true }] },
      { op: 'add', path: 'ports', value: [{ value: 'P2', primary: true, note: 'back' }] },
      { op: 'replace', path: 'ports[value eq "P1"].speed', value: 5 },
      { op: 'add', path: 'remark', value: 'late' },
      { op: 'replace', path: 'pin', value: '9' },
      { op: 'add', path: 'room', value: { building: 'B2', code: '1' } },
    )
    expect(answer.status).toBe(200)
    expect(bodyOf(answer)).toMatchObject({
      weight: 2,
      bought: '2026-02-01T00:00:00Z',
      colours: ['red', 'Green'],
      count: 4,
      ports: [
        { value: 'P1', speed: 5, primary: false },
        { value: 'P2', primary: true, note: 'back' },
      ],
      remark: 'late',
      room: { building: 'B2' },
      [LEASE]: { contract: 'C-2', rate: 1 },
      meta: { version: 'W/"3"' },
    })
    expect(answer.text).not.toContain('"pin"')
    expect(bodyOf(await patch(one.id, { op: 'remove', path: 'colours[value eq "RED"]' })).colours).toEqual([
      'Green',
    ])
    expect(bodyOf(await patch(one.id, { op: 'add', path: 'count', value: 4 })).meta.version).toBe('W/"4"')
  })

  test('DELETE takes it away, and what was unique is free again', async () => {
    expect((await directory.call('delete', `/Assets/${one.id}`)).status).toBe(204)
    expect((await directory.call('get', `/Assets/${one.id}`)).status).toBe(404)
    expect((await directory.call('delete', `/Assets/${one.id}`)).status).toBe(404)
    const next = await made('T-1', { [LEASE]: { contract: 'c-2' } })
    expect((await directory.call('delete', `/Assets/${next.id}`)).status).toBe(204)
  })

  test('ids of any form, of other types and of other directories are 404', async () => {
    const asset = await made('T-404')
    const user = await directory.make('/Users', { userName: 'somebody' })
    const other = await testDirectory('generic', { beside: directory })
    for (const [where, id] of [
      [directory, user.id],
      [directory, 'x'],
      [directory, '%00'],
      [other, asset.id],
    ] as const)
      expect([id, (await where.call('get', `/Assets/${id}`)).status]).toEqual([id, 404])
    expect((await directory.call('get', `/Users/${asset.id}`)).status).toBe(404)
    expect(bodyOf(await other.call('get', '/Assets')).totalResults).toBe(0)
  })
})

describe('what is unique', () => {
  test('is refused by name, by the attribute’s case rule, in POST, PUT and PATCH', async () => {
    await made('U-1', { [LEASE]: { contract: 'Unique' } })
    const other = await made('u-1')
    const taken = [409, 'uniqueness', `Another resource of this directory has this ${ASSET}:tag.`]
    expect(await refusal(create(sent('U-1')))).toEqual(taken)
    expect(await refusal(directory.call('put', `/Assets/${other.id}`, sent('U-1')))).toEqual(taken)
    expect(await refusal(patch(other.id, { op: 'replace', path: 'tag', value: 'U-1' }))).toEqual(taken)
    expect(await refusal(patch(other.id, { op: 'add', path: `${LEASE}:contract`, value: 'UNIQUE' }))).toEqual(
      [409, 'uniqueness', `Another resource of this directory has this ${LEASE}:contract.`],
    )
  })

  test('has one winner among fifty who ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => create(sent('U-race'))))
    const statuses = answers.map(({ status }) => status)
    expect([statuses.filter((status) => status === 201).length, new Set(statuses)]).toEqual([
      1,
      new Set([201, 409]),
    ])
  })

  test('is so within one directory alone', async () => {
    const other = await testDirectory('generic', { beside: directory })
    await made('U-here')
    expect((await other.call('post', '/Assets', sent('U-here'))).status).toBe(201)
  })
})

describe('bulk', () => {
  test('makes and changes them as any other', async () => {
    const Operations = [
      { method: 'POST', path: '/Assets', bulkId: 'a', data: sent('Bulk-1') },
      {
        method: 'PATCH',
        path: '/Assets/bulkId:a',
        data: { schemas: [PATCH], Operations: [{ op: 'add', path: 'count', value: 1 }] },
      },
    ]
    const answer = await directory.call('post', '/Bulk', {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      Operations,
    })
    expect(bodyOf(answer).Operations.map((one: Body) => one.status)).toEqual(['201', '200'])
  })
})

describe('discovery', () => {
  test('names the type and its schemas, as they were declared', async () => {
    const types = bodyOf(await directory.call('get', '/ResourceTypes'))
    expect(types.Resources.map((type: Body) => type.name)).toEqual(['Group', 'User', 'Asset'])
    expect(bodyOf(await directory.call('get', '/ResourceTypes/Asset'))).toMatchObject({
      id: 'Asset',
      endpoint: '/Assets',
      schema: ASSET,
      schemaExtensions: [{ schema: LEASE, required: false }],
    })
    const schema = bodyOf(await directory.call('get', `/Schemas/${ASSET}`))
    const attributeOf = (name: string) => schema.attributes.find((one: Body) => one.name === name)
    expect(attributeOf('tag')).toEqual({
      name: 'tag',
      type: 'string',
      multiValued: false,
      required: true,
      caseExact: true,
      mutability: 'readWrite',
      returned: 'default',
      uniqueness: 'server',
    })
    expect(attributeOf('pin')).toMatchObject({ mutability: 'writeOnly', returned: 'never' })
    expect(attributeOf('ports').subAttributes).toHaveLength(5)
    const list = bodyOf(await directory.call('get', '/Schemas'))
    expect([list.schemas, list.Resources.some((one: Body) => one.id === LEASE)]).toEqual([[LIST], true])
    expect(JSON.stringify(list)).not.toContain('null')
  })
})
