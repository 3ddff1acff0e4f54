// Attribute names and paths as clients write them (RFC 7644 §3.10), resolved against the attribute tables.
import { type Attribute, commonAttributes, type ResourceType, type Schema } from './schemas.ts'

/** An attribute of a resource, or of one of its extensions, perhaps with a sub-attribute. */
export interface AttributePath {
  /** The extension that it belongs to, or null for the core schema. */
  readonly extension: Schema | null
  /** Null when the path names the extension as a whole. */
  readonly attribute: Attribute | null
  readonly sub: Attribute | null
}

/** The keys that lead to the value in the resource's JSON. */
export function keysOf(path: AttributePath): string[] {
  return [path.extension?.id, path.attribute?.name, path.sub?.name].filter((key) => key !== undefined)
}

/**
 * `userName`, `name.familyName`, `urn:…:User:userName`, `urn:…:enterprise:2.0:User:manager.value` or the URN of an extension alone,
 * whatever the case of the letters. Null where the resource type has no such attribute.
 */
export function resolvePath(type: ResourceType, text: string): AttributePath | null {
  return tableOf(type).paths.get(text.toLowerCase()) ?? null
}

/** The schema of the resource type whose URN, in any case, is `text`. */
export function schemaNamed(type: ResourceType, text: string): Schema | null {
  return tableOf(type).schemas.get(text.toLowerCase()) ?? null
}

/** The resource type's core schema and its extensions. */
export function schemasOf(type: ResourceType): readonly Schema[] {
  return tableOf(type).all
}

/** The attributes of one of the resource type's schemas, without those that every resource has. */
export function attributesOf(type: ResourceType, schema: Schema): Attribute[] {
  const all = [...schema.attributes.values()]
  // A file that lists `id` or `meta` among a core schema's attributes says nothing new.
  return schema === type.schema ? all.filter(({ name }) => !commonAttributes.has(name.toLowerCase())) : all
}

/** Every way to write each attribute of a resource type, so that a name is looked up and never taken apart. */
interface PathTable {
  readonly all: readonly Schema[]
  readonly schemas: ReadonlyMap<string, Schema>
  readonly paths: ReadonlyMap<string, AttributePath>
}

const tables = new WeakMap<ResourceType, PathTable>()

function tableOf(type: ResourceType): PathTable {
  let table = tables.get(type)
  if (table === undefined) {
    table = makeTable(type)
    tables.set(type, table)
  }
  return table
}

function makeTable(type: ResourceType): PathTable {
  const all = [type.schema, ...type.extensions.map((extension) => extension.schema)]
  const schemas = new Map(all.map((schema) => [schema.id.toLowerCase(), schema]))
  const paths = new Map<string, AttributePath>()
  for (const attribute of commonAttributes.values()) {
    addAttribute(paths, '', null, attribute)
    addAttribute(paths, `${type.schema.id}:`, null, attribute)
  }
  for (const schema of all) {
    const extension = schema === type.schema ? null : schema
    for (const attribute of attributesOf(type, schema)) {
      if (extension === null) addAttribute(paths, '', null, attribute)
      addAttribute(paths, `${schema.id}:`, extension, attribute)
    }
  }
  // One schema's URN may be the beginning of another's: the whole of a URN goes before a part of it with a name.
  for (const schema of all) {
    if (schema === type.schema) paths.delete(schema.id.toLowerCase())
    else paths.set(schema.id.toLowerCase(), { extension: schema, attribute: null, sub: null })
  }
  return { all, schemas, paths }
}

function addAttribute(
  paths: Map<string, AttributePath>,
  prefix: string,
  extension: Schema | null,
  attribute: Attribute,
): void {
  const name = `${prefix}${attribute.name}`.toLowerCase()
  paths.set(name, { extension, attribute, sub: null })
  for (const sub of attribute.subAttributes.values())
    paths.set(`${name}.${sub.name.toLowerCase()}`, { extension, attribute, sub })
}
