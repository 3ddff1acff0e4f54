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
  const { schema, rest } = splitUrn(type, text)
  if (schema === null) return null
  const extension = schema === type.schema ? null : schema
  if (rest === '') return extension === null ? null : { extension, attribute: null, sub: null }
  const names = rest.toLowerCase().split('.')
  if (names.length > 2) return null
  const attribute = find(extension, type.schema, names[0] as string)
  if (!attribute) return null
  if (names.length === 1) return { extension, attribute, sub: null }
  const sub = attribute.subAttributes.get(names[1] as string)
  return sub ? { extension, attribute, sub } : null
}

/** The schema of the resource type whose URN, in any case, is `text`. */
export function schemaNamed(type: ResourceType, text: string): Schema | null {
  const wanted = text.toLowerCase()
  return schemasOf(type).find((schema) => schema.id.toLowerCase() === wanted) ?? null
}

/** The resource type's core schema and its extensions. */
export function schemasOf(type: ResourceType): Schema[] {
  return [type.schema, ...type.extensions.map((extension) => extension.schema)]
}

function find(extension: Schema | null, core: Schema, name: string): Attribute | undefined {
  if (extension) return extension.attributes.get(name)
  return core.attributes.get(name) ?? commonAttributes.get(name)
}

function splitUrn(type: ResourceType, text: string): { schema: Schema | null; rest: string } {
  const lower = text.toLowerCase()
  if (!lower.startsWith('urn:')) return { schema: type.schema, rest: text }
  // The longest URN wins: one schema's may be the beginning of another's.
  const matching = schemasOf(type)
    .filter((schema) => lower === schema.id.toLowerCase() || lower.startsWith(`${schema.id.toLowerCase()}:`))
    .sort((a, b) => b.id.length - a.id.length)
  const schema = matching[0]
  return schema ? { schema, rest: text.slice(schema.id.length + 1) } : { schema: null, rest: '' }
}
