// What a request wrote by name: attributes that are returned on request are shown in the answer to it (RFC 7643 §7).
import { type AttributePath, attributesOf, resolvePath, schemaNamed, schemasOf } from './paths.ts'
import { entry, isObject } from './quirks.ts'
import type { Attribute, ResourceType } from './schemas.ts'

/** The attributes and sub-attributes that the body of a POST, PUT or PATCH names; none where the type has nothing returned on request. */
export function writtenPaths(type: ResourceType, body: unknown): AttributePath[] {
  if (!isObject(body) || !hasRequested(type)) return []
  const operations = entry(body, 'operations')
  if (!Array.isArray(operations)) return pathsIn(type, body, '')
  return operations.filter(isObject).flatMap((operation) => {
    const [path, value] = [entry(operation, 'path'), entry(operation, 'value')]
    if (typeof path === 'string' && path.trim() !== '') return pathsAt(type, path.trim(), value)
    return isObject(value) ? pathsIn(type, value, '') : []
  })
}

function pathsIn(
  type: ResourceType,
  object: Readonly<Record<string, unknown>>,
  prefix: string,
): AttributePath[] {
  return Object.entries(object).flatMap(([key, value]) => pathsAt(type, `${prefix}${key}`, value))
}

function pathsAt(type: ResourceType, text: string, value: unknown): AttributePath[] {
  const schema = schemaNamed(type, text)
  if (schema) return isObject(value) ? pathsIn(type, value, `${schema.id}:`) : []
  // Brackets choose among values; the name is what stands around them.
  const bracket = text.indexOf('[')
  const name = bracket < 0 ? text : text.slice(0, bracket) + text.slice(text.lastIndexOf(']') + 1)
  const path = resolvePath(type, name)
  if (!path?.attribute) return []
  if (path.sub || path.attribute.type !== 'complex') return [path]
  const parts = (Array.isArray(value) ? value : [value])
    .filter(isObject)
    .flatMap((one) => Object.keys(one).map((key) => resolvePath(type, `${name}.${key}`)))
  return [path, ...new Set(parts.filter((part) => part !== null))]
}

const requested = new WeakMap<ResourceType, boolean>()

function hasRequested(type: ResourceType): boolean {
  let has = requested.get(type)
  if (has === undefined) {
    const isOnRequest = ({ returned, subAttributes }: Attribute): boolean =>
      returned === 'request' || [...subAttributes.values()].some(isOnRequest)
    has = schemasOf(type).some((schema) => attributesOf(type, schema).some(isOnRequest))
    requested.set(type, has)
  }
  return has
}
