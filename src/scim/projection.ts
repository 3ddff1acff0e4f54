// Which attributes an answer shows: `attributes` and `excludedAttributes` (RFC 7644 §3.9).
import { type AttributePath, keysOf, resolvePath, schemasOf } from './paths.ts'
import { isObject } from './quirks.ts'
import type { ResourceType } from './schemas.ts'

export type Resource = Record<string, unknown>

export interface Projection {
  /** Whether an attribute of the core schema can be shown at all, so that what nobody asked for is not read. */
  wants(name: string): boolean
  apply(resource: Resource): Resource
}

/** Names as clients write them: one text with commas, or several. Unknown names are passed over. `attributes` goes before. */
export function readProjection(type: ResourceType, attributes: unknown, excluded: unknown): Projection {
  const shown = readNames(attributes)
  if (shown.length > 0) return including(resolveAll(type, shown))
  const hidden = readNames(excluded)
  const onRequest = requestedOnly(type)
  if (hidden.length === 0 && onRequest.length === 0) return everything
  return excluding([...resolveAll(type, hidden), ...onRequest])
}

export const everything: Projection = { wants: () => true, apply: (resource) => resource }

function readNames(value: unknown): string[] {
  const texts = Array.isArray(value) ? value : [value]
  return texts
    .filter((text) => typeof text === 'string')
    .flatMap((text: string) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

function resolveAll(type: ResourceType, names: readonly string[]): AttributePath[] {
  return names.map((name) => resolvePath(type, name)).filter((path) => path !== null)
}

function requestedOnly(type: ResourceType): AttributePath[] {
  return schemasOf(type).flatMap((schema) =>
    [...schema.attributes.values()]
      .filter((attribute) => attribute.returned === 'request')
      .map((attribute) => ({ extension: schema === type.schema ? null : schema, attribute, sub: null })),
  )
}

const ALWAYS = ['schemas', 'id']

function including(paths: readonly AttributePath[]): Projection {
  return {
    wants: (name) => paths.some((path) => path.extension === null && path.attribute?.name === name),
    apply: (resource) => {
      const shown: Resource = {}
      for (const name of ALWAYS) if (resource[name] !== undefined) shown[name] = resource[name]
      for (const path of paths) copy(resource, shown, keysOf(path))
      return shown
    },
  }
}

function excluding(paths: readonly AttributePath[]): Projection {
  const hidden = paths.filter((path) => path.attribute?.returned !== 'always')
  return {
    wants: (name) =>
      !hidden.some((path) => path.extension === null && path.attribute?.name === name && !path.sub),
    apply: (resource) => hidden.reduce((shown, path) => withoutPath(shown, keysOf(path)), resource),
  }
}

function copy(from: Resource, to: Resource, [key, ...rest]: readonly string[]): void {
  if (key === undefined || from[key] === undefined) return
  const value = from[key]
  if (rest.length === 0) to[key] = value
  else if (Array.isArray(value)) {
    const held = Array.isArray(to[key]) ? (to[key] as Resource[]) : value.map((): Resource => ({}))
    for (const [index, element] of value.entries())
      if (isObject(element)) copy(element, held[index] as Resource, rest)
    to[key] = held
  } else if (isObject(value)) {
    const held = isObject(to[key]) ? (to[key] as Resource) : {}
    copy(value, held, rest)
    if (Object.keys(held).length > 0) to[key] = held
  }
}

function withoutPath(resource: Resource, [key, ...rest]: readonly string[]): Resource {
  if (key === undefined || resource[key] === undefined) return resource
  const { [key]: value, ...others } = resource
  if (rest.length === 0) return others
  if (Array.isArray(value)) {
    return {
      ...resource,
      [key]: value.map((element) => (isObject(element) ? withoutPath(element, rest) : element)),
    }
  }
  return isObject(value) ? { ...resource, [key]: withoutPath(value, rest) } : resource
}
