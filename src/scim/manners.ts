// The manners of HTTP at the SCIM door that are not about one resource: what a client accepts, its query, and the methods of an address.
import { AppError } from '../kernel/errors.ts'
import { invalidValue } from './values.ts'

const OURS = ['application/scim+json', 'application/json', 'application/*', '*/*', '*']

/**
 * Refuses with 406 a client that accepts no JSON at all, before anything is done for it. Every other one gets `application/scim+json`:
 * RFC 7644 §3.1 has no other type for answers, and clients that name `application/json` read it as well.
 */
export function requireAcceptable(accept: string | undefined): void {
  if (accept === undefined || accept.trim() === '') return
  const accepts = accept.split(',').some((range) => {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    return OURS.includes(type) && !parameters.some((parameter) => /^q\s*=\s*0(\.0*)?$/.test(parameter))
  })
  if (accepts) return
  throw new AppError('unsupported', 'not_acceptable', 'This service answers in application/scim+json only.')
}

/** Lists of names, which say the same in one text with commas as in several. */
const LISTS = ['attributes', 'excludedAttributes']

/** Refuses with 400 `invalidValue` a parameter that is given twice: nobody could tell which one holds. */
export function requireSingle(query: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value) && !LISTS.includes(name))
      throw invalidValue(name, `is given ${value.length} times in the query: it may be given once`)
  }
}

/** The methods of an address for the Allow header, from the handlers that it has. */
export function allowedBy(methods: Readonly<Record<string, unknown>>): string[] {
  const named = Object.keys(methods).map((method) => method.toUpperCase())
  return named.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).concat('OPTIONS')
}
