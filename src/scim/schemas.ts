// The attribute tables: every schema and resource type as the RFC's own JSON, read once and made fit for looking up.

import { type Declaration, inFile, readDeclarations } from './schema-files.ts'
import type { AttributeJson, SchemaJson, TypeJson } from './schema-json.ts'
import { checkExtended, checkSchemas, checkType, isSecret } from './schema-rules.ts'

export interface Attribute {
  readonly name: string
  readonly type: AttributeJson['type']
  readonly multiValued: boolean
  readonly required: boolean
  readonly caseExact: boolean
  readonly mutability: AttributeJson['mutability']
  readonly returned: AttributeJson['returned']
  readonly uniqueness: AttributeJson['uniqueness']
  /** Characters that a text may have, where an index carries it; null for any number. */
  readonly maxLength: number | null
  /** By lower-case name; empty unless complex. */
  readonly subAttributes: ReadonlyMap<string, Attribute>
}

export interface Schema {
  readonly id: string
  readonly attributes: ReadonlyMap<string, Attribute>
  /** Whether it is the product's own, and so the same at every start. */
  readonly own: boolean
  /** As its file says it. */
  readonly definition: SchemaJson
  /** What `/Schemas` says of it. */
  readonly json: Readonly<Record<string, unknown>>
}

/** A unique attribute of a resource type, or a unique sub-attribute. */
export interface UniqueAttribute {
  /** Null for the core schema. */
  readonly extension: Schema | null
  readonly attribute: Attribute
  readonly sub: Attribute | null
  /** Its full name, with the URN of its schema. */
  readonly name: string
}

export interface ResourceType {
  readonly name: string
  readonly endpoint: string
  /** Whose resources these are: people and groups have tables of their own, what a file declares has one for all. */
  readonly kind: 'user' | 'group' | 'declared'
  readonly schema: Schema
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[]
  /** What is unique beside the columns of people and groups; mostly nothing. */
  readonly unique: readonly UniqueAttribute[]
  readonly json: Readonly<Record<string, unknown>>
}

export interface Catalogue {
  readonly schemas: readonly Schema[]
  readonly types: readonly ResourceType[]
  readonly user: ResourceType
  readonly group: ResourceType
}

interface DeclaredType {
  readonly json: TypeJson
  readonly file: string
  readonly own: boolean
}

const USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group'
/** What carries an index: longer texts would not fit into it. */
const INDEXED_MAX = 512
const INDEXED = new Set([
  'externalId',
  `${USER}:userName`,
  `${USER}:displayName`,
  `${USER}:emails.value`,
  `${GROUP}:displayName`,
])
const common = { multiValued: false, required: false, uniqueness: 'none' } as const
const readOnly = { ...common, mutability: 'readOnly', returned: 'default' } as const

/** The attributes that every resource has beside its schemas' (RFC 7643 §3.1). */
export const commonAttributes: ReadonlyMap<string, Attribute> = byName(
  [
    {
      ...readOnly,
      name: 'schemas',
      type: 'reference',
      multiValued: true,
      returned: 'always',
      caseExact: true,
    },
    { ...readOnly, name: 'id', type: 'string', returned: 'always', caseExact: true },
    {
      ...common,
      name: 'externalId',
      type: 'string',
      caseExact: true,
      mutability: 'readWrite',
      returned: 'default',
    },
    {
      ...readOnly,
      name: 'meta',
      type: 'complex',
      subAttributes: [
        { ...readOnly, name: 'resourceType', type: 'string', caseExact: true },
        { ...readOnly, name: 'created', type: 'dateTime' },
        { ...readOnly, name: 'lastModified', type: 'dateTime' },
        { ...readOnly, name: 'location', type: 'reference', caseExact: true },
        { ...readOnly, name: 'version', type: 'string', caseExact: true },
      ],
    },
  ],
  '',
)

/**
 * The product's own schemas (`config/scim`), then those of `extraDirectory`: files of RFC 7643 §7 (schemas) and §6 (resource types), where
 * a resource type named User or Group extends the product's. Throws an Error of one line that names the file, the place and what is
 * accepted.
 */
export function loadCatalogue(extraDirectory: string | null): Catalogue {
  const declarations = readDeclarations(extraDirectory)
  const schemas = new Map<string, Schema>()
  const types = new Map<string, DeclaredType>()
  for (const declaration of declarations) {
    inFile(declaration.file, () => {
      if (declaration.kind === 'schema') declareSchema(declaration, declaration.json, schemas)
      else declareType(declaration, declaration.json, types)
    })
  }
  const compiled = [...types.values()].map(({ json, file }) => inFile(file, () => compileType(json, schemas)))
  const ofKind = (kind: ResourceType['kind']) => compiled.find((type) => type.kind === kind) as ResourceType
  return { schemas: [...schemas.values()], types: compiled, user: ofKind('user'), group: ofKind('group') }
}

/** Whether clients may write an attribute and we keep it: what is never shown is taken without complaint and forgotten. */
export function isKept(attribute: Attribute): boolean {
  return attribute.mutability !== 'readOnly' && !isSecret(attribute)
}

function declareSchema({ own }: Declaration, json: SchemaJson, schemas: Map<string, Schema>): void {
  const known = [...schemas.keys()].find((id) => id.toLowerCase() === json.id.toLowerCase())
  if (known !== undefined) throw new Error(`the schema ${json.id} is declared already: leave it out here`)
  schemas.set(json.id, compileSchema(json, own))
}

function declareType({ own, file }: Declaration, json: TypeJson, types: Map<string, DeclaredType>): void {
  const name = json.name.toLowerCase()
  const known = types.get(name)
  if (known?.own) checkExtended(json, known.json)
  else
    checkType(
      json,
      [...types.values()].map((type) => type.json),
    )
  types.set(name, { json, file, own })
}

function compileSchema(json: SchemaJson, own: boolean): Schema {
  // Identity providers offer to synchronize what they find here, so the person's password, which is dropped, is not announced.
  const announced = own ? json.attributes.filter((attribute) => !isSecret(attribute)) : json.attributes
  return {
    id: json.id,
    attributes: byName(json.attributes, `${json.id}:`),
    own,
    definition: json,
    json: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      ...json,
      attributes: announced,
      meta: { resourceType: 'Schema' },
    },
  }
}

function compileType(json: TypeJson, schemas: ReadonlyMap<string, Schema>): ResourceType {
  const named = (id: string, place: string): Schema => {
    const found = [...schemas.values()].find((schema) => schema.id.toLowerCase() === id.toLowerCase())
    if (!found) throw new Error(`${place} names the schema ${id}, which no file declares`)
    return found
  }
  const schema = named(json.schema, 'schema')
  const extensions = json.schemaExtensions.map((extension, index) => ({
    schema: named(extension.schema, `schemaExtensions[${index}]`),
    required: extension.required,
  }))
  const all = [schema, ...extensions.map((extension) => extension.schema)]
  checkSchemas(all.map(({ definition }) => definition))
  const kind = json.name === 'User' ? 'user' : json.name === 'Group' ? 'group' : 'declared'
  return {
    name: json.name,
    endpoint: json.endpoint,
    kind,
    schema,
    extensions,
    unique: all
      .filter((one) => kind === 'declared' || one !== schema)
      .flatMap((one) => uniqueOf(one, one === schema ? null : one)),
    json: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
      id: json.name,
      ...json,
      meta: { resourceType: 'ResourceType' },
    },
  }
}

function uniqueOf(schema: Schema, extension: Schema | null): UniqueAttribute[] {
  return [...schema.attributes.values()].flatMap((attribute) => {
    const name = `${schema.id}:${attribute.name}`
    const subs = [...attribute.subAttributes.values()].filter((sub) => sub.uniqueness !== 'none')
    const whole = { extension, attribute, sub: null, name }
    return [
      ...(attribute.uniqueness === 'none' ? [] : [whole]),
      ...subs.map((sub) => ({ extension, attribute, sub, name: `${name}.${sub.name}` })),
    ]
  })
}

/** `prefix` leads to the attributes: a schema's URN and, for sub-attributes, the attribute around them. */
function byName(list: readonly AttributeJson[], prefix: string): Map<string, Attribute> {
  return new Map(list.map((json) => [json.name.toLowerCase(), compileAttribute(json, prefix)]))
}

function compileAttribute(json: AttributeJson, prefix: string): Attribute {
  const name = `${prefix}${json.name}`
  return {
    name: json.name,
    type: json.type,
    multiValued: json.multiValued,
    required: json.required,
    caseExact: json.caseExact ?? false,
    mutability: json.mutability,
    returned: json.returned,
    uniqueness: json.uniqueness,
    maxLength: INDEXED.has(name) ? INDEXED_MAX : null,
    subAttributes: byName(json.subAttributes ?? [], `${name}.`),
  }
}
