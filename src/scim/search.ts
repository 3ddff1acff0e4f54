// `/.search` at a resource type and at the root, and queries of the root: the list of a SearchRequest (RFC 7644 §3.4.3).
import { AppError } from '../kernel/errors.ts'
import type { Answer, Exchange } from './exchange.ts'
import { type Listed, list } from './listing.ts'
import { handlersOf } from './operate.ts'
import { entry, isObject } from './quirks.ts'
import type { ResourceType } from './schemas.ts'
import { invalidValue } from './values.ts'

const SEARCH_URN = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest'
const WORDS = ['filter', 'sortBy', 'sortOrder', 'startIndex', 'count', 'cursor'] as const
const LISTS = ['attributes', 'excludedAttributes'] as const

/** POST /Users/.search and its like. */
export function searchType(exchange: Exchange, type: ResourceType): Promise<Answer> {
  return list(exchange, [listed(type)], readRequest(exchange))
}

/** POST /.search: the resources of all types, in the order in which `/ResourceTypes` names them. */
export function searchAll(exchange: Exchange): Promise<Answer> {
  return list(exchange, exchange.catalogue.types.map(listed), readRequest(exchange))
}

/** GET of the root with a query (RFC 7644 §3.4.2.1). */
export function listAll(exchange: Exchange): Promise<Answer> {
  return list(exchange, exchange.catalogue.types.map(listed), exchange.query)
}

function listed(type: ResourceType): Listed {
  return { type, handlers: handlersOf(type) }
}

/** The words of a SearchRequest, names in any case; AppError 400 `invalidSyntax` or `invalidValue` that names the field. */
function readRequest({ body, dialect }: Exchange): Record<string, unknown> {
  if (!isObject(body))
    throw new AppError('invalid', 'invalidSyntax', `The body must be a JSON object: a ${SEARCH_URN}.`)
  const schemas = entry(body, 'schemas')
  const isNamed =
    Array.isArray(schemas) && schemas.some((urn) => String(urn).toLowerCase() === SEARCH_URN.toLowerCase())
  if (!isNamed && !dialect.schemasOptional)
    throw new AppError('invalid', 'invalidSyntax', `schemas must be a list that names ${SEARCH_URN}.`)
  const words: Record<string, unknown> = {}
  for (const name of WORDS) {
    const value = entry(body, name)
    if (value !== undefined && value !== null) words[name] = value
  }
  for (const name of LISTS) {
    const value = entry(body, name)
    if (value === undefined || value === null) continue
    if (!Array.isArray(value) || !value.every((one) => typeof one === 'string'))
      throw invalidValue(name, 'must be a list of attribute names')
    words[name] = value
  }
  return words
}
