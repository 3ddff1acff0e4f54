// References among the operations of one bulk request: where `bulkId:…` stands for an id that does not exist yet (RFC 7644 §3.7.2).
import { isObject } from './quirks.ts'

const MARK = 'bulkId:'
/** At the end of a `$ref`, which says where the resource will be. */
const IN_ADDRESS = /(?:^|\/)bulkId:([^/?#]+)$/
/** In the brackets of a PATCH path, which name a value: `members[value eq "bulkId:a"]`. */
const IN_PATH = /"bulkId:([^"\\]+)"/g
/** In the path of an operation, where an id stands. */
const IN_TARGET = /\/bulkId:([^/?#]+)/

/** A resource that an operation has made. */
export interface Made {
  readonly id: string
  readonly location: string
}

/** Every bulkId that an operation's path and data speak of. */
export function referencesIn(path: string, data: unknown): Set<string> {
  const found = new Set<string>()
  const inTarget = IN_TARGET.exec(path)?.[1]
  if (inTarget !== undefined) found.add(decoded(inTarget))
  walk(data, (key, text) => {
    for (const name of namesIn(key, text)) found.add(name)
    return text
  })
  return found
}

/** The path with the id in the place of its reference. */
export function resolveTarget(path: string, made: ReadonlyMap<string, Made>): string {
  return path.replace(IN_TARGET, (whole, name: string) => {
    const resource = made.get(decoded(name))
    return resource ? `/${encodeURIComponent(resource.id)}` : whole
  })
}

/**
 * The data with ids and addresses in the place of its references. What refers to a resource that is not `made` yet is left out: the
 * value, with the object that it alone made a reference, so that a member without its value does not stay behind.
 */
export function resolveData(data: unknown, made: ReadonlyMap<string, Made>): unknown {
  return walk(data, (key, text) => {
    if (isPath(key)) {
      return text.replace(IN_PATH, (whole, name: string) => {
        const resource = made.get(name)
        return resource ? JSON.stringify(resource.id) : whole
      })
    }
    const [name] = namesIn(key, text)
    if (name === undefined) return text
    const resource = made.get(name)
    return isAddress(key) ? resource?.location : resource?.id
  })
}

function namesIn(key: string, text: string): string[] {
  if (isPath(key)) return [...text.matchAll(IN_PATH)].map((match) => match[1] as string)
  if (isAddress(key)) {
    const name = IN_ADDRESS.exec(text)?.[1]
    return name === undefined ? [] : [decoded(name)]
  }
  return text.startsWith(MARK) && text.length > MARK.length ? [text.slice(MARK.length)] : []
}

/** A copy in which every text is what `change` makes of it; undefined leaves it out. Data is 32 deep at most. */
function walk(value: unknown, change: (key: string, text: string) => string | undefined, key = ''): unknown {
  if (typeof value === 'string') return change(key, value)
  if (Array.isArray(value)) {
    return value.map((one) => walk(one, change, key)).filter((one) => one !== undefined)
  }
  if (!isObject(value)) return value
  const next: Record<string, unknown> = {}
  for (const [name, inner] of Object.entries(value)) {
    const changed = walk(inner, change, name)
    if (changed === undefined && isReferring(name)) return undefined
    if (changed !== undefined) define(next, name, changed)
  }
  return next
}

const isPath = (key: string) => key.toLowerCase() === 'path'
const isAddress = (key: string) => key.toLowerCase() === '$ref'
const isReferring = (key: string) => key.toLowerCase() === 'value' || isAddress(key)

/** Sets a key as data: `__proto__` is a name like any other. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
