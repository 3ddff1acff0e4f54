// The attribute tables: every schema and resource type as the RFC's own JSON, read once and made fit for looking up.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Attribute {
  readonly name: string
  readonly type:
    | 'string'
    | 'boolean'
    | 'decimal'
    | 'integer'
    | 'dateTime'
    | 'reference'
    | 'binary'
    | 'complex'
  readonly multiValued: boolean
  readonly required: boolean
  readonly caseExact: boolean
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly'
  readonly returned: 'always' | 'never' | 'default' | 'request'
  /** By lower-case name; empty unless complex. */
  readonly subAttributes: ReadonlyMap<string, Attribute>
}

export interface Schema {
  readonly id: string
  readonly attributes: ReadonlyMap<string, Attribute>
  /** What `/Schemas` says of it. */
  readonly json: Readonly<Record<string, unknown>>
}

export interface ResourceType {
  readonly name: string
  readonly endpoint: string
  readonly schema: Schema
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[]
  readonly json: Readonly<Record<string, unknown>>
}

export interface Catalogue {
  readonly schemas: readonly Schema[]
  readonly types: readonly ResourceType[]
  readonly user: ResourceType
  readonly group: ResourceType
}

interface AttributeJson extends Partial<Omit<Attribute, 'subAttributes'>> {
  name: string
  subAttributes?: AttributeJson[]
}
interface SchemaJson extends Record<string, unknown> {
  id: string
  attributes: AttributeJson[]
}
interface TypeJson extends Record<string, unknown> {
  id?: string
  name: string
  endpoint: string
  schema: string
  schemaExtensions?: { schema: string; required?: boolean }[]
}

const own = fileURLToPath(new URL('../../config/scim/', import.meta.url))

/** The attributes that every resource has beside its schemas' (RFC 7643 §3.1). */
export const commonAttributes: ReadonlyMap<string, Attribute> = byName([
  {
    name: 'schemas',
    type: 'reference',
    multiValued: true,
    mutability: 'readOnly',
    returned: 'always',
    caseExact: true,
  },
  { name: 'id', type: 'string', mutability: 'readOnly', returned: 'always', caseExact: true },
  { name: 'externalId', type: 'string', caseExact: true },
  {
    name: 'meta',
    type: 'complex',
    mutability: 'readOnly',
    subAttributes: [
      { name: 'resourceType', type: 'string', caseExact: true, mutability: 'readOnly' },
      { name: 'created', type: 'dateTime', mutability: 'readOnly' },
      { name: 'lastModified', type: 'dateTime', mutability: 'readOnly' },
      { name: 'location', type: 'reference', caseExact: true, mutability: 'readOnly' },
      { name: 'version', type: 'string', caseExact: true, mutability: 'readOnly' },
    ],
  },
])

/**
 * The product's own schemas (`config/scim`), then those of `extraDirectory`: files of RFC 7643 §7 (schemas) and §6 (resource
 * types), where a resource type of a known name replaces it, to add an extension. Throws, naming the file, on what it cannot read.
 */
export function loadCatalogue(extraDirectory: string | null): Catalogue {
  const files = [
    join(own, 'schemas'),
    join(own, 'resource-types'),
    ...(extraDirectory ? [extraDirectory] : []),
  ]
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.json'))
  const schemas = new Map<string, Schema>()
  const types = new Map<string, TypeJson>()
  for (const file of files) {
    try {
      const json = JSON.parse(readFileSync(file, 'utf8')) as SchemaJson | TypeJson
      if ('endpoint' in json) types.set(json.name as string, json as TypeJson)
      else schemas.set((json as SchemaJson).id, compileSchema(json as SchemaJson))
    } catch (error) {
      throw new Error(`the SCIM schema file ${file} cannot be read`, { cause: error })
    }
  }
  const compiled = [...types.values()].map((json) => compileType(json, schemas))
  const named = (name: string) => {
    const found = compiled.find((type) => type.name === name)
    if (!found) throw new Error(`the SCIM resource type ${name} is missing`)
    return found
  }
  return { schemas: [...schemas.values()], types: compiled, user: named('User'), group: named('Group') }
}

function compileSchema(json: SchemaJson): Schema {
  // Identity providers offer to synchronize what they find here, so the password that is dropped is not announced.
  const announced = json.attributes.filter((attribute) => attribute.returned !== 'never')
  return { id: json.id, attributes: byName(json.attributes), json: { ...json, attributes: announced } }
}

function compileType(json: TypeJson, schemas: ReadonlyMap<string, Schema>): ResourceType {
  const schema = (id: string): Schema => {
    const found = schemas.get(id)
    if (!found) throw new Error(`the SCIM resource type ${json.name} names the unknown schema ${id}`)
    return found
  }
  return {
    name: json.name,
    endpoint: json.endpoint,
    schema: schema(json.schema),
    extensions: (json.schemaExtensions ?? []).map((extension) => ({
      schema: schema(extension.schema),
      required: extension.required ?? false,
    })),
    json,
  }
}

function byName(list: readonly AttributeJson[]): Map<string, Attribute> {
  return new Map(list.map((json) => [json.name.toLowerCase(), compileAttribute(json)]))
}

/** Defaults of RFC 7643 §2.2. */
function compileAttribute(json: AttributeJson): Attribute {
  return {
    name: json.name,
    type: json.type ?? 'string',
    multiValued: json.multiValued ?? false,
    required: json.required ?? false,
    caseExact: json.caseExact ?? false,
    mutability: json.mutability ?? 'readWrite',
    returned: json.returned ?? 'default',
    subAttributes: byName(json.subAttributes ?? []),
  }
}
