// The one map from errors to what an OAuth client understands (RFC 6749 §5.2); a token endpoint speaks no SCIM.
import type { Response } from 'express'
import type { World } from '../actions/world.ts'
import { retryAfterOf, statusOf, toAppError } from '../http/errors.ts'
import { AppError } from '../kernel/errors.ts'

const CODES: ReadonlySet<string> = new Set([
  'invalid_request',
  'invalid_client',
  'unsupported_grant_type',
  'invalid_scope',
])

/** A request that is refused before anybody looks at its credentials: 400 with one of the codes of RFC 6749 §5.2. */
export function oauthError(
  code: 'invalid_request' | 'unsupported_grant_type' | 'invalid_scope',
  description: string,
): AppError {
  return new AppError('invalid', code, description)
}

/** Sends JSON that nobody keeps (RFC 6749 §5.1). */
export function sendOauth(res: Response, status: number, body: object): void {
  res.statusCode = status
  res.setHeader('Content-Type', 'application/json')
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Pragma', 'no-cache')
  res.end(JSON.stringify(body))
}

/** Sends what was thrown; what is internal is logged with its cause and shows nothing of it. */
export function sendOauthError(world: World, res: Response, thrown: unknown): void {
  const error = toAppError(thrown)
  if (error.kind === 'internal') world.log.error({ err: error.cause ?? error }, 'a token request failed')
  const status = statusOf(error)
  const retryAfter = retryAfterOf(error)
  if (retryAfter !== null) res.setHeader('Retry-After', String(retryAfter))
  if (Array.isArray(error.details.allow)) res.setHeader('Allow', error.details.allow.join(', '))
  if (status === 401) res.setHeader('WWW-Authenticate', 'Basic realm="scim", charset="UTF-8"')
  sendOauth(res, status, { error: codeOf(error, status), error_description: quotable(error.message) })
}

function codeOf(error: AppError, status: number): string {
  if (CODES.has(error.code)) return error.code
  if (status >= 500) return 'server_error'
  // No code of the RFC means "later"; clients act on the status and Retry-After.
  return status === 429 ? 'temporarily_unavailable' : 'invalid_request'
}

/** The characters that a description may hold (RFC 6749 §5.2). */
function quotable(text: string): string {
  return text.replace(/"/g, "'").replace(/[^\x20-\x7e]|\\/g, '?')
}
