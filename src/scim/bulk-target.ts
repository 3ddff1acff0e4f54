// The address of one operation of a bulk request: below the directory's base address, of a resource or of all of a type.
import { parse } from 'node:querystring'
import { AppError } from '../kernel/errors.ts'
import type { BulkOperation } from './bulk-request.ts'
import type { Exchange } from './exchange.ts'
import type { Target } from './operate.ts'
import { invalidValue } from './values.ts'

export interface BulkTarget extends Target {
  readonly query: Exchange['query']
  /** The address of the resource; undefined where it is to be made. */
  readonly location: string | undefined
}

/** Reads `/Users/{id}?attributes=…`, with or without the first slash or the base address. AppError 400, or 404 for what no type has. */
export function readBulkTarget(
  { base, catalogue }: Exchange,
  path: string,
  { index, method }: Pick<BulkOperation, 'index' | 'method'>,
): BulkTarget {
  const at = `Operations[${index}].path`
  const relative = path.startsWith(`${base}/`) ? path.slice(base.length) : path
  const [address = '', ...search] = relative.split('?')
  const [endpoint = '', id = null, ...more] = address
    .replace(/^\/|\/$/g, '')
    .split('/')
    .map(decoded)
  if (more.length > 0) throw invalidValue(at, 'must be an address such as /Users or /Users/{id}')
  const type = catalogue.types.find((one) => one.endpoint.toLowerCase() === `/${endpoint.toLowerCase()}`)
  if (!type) throw new AppError('not_found', 'not_found', `${at} is the address of no resource type.`)
  if (method === 'POST' && id !== null) throw invalidValue(at, `must be ${type.endpoint} for a POST`)
  if (method !== 'POST' && id === null)
    throw invalidValue(at, `must end with the id of a resource for a ${method}`)
  return {
    type,
    id,
    query: parse(search.join('?')),
    location: id === null ? undefined : `${base}${type.endpoint}/${encodeURIComponent(id)}`,
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // No id has such letters: it is not found, as it was written.
    return text
  }
}
