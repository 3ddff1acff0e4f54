// The attributes in a body that no schema of its resource type knows: they are passed over, and the log says so.
import { readTarget } from './patch.ts'
import { resolvePath, schemaNamed } from './paths.ts'
import { entry, isObject } from './quirks.ts'
import type { ResourceType } from './schemas.ts'

/** Names as the client wrote them, each once, of a POST, PUT or PATCH. */
export function unknownNames(
  type: ResourceType,
  method: string,
  body: Readonly<Record<string, unknown>>,
): string[] {
  const names = method === 'PATCH' ? patchedNames(type, body) : method === 'GET' ? [] : namesIn(type, body)
  return [...new Set(names)]
}

function patchedNames(type: ResourceType, body: Readonly<Record<string, unknown>>): string[] {
  const operations = entry(body, 'operations')
  if (!Array.isArray(operations)) return []
  return operations.filter(isObject).flatMap((operation) => {
    const [path, value] = [entry(operation, 'path'), entry(operation, 'value')]
    if (typeof path !== 'string' || path === '') return isObject(value) ? namesIn(type, value) : []
    return isKnownPath(type, path.trim()) ? [] : [path.trim()]
  })
}

function namesIn(type: ResourceType, values: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const schema = schemaNamed(type, key)
    if (schema === null) return isKnownPath(type, key) ? [] : [key]
    return isObject(value) ? namesIn(type, prefixed(schema.id, value)) : []
  })
}

function prefixed(urn: string, values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [`${urn}:${key}`, value]))
}

function isKnownPath(type: ResourceType, path: string): boolean {
  if (!path.includes('[')) return resolvePath(type, path) !== null
  try {
    return readTarget(type, path) !== null
  } catch {
    return true
  }
}
