// The one map from failures to the JSON API's wire form: RFC 9457 problem details.
import type { Request, Response } from 'express'
import { retryAfterOf, statusOf, toAppError } from '../http/errors.ts'
import type { AppError, ErrorKind } from '../kernel/errors.ts'
import type { Log } from '../kernel/log.ts'

const TITLES: Record<ErrorKind, string> = {
  invalid: 'The request is not valid',
  unauthenticated: 'Not signed in',
  forbidden: 'Not allowed',
  not_found: 'Not found',
  conflict: 'Not possible as things stand',
  precondition_failed: 'Something changed in between',
  too_large: 'Too large',
  unprocessable: 'Understood, but not possible',
  unsupported: 'Not supported',
  too_many: 'Too many requests',
  internal: 'Internal error',
}

/** What of an error's details the wire shows under its own name; the rest stays inside. */
const HIDDEN = new Set(['allow', 'retryAfterSeconds', 'inputs'])

export type Problem = { status: number; title: string; code: string; detail: string } & Record<
  string,
  unknown
>

/** The body of an error: `code` is stable, `detail` a sentence, `errors` the fields, `reason` and `nextActor` of a refused person. */
export function problemOf(error: AppError): Problem {
  const shown = Object.entries(error.details).filter(([name]) => !HIDDEN.has(name))
  return {
    ...Object.fromEntries(shown),
    type: 'about:blank',
    title: TITLES[error.kind],
    status: statusOf(error),
    code: error.code,
    detail: error.message,
  }
}

/** Answers any thrown value; what nobody expected is logged with its cause and shown as an internal error. */
export function sendProblem(log: Log, req: Request, res: Response, thrown: unknown): void {
  const error = toAppError(thrown)
  if (error.kind === 'internal') log.error({ err: error.cause ?? error, requestId: req.id }, 'internal error')
  const body = problemOf(error)
  const retryAfter = retryAfterOf(error)
  if (retryAfter !== null) res.setHeader('Retry-After', String(retryAfter))
  if (Array.isArray(error.details.allow)) res.setHeader('Allow', error.details.allow.join(', '))
  if (error.kind === 'unauthenticated') res.setHeader('WWW-Authenticate', 'Bearer realm="Gatehouse"')
  res.statusCode = body.status
  res.setHeader('Content-Type', 'application/problem+json')
  res.setHeader('Cache-Control', 'no-store')
  res.end(JSON.stringify(body))
}
