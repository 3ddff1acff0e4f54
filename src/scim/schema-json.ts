// The JSON of schemas and resource types (RFC 7643 §6 and §7) as operators write it: checked, and with every default filled in.

export const ATTRIBUTE_TYPES = [
  'string',
  'boolean',
  'decimal',
  'integer',
  'dateTime',
  'reference',
  'binary',
  'complex',
] as const
const MUTABILITIES = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const
const RETURNED = ['always', 'never', 'default', 'request'] as const
const UNIQUENESS = ['none', 'server', 'global'] as const

export interface AttributeJson {
  readonly name: string
  readonly type: (typeof ATTRIBUTE_TYPES)[number]
  readonly multiValued: boolean
  readonly description?: string
  readonly required: boolean
  readonly canonicalValues?: readonly string[]
  /** Only where the type is a text. */
  readonly caseExact?: boolean
  readonly mutability: (typeof MUTABILITIES)[number]
  readonly returned: (typeof RETURNED)[number]
  readonly uniqueness: (typeof UNIQUENESS)[number]
  readonly referenceTypes?: readonly string[]
  readonly subAttributes?: readonly AttributeJson[]
}

export interface SchemaJson {
  readonly id: string
  readonly name: string
  readonly description?: string
  readonly attributes: readonly AttributeJson[]
}

export interface TypeJson {
  readonly name: string
  readonly description?: string
  readonly endpoint: string
  readonly schema: string
  readonly schemaExtensions: readonly { readonly schema: string; readonly required: boolean }[]
}

export type Definition =
  | { readonly kind: 'schema'; readonly json: SchemaJson }
  | { readonly kind: 'type'; readonly json: TypeJson }

type Raw = Readonly<Record<string, unknown>>

const NAME = /^(\$ref|[A-Za-z][A-Za-z0-9_$-]*)$/
const URN = /^urn:[\w.:%/+-]*[\w%/+-]$/i
const TYPE_NAME = /^[A-Za-z][A-Za-z0-9_-]*$/
const ENDPOINT = /^\/[A-Za-z][A-Za-z0-9_-]*$/

/**
 * What a file holds: one definition, a list of them, or a ListResponse as servers publish it. Throws an Error that names the place and
 * what is accepted there.
 */
export function readDefinitions(json: unknown): Definition[] {
  if (Array.isArray(json)) return json.flatMap((one, index) => readDefinition(one, `[${index}]`))
  if (isRaw(json) && Array.isArray(json.Resources))
    return json.Resources.flatMap((one, index) => readDefinition(one, `Resources[${index}]`))
  return readDefinition(json, '')
}

/** Throws the Error of a wrong place in a definition. */
export function fault(place: string, why: string): never {
  throw new Error(`${place === '' ? 'it' : place.replace(/^\./, '')} ${why}`)
}

function readDefinition(json: unknown, at: string): Definition[] {
  if (!isRaw(json)) return fault(at, 'must be a JSON object')
  if (given(json.endpoint) !== undefined) return [{ kind: 'type', json: readType(json, at) }]
  if (given(json.attributes) !== undefined) return [{ kind: 'schema', json: readSchema(json, at) }]
  return fault(at, 'must be a schema (with "attributes") or a resource type (with "endpoint")')
}

function readSchema(json: Raw, at: string): SchemaJson {
  const id = text(json, 'id', at)
  if (!URN.test(id)) fault(`${at}.id`, 'must be a URN of letters, digits and . : % / + - _')
  return {
    id,
    name: given(json.name) === undefined ? id : text(json, 'name', at),
    ...description(json, at),
    attributes: readAttributes(json.attributes, `${at}.attributes`),
  }
}

function readType(json: Raw, at: string): TypeJson {
  const name = text(json, 'name', at)
  if (!TYPE_NAME.test(name)) fault(`${at}.name`, 'must be letters, digits, - and _, a letter first')
  const endpoint = text(json, 'endpoint', at)
  if (!ENDPOINT.test(endpoint))
    fault(`${at}.endpoint`, 'must be a slash and letters, digits, - and _, such as "/Devices"')
  const extensions = given(json.schemaExtensions) ?? []
  if (!Array.isArray(extensions)) return fault(`${at}.schemaExtensions`, 'must be a list')
  return {
    name,
    ...description(json, at),
    endpoint,
    schema: text(json, 'schema', at),
    schemaExtensions: extensions.map((one: unknown, index) => {
      const place = `${at}.schemaExtensions[${index}]`
      if (!isRaw(one)) return fault(place, 'must be an object with "schema" and "required"')
      return { schema: text(one, 'schema', place), required: flag(one, 'required', place) }
    }),
  }
}

function readAttributes(list: unknown, at: string): AttributeJson[] {
  if (!Array.isArray(list)) return fault(at, 'must be a list of attributes')
  const names = new Set<string>()
  return list.map((one: unknown, index) => {
    const attribute = readAttribute(one, `${at}[${index}]`)
    const name = attribute.name.toLowerCase()
    if (names.has(name)) fault(`${at}[${index}].name`, `is a second attribute named ${attribute.name}`)
    names.add(name)
    return attribute
  })
}

function readAttribute(json: unknown, at: string): AttributeJson {
  if (!isRaw(json)) return fault(at, 'must be an object')
  const name = text(json, 'name', at)
  if (!NAME.test(name) || name in Object.prototype)
    fault(`${at}.name`, `must be letters, digits, $ - and _, a letter first, and no reserved word: ${name}`)
  const type = choice(json, 'type', at, ATTRIBUTE_TYPES, 'string')
  const isText = type === 'string' || type === 'reference' || type === 'binary'
  const subs = given(json.subAttributes) ?? []
  const hasSubs = !Array.isArray(subs) || subs.length > 0
  if (hasSubs && type !== 'complex') fault(`${at}.subAttributes`, 'can stand in complex attributes alone')
  if (!hasSubs && type === 'complex') fault(`${at}.subAttributes`, 'must be there in a complex attribute')
  return {
    name,
    type,
    multiValued: flag(json, 'multiValued', at),
    ...description(json, at),
    required: flag(json, 'required', at),
    ...texts(json, 'canonicalValues', at),
    // References and binaries are compared exactly, whatever is written (RFC 7643 §2.3.6 and §2.3.7).
    ...(isText ? { caseExact: type === 'string' ? flag(json, 'caseExact', at) : true } : {}),
    mutability: choice(json, 'mutability', at, MUTABILITIES, 'readWrite'),
    returned: choice(json, 'returned', at, RETURNED, 'default'),
    uniqueness: choice(json, 'uniqueness', at, UNIQUENESS, 'none'),
    ...texts(json, 'referenceTypes', at),
    ...(hasSubs ? { subAttributes: readAttributes(subs, `${at}.subAttributes`) } : {}),
  }
}

function text(json: Raw, name: string, at: string): string {
  const value = json[name]
  if (typeof value !== 'string' || value.trim() === '') return fault(`${at}.${name}`, 'must be a text')
  return value
}

function description(json: Raw, at: string): { description?: string } {
  return given(json.description) === undefined || json.description === ''
    ? {}
    : { description: text(json, 'description', at) }
}

function flag(json: Raw, name: string, at: string): boolean {
  const value = given(json[name]) ?? false
  return typeof value === 'boolean' ? value : fault(`${at}.${name}`, 'must be true or false')
}

function choice<T extends string>(json: Raw, name: string, at: string, all: readonly T[], usual: T): T {
  const value = given(json[name]) ?? usual
  return all.find((one) => one === value) ?? fault(`${at}.${name}`, `must be one of ${all.join(', ')}`)
}

function texts(json: Raw, name: 'canonicalValues' | 'referenceTypes', at: string) {
  const value = given(json[name])
  if (value === undefined) return {}
  if (!Array.isArray(value) || !value.every((one): one is string => typeof one === 'string'))
    return fault(`${at}.${name}`, 'must be a list of texts')
  return value.length === 0 ? {} : { [name]: value }
}

/** A null says nothing (RFC 7643 §2.5). */
function given(value: unknown): unknown {
  return value === null ? undefined : value
}

function isRaw(value: unknown): value is Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
