// The one error class: what went wrong, as a kind that each door maps to its own status and a stable code.

export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'precondition_failed'
  | 'too_large'
  | 'unprocessable'
  | 'unsupported'
  | 'too_many'
  | 'internal'

export interface AppErrorOptions {
  /** The error that led to this one; logged, never shown. */
  cause?: unknown
  /** What the wire form may show beside the message, for instance `errors: [{path, message}]`. */
  details?: Readonly<Record<string, unknown>>
}

/** An expected failure. `code` is the stable word of the wire; `message` is a sentence for people. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly kind: ErrorKind
  readonly code: string
  readonly details: Readonly<Record<string, unknown>>

  constructor(kind: ErrorKind, code: string, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.code = code
    this.details = options.details ?? {}
  }
}

/** The answer for what is absent and for what belongs to another organization alike. */
export function notFound(what: string): AppError {
  return new AppError('not_found', 'not_found', `${what} was not found.`)
}

/** One field of the input is wrong: `path` names it as the caller wrote it. */
export function invalidField(path: string, message: string, code = 'invalid'): AppError {
  return new AppError('invalid', code, message, { details: { errors: [{ path, message }] } })
}
