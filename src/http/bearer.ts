// The bearer token of a request (RFC 6750 §2.1).
import type { Request } from 'express'

/** The token as it was sent, or null where none was, or none that has the form of one. */
export function bearerOf({ headers }: Request): string | null {
  return /^Bearer +([\w.~+/=-]+) *$/i.exec(headers.authorization ?? '')?.[1] ?? null
}
