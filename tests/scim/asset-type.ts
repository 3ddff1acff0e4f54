// A resource type with an attribute of every kind, declared by files in a folder of its own.
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

export const ASSET = 'urn:example:params:scim:schemas:core:2.0:Asset'
export const LEASE = 'urn:example:params:scim:schemas:extension:lease:2.0:Asset'

type Json = Record<string, unknown>

export const attribute = (name: string, type: string, more: Json = {}): Json => ({ name, type, ...more })

const attributes = [
  attribute('tag', 'string', { caseExact: true, required: true, uniqueness: 'server' }),
  attribute('label', 'string', { returned: 'always' }),
  attribute('serial', 'string', { mutability: 'immutable' }),
  attribute('count', 'integer'),
  attribute('weight', 'decimal'),
  attribute('insured', 'boolean'),
  attribute('bought', 'dateTime'),
  attribute('firmware', 'binary'),
  attribute('manual', 'reference', { referenceTypes: ['external'] }),
  attribute('owner', 'complex', {
    subAttributes: [
      attribute('value', 'string', { caseExact: true, mutability: 'immutable' }),
      attribute('$ref', 'reference', { referenceTypes: ['User'] }),
      attribute('display', 'string', { mutability: 'readOnly' }),
      attribute('since', 'dateTime'),
    ],
  }),
  attribute('room', 'complex', {
    subAttributes: [
      attribute('building', 'string', { returned: 'always', required: true }),
      attribute('floor', 'integer'),
      attribute('code', 'string', { returned: 'never' }),
    ],
  }),
  attribute('ports', 'complex', {
    multiValued: true,
    subAttributes: [
      attribute('value', 'string', { required: true, caseExact: true }),
      attribute('type', 'string', { canonicalValues: ['data', 'power'] }),
      attribute('primary', 'boolean'),
      attribute('speed', 'decimal'),
      attribute('note', 'string', { returned: 'request' }),
    ],
  }),
  attribute('colours', 'string', { multiValued: true }),
  attribute('state', 'string', { mutability: 'readOnly' }),
  attribute('pin', 'string', { mutability: 'writeOnly', returned: 'never' }),
  attribute('hint', 'string', { returned: 'never' }),
  attribute('remark', 'string', { returned: 'request' }),
]

const lease = [
  attribute('contract', 'string', { required: true, uniqueness: 'server' }),
  attribute('ends', 'dateTime'),
  attribute('rate', 'decimal'),
]

/** What the files of the folder hold: a list of schemas as servers publish it, and the resource type alone. */
export const files: Readonly<Record<string, unknown>> = {
  'schemas.json': {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: 2,
    Resources: [
      { id: ASSET, name: 'Asset', description: 'Something that is lent', attributes },
      { id: LEASE, name: 'Lease', description: null, attributes: lease },
    ],
  },
  'type.json': {
    name: 'Asset',
    endpoint: '/Assets',
    schema: ASSET,
    schemaExtensions: [{ schema: LEASE, required: false }],
  },
}

/** A folder with these files. */
export function folderOf(contents: Readonly<Record<string, unknown>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'scim-schemas-'))
  for (const [name, json] of Object.entries(contents))
    writeFileSync(path.join(folder, name), typeof json === 'string' ? json : JSON.stringify(json))
  return folder
}
