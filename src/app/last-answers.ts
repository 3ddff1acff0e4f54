// The answers of last resort: an unknown address and an error that no door took, each in the form of its door.
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import type { World } from '../actions/world.ts'
import { retryAfterOf, statusOf, toAppError } from '../http/errors.ts'
import { html } from '../http/html.ts'
import { type Page, sendPage } from '../http/page.ts'
import { AppError } from '../kernel/errors.ts'
import { doorOf } from './doors.ts'

/** Every address that no door knows. */
export function unknownAddress(world: World): RequestHandler {
  return (req, res) =>
    answer(world, req, res, new AppError('not_found', 'not_found', 'There is nothing at this address.'))
}

/** Errors that left a door, or arose before one was reached. Unknown ones are logged with their cause. */
export function lastError(world: World): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    const error = toAppError(thrown)
    if (error.kind === 'internal')
      world.log.error({ err: error.cause ?? error, requestId: req.id }, 'internal error')
    if (res.headersSent) {
      next(thrown)
      return
    }
    answer(world, req, res, error)
  }
}

function answer(world: World, req: Request, res: Response, error: AppError): void {
  const status = statusOf(error)
  const retryAfter = retryAfterOf(error)
  if (retryAfter !== null) res.setHeader('Retry-After', String(retryAfter))
  if (Array.isArray(error.details.allow)) res.setHeader('Allow', error.details.allow.join(', '))
  const door = doorOf(req.path)
  if (door === 'scim') sendJson(res, status, 'application/scim+json', scimError(status, error))
  else if (door === 'admin') sendJson(res, status, 'application/problem+json', problem(status, error))
  else sendPage(res, status, page(world, error))
}

/** RFC 7644 §3.12. */
function scimError(status: number, error: AppError): object {
  return {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
    status: String(status),
    detail: error.message,
  }
}

/** RFC 9457 §3. */
function problem(status: number, error: AppError): object {
  const errors = 'errors' in error.details ? { errors: error.details.errors } : {}
  return {
    type: 'about:blank',
    title: titleOf(error),
    status,
    detail: error.message,
    code: error.code,
    ...errors,
  }
}

function page(world: World, error: AppError): Page {
  return {
    title: titleOf(error),
    productName: world.productName,
    body: html`<p>${error.message}</p>`,
    footnote: html`<p>Code: ${error.code}</p>`,
  }
}

function titleOf(error: AppError): string {
  switch (error.kind) {
    case 'not_found':
      return 'Not found'
    case 'internal':
      return 'Something went wrong'
    case 'too_many':
      return 'Too many requests'
    default:
      return 'The request was not accepted'
  }
}

function sendJson(res: Response, status: number, type: string, body: unknown): void {
  res.statusCode = status
  res.setHeader('Content-Type', type)
  res.setHeader('Cache-Control', 'no-store')
  res.end(JSON.stringify(body))
}
