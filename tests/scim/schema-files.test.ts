// Files that declare schemas and resource types: what is taken, and the one line that says why a file is not.
import { describe, expect, test } from '@jest/globals'
import { loadCatalogue } from '../../src/scim/schemas.ts'
import { ASSET, attribute, files, folderOf, LEASE } from './asset-type.ts'

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
const CREW = 'urn:example:params:scim:schemas:extension:crew:1.0:User'
const schema = (attributes: unknown, id: unknown = ASSET) => ({ id, name: 'Thing', attributes })
const type = (more = {}) => ({ name: 'Thing', endpoint: '/Things', schema: ASSET, ...more })
const good = schema([attribute('tag', 'string')])

function fault(contents: Record<string, unknown>): string {
  try {
    loadCatalogue(folderOf(contents))
  } catch (error) {
    return (error as Error).message
  }
  return 'no fault'
}

describe('a wrong file stops the start with one line that names it', () => {
  const one = (json: unknown) => ({ 'a.json': json })
  const table: [string, Record<string, unknown>, string][] = [
    ['that is no JSON', one('{'), 'a.json is wrong: '],
    ['that is a text', one('"x"'), 'it must be a JSON object'],
    [
      'that is neither kind',
      one({ id: ASSET }),
      'it must be a schema (with "attributes") or a resource type',
    ],
    ['in a list', one([good, 5]), '[1] must be a JSON object'],
    ['as servers publish them', one({ Resources: [{ attributes: [] }] }), 'Resources[0].id must be a text'],
    ['whose id is no URN', one(schema([], 'http://x/y')), 'id must be a URN'],
    ['whose attributes are none', one(schema('x')), 'attributes must be a list'],
    ['with an attribute without a name', one(schema([{}])), 'attributes[0].name must be a text'],
    [
      'with a name that paths cannot hold',
      one(schema([attribute('a.b', 'string')])),
      'attributes[0].name must be letters',
    ],
    [
      'with a reserved word',
      one(schema([attribute('constructor', 'string')])),
      'no reserved word: constructor',
    ],
    [
      'with an unknown type',
      one(schema([attribute('a', 'text')])),
      'attributes[0].type must be one of string, boolean, decimal, integer, dateTime, reference, binary, complex',
    ],
    [
      'with an unknown mutability',
      one(schema([attribute('a', 'string', { mutability: 'x' })])),
      'attributes[0].mutability must be one of readOnly, readWrite, immutable, writeOnly',
    ],
    [
      'with an unknown returned',
      one(schema([attribute('a', 'string', { returned: 'x' })])),
      'attributes[0].returned must be one of always, never, default, request',
    ],
    [
      'with an unknown uniqueness',
      one(schema([attribute('a', 'string', { uniqueness: 1 })])),
      'attributes[0].uniqueness must be one of none, server, global',
    ],
    [
      'with a flag that is none',
      one(schema([attribute('a', 'string', { required: 'yes' })])),
      'attributes[0].required must be true or false',
    ],
    [
      'with canonical values that are none',
      one(schema([attribute('a', 'string', { canonicalValues: 'x' })])),
      'attributes[0].canonicalValues must be a list of texts',
    ],
    [
      'with one name twice',
      one(schema([attribute('a', 'string'), attribute('A', 'string')])),
      'attributes[1].name is a second attribute named A',
    ],
    [
      'with parts of a plain attribute',
      one(schema([attribute('a', 'string', { subAttributes: [attribute('b', 'string')] })])),
      'attributes[0].subAttributes can stand in complex attributes alone',
    ],
    [
      'with a complex attribute without parts',
      one(schema([attribute('a', 'complex')])),
      'attributes[0].subAttributes must be there',
    ],
    [
      'with a schema of the product',
      one(schema([], USER.toLowerCase())),
      'is declared already: leave it out here',
    ],
    [
      'with one schema twice',
      { 'a.json': good, 'b.json': good },
      `b.json is wrong: the schema ${ASSET} is declared already`,
    ],
    ['whose type is named strangely', one([good, type({ name: 'A b' })]), '[1].name must be letters'],
    [
      'whose endpoint is a path',
      one([good, type({ endpoint: '/a/:id' })]),
      '[1].endpoint must be a slash and letters',
    ],
    [
      'whose endpoint is taken',
      one([good, type({ endpoint: '/users' })]),
      'endpoint: /users is the address of User already',
    ],
    [
      'whose endpoint is the service’s',
      one([good, type({ endpoint: '/bulk' })]),
      "endpoint: /bulk is the service's own",
    ],
    [
      'whose name is taken',
      one([good, type(), type({ endpoint: '/Others' })]),
      'name: a resource type named Thing is declared already',
    ],
    ['whose schema nobody declares', one(type()), `schema names the schema ${ASSET}, which no file declares`],
    [
      'whose extension nobody declares',
      one([good, type({ schemaExtensions: [{ schema: LEASE }] })]),
      `schemaExtensions[0] names the schema ${LEASE}`,
    ],
    [
      'whose extension is its schema',
      one([good, type({ schemaExtensions: [{ schema: ASSET }] })]),
      `schemaExtensions: ${ASSET} is named twice`,
    ],
    [
      'whose extensions are none',
      one([good, type({ schemaExtensions: ['x'] })]),
      '[1].schemaExtensions[0] must be an object',
    ],
    ['that moves the people', one(type({ name: 'User', schema: USER })), 'endpoint: User keeps /Users'],
    [
      'that renames the people',
      one(type({ name: 'user', endpoint: '/Users', schema: USER })),
      'name: User keeps User',
    ],
    [
      'with parts of parts',
      one([
        schema([
          attribute('a', 'complex', {
            subAttributes: [attribute('b', 'complex', { subAttributes: [attribute('c', 'string')] })],
          }),
        ]),
        type(),
      ]),
      `${ASSET}:a.b: a sub-attribute cannot be complex`,
    ],
    [
      'with lists in parts',
      one([
        schema([
          attribute('a', 'complex', { subAttributes: [attribute('b', 'string', { multiValued: true })] }),
        ]),
        type(),
      ]),
      `${ASSET}:a.b: a sub-attribute cannot be multi-valued`,
    ],
    [
      'with a unique complex attribute',
      one([
        schema([
          attribute('a', 'complex', { uniqueness: 'server', subAttributes: [attribute('b', 'string')] }),
        ]),
        type(),
      ]),
      `${ASSET}:a: a complex attribute cannot be unique`,
    ],
    [
      'with a unique secret',
      one([schema([attribute('a', 'string', { uniqueness: 'server', returned: 'never' })]), type()]),
      `${ASSET}:a: an attribute that is never returned is not kept and cannot be unique`,
    ],
    [
      'with an immutable secret',
      one([schema([attribute('a', 'string', { mutability: 'immutable', returned: 'never' })]), type()]),
      'is not kept and cannot be immutable',
    ],
  ]
  test.each(table)('%s', (_, contents, line) => {
    const message = fault(contents)
    expect(message).toContain(line)
    expect(message).not.toContain('\n')
    expect(message).toMatch(/^the SCIM schema file \S+\.json is wrong: /)
  })

  test('a folder that is not there', () => {
    expect(() => loadCatalogue('/nowhere/at/all')).toThrow(
      'the folder of SCIM schemas /nowhere/at/all cannot be read',
    )
  })
})

describe('a right folder', () => {
  test('may hold single definitions, lists and published lists, beside files that are not JSON', () => {
    const catalogue = loadCatalogue(folderOf({ ...files, 'readme.txt': 'x' }))
    expect(catalogue.types.map(({ name, kind }) => [name, kind])).toEqual([
      ['Group', 'group'],
      ['User', 'user'],
      ['Asset', 'declared'],
    ])
  })

  test('is announced with every default of RFC 7643 §2.2 filled in and without nulls', () => {
    const catalogue = loadCatalogue(
      folderOf({ 'a.json': [schema([{ name: 'a', caseExact: null }]), type()] }),
    )
    expect(catalogue.schemas.find(({ id }) => id === ASSET)?.json).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: ASSET,
      name: 'Thing',
      attributes: [
        {
          name: 'a',
          type: 'string',
          multiValued: false,
          required: false,
          caseExact: false,
          mutability: 'readWrite',
          returned: 'default',
          uniqueness: 'none',
        },
      ],
      meta: { resourceType: 'Schema' },
    })
    expect(JSON.stringify(catalogue.types.map(({ json }) => json))).not.toContain('null')
  })

  test('extends the people by a file of their name, once', () => {
    const crew = { id: CREW, name: 'Crew', attributes: [attribute('badge', 'string')] }
    const user = {
      name: 'User',
      endpoint: '/Users',
      schema: USER,
      schemaExtensions: [{ schema: ENTERPRISE }, { schema: CREW, required: true }],
    }
    const { extensions } = loadCatalogue(folderOf({ 'a.json': [crew, user] })).user
    expect(extensions.map(({ schema: { id }, required }) => [id, required])).toEqual([
      [ENTERPRISE, false],
      [CREW, true],
    ])
    expect(fault({ 'a.json': [crew, user, user] })).toContain(
      'name: a resource type named User is declared already',
    )
  })

  test('may list the common attributes, which stay what they are', () => {
    const { types } = loadCatalogue(
      folderOf({ 'a.json': [schema([attribute('id', 'integer'), attribute('meta', 'string')]), type()] }),
    )
    expect(types.map(({ name }) => name)).toContain('Thing')
  })
})

describe('the product’s own schemas', () => {
  const { schemas } = loadCatalogue(null)
  const announced = (id: string) => schemas.find((one) => one.id === id)?.json
  const attributeOf = (id: string, ...names: string[]) =>
    names.reduce<Record<string, unknown>>((found, name) => {
      const list = (found.subAttributes ?? found.attributes) as Record<string, unknown>[]
      return list.find((one) => one.name === name) ?? {}
    }, announced(id) ?? {})

  test('announce no password and no null', () => {
    expect(attributeOf(USER, 'password')).toEqual({})
    expect(JSON.stringify(schemas.map(({ json }) => json))).not.toContain('null')
  })

  test('tell the usual values of type, each once', () => {
    expect(attributeOf(USER, 'emails', 'type').canonicalValues).toEqual(['work', 'home', 'other'])
    expect(attributeOf(USER, 'phoneNumbers', 'type').canonicalValues).toContain('mobile')
  })

  test('have the errata of RFC 7643 in them', () => {
    const meta = 'urn:ietf:params:scim:schemas:core:2.0:Schema'
    // 5368, 8472, 6001, 5606 and 5607.
    expect(attributeOf('urn:ietf:params:scim:schemas:core:2.0:Group', 'displayName').required).toBe(true)
    expect(attributeOf(ENTERPRISE, 'manager', 'value').caseExact).toBe(true)
    expect(attributeOf(USER, 'profileUrl').caseExact).toBe(true)
    expect(attributeOf(meta, 'attributes', 'type').canonicalValues).toContain('binary')
    expect(attributeOf(meta, 'attributes', 'referenceTypes').multiValued).toBe(true)
  })
})
