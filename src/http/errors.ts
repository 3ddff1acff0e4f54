// Failures of every kind become an AppError, and an AppError a status: the one map that all HTTP doors share.
import { AppError, type ErrorKind } from '../kernel/errors.ts'

const STATUS: Record<ErrorKind, number> = {
  invalid: 400,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  precondition_failed: 412,
  too_large: 413,
  unsupported: 415,
  unprocessable: 422,
  too_many: 429,
  internal: 500,
}

// Codes whose status is more exact than their kind's.
const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  method_not_allowed: 405,
  not_acceptable: 406,
  request_timeout: 408,
  uri_too_long: 414,
  precondition_required: 428,
  header_too_large: 431,
  not_implemented: 501,
  unavailable: 503,
}

/** The HTTP status of an error. */
export function statusOf(error: AppError): number {
  return STATUS_OF_CODE[error.code] ?? STATUS[error.kind]
}

/** Seconds for the Retry-After header (RFC 9110 §10.2.3), or null when the error names none. */
export function retryAfterOf(error: AppError): number | null {
  const { retryAfterSeconds } = error.details
  return typeof retryAfterSeconds === 'number' ? Math.max(1, Math.ceil(retryAfterSeconds)) : null
}

/** The answer to a method that a path does not know; `allow` goes into the Allow header (RFC 9110 §10.2.1). */
export function methodNotAllowed(allow: readonly string[]): AppError {
  return new AppError('unsupported', 'method_not_allowed', `This address takes only ${allow.join(', ')}.`, {
    details: { allow },
  })
}

/**
 * What any thrown value means to the caller. Faults of the request that Express, its body parsers or PostgreSQL found
 * become the caller's (4xx); everything unknown is `internal`, with the value as its cause and nothing of it shown.
 */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown
  const { type, status, code } = fieldsOf(thrown)
  const known = ofBodyParser(type, thrown)
  if (known !== null) return known
  // A path with a broken percent-encoding: `decodeURIComponent` failed inside the router.
  if (fieldsOf(thrown).name === 'URIError') {
    return new AppError('invalid', 'malformed_url', 'The address is not correctly percent-encoded.', {
      cause: thrown,
    })
  }
  // PostgreSQL's class 22 is about values alone: a NUL character, a number out of range, a date that is none.
  if (typeof code === 'string' && /^22[0-9A-Z]{3}$/.test(code)) {
    return new AppError('invalid', 'invalid_value', 'A value of the request cannot be stored.', {
      cause: thrown,
    })
  }
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new AppError(kindOfStatus(status), 'bad_request', 'The request could not be read.', {
      cause: thrown,
    })
  }
  return new AppError('internal', 'internal', 'Internal error.', { cause: thrown })
}

function ofBodyParser(type: unknown, cause: unknown): AppError | null {
  switch (type) {
    case 'entity.too.large':
      return new AppError('too_large', 'body_too_large', `The body is larger than ${limitOf(cause)} bytes.`, {
        cause,
      })
    case 'parameters.too.many':
      return new AppError('too_large', 'too_many_parameters', 'The form has too many fields.', { cause })
    case 'entity.parse.failed':
      return new AppError('invalid', 'malformed_json', 'The body is not correct JSON.', { cause })
    case 'charset.unsupported':
      return new AppError('unsupported', 'unsupported_charset', 'The body must be written in UTF-8.', {
        cause,
      })
    case 'encoding.unsupported':
      return new AppError('unsupported', 'unsupported_encoding', 'This Content-Encoding is not taken.', {
        cause,
      })
    case 'request.aborted':
    case 'request.size.invalid':
      return new AppError('invalid', 'incomplete_body', 'The body ended before its announced length.', {
        cause,
      })
    case 'querystring.parse.rangeError':
      return new AppError('invalid', 'too_deep', 'The form is nested too deeply.', { cause })
    default:
      return null
  }
}

function limitOf(thrown: unknown): string {
  const { limit } = fieldsOf(thrown)
  return typeof limit === 'number' ? String(limit) : 'the allowed number of'
}

function kindOfStatus(status: number): ErrorKind {
  const found = Object.entries(STATUS).find(([, value]) => value === status)
  return (found?.[0] as ErrorKind | undefined) ?? 'invalid'
}

function fieldsOf(thrown: unknown): Record<string, unknown> {
  return typeof thrown === 'object' && thrown !== null ? (thrown as Record<string, unknown>) : {}
}
