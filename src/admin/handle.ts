// What happens to one request of the JSON API, in order: limits, caller, form guard, body, fields, deed, answer.
import type { NextFunction, Request, RequestHandler, Response } from 'express'
import { z } from 'zod'
import { authenticateCaller } from '../actions/authenticate-caller.ts'
import type { Caller } from '../actions/authorize.ts'
import { type RememberedAnswer, rememberAnswer } from '../actions/remember-answer.ts'
import type { World } from '../actions/world.ts'
import { clientNetwork } from '../http/client-address.ts'
import { type Limit, takeFromLimit } from '../http/rate-limit.ts'
import { readSessionCookie } from '../http/session-cookie.ts'
import { validate } from '../http/validate.ts'
import { AppError, notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { constantTimeEqual } from '../kernel/secrets.ts'
import { csrfToken } from './csrf.ts'
import type { Call, Route } from './route.ts'

/** Requests of the host product a minute. */
const ROOT_LIMIT: Limit = { name: 'api-root', points: 60_000, seconds: 60 }
/** Requests of one key or session a minute. */
const CALLER_LIMIT: Limit = { name: 'api-caller', points: 3000, seconds: 60 }
/** Requests without a good key from one network a minute. */
const STRANGER_LIMIT: Limit = { name: 'api-stranger', points: 60, seconds: 60 }

/** The limits in a sentence, for the document. */
export const limitsText = `A minute allows ${CALLER_LIMIT.points} requests of a key or session, ${ROOT_LIMIT.points} of the root key, and ${STRANGER_LIMIT.points} without a good key from one network; beyond that the answer is 429 with Retry-After.`

const nothing = z.strictObject({})

interface Known {
  caller: Caller
  token: string
}

/** The handlers of a route; `json` parses its body after the caller is known. */
export function handle(world: World, route: Route, json: RequestHandler): RequestHandler[] {
  const known = new WeakMap<Request, Known>()
  const enter: RequestHandler = async (req, _res, next) => {
    if (route.need !== 'anybody') known.set(req, await authenticate(world, req))
    checkParams(req)
    checkContentType(req)
    next()
  }
  const act: RequestHandler = async (req, res) => {
    const call = callOf(world, route, req, known.get(req))
    const answer = await perform(world, route, req, call)
    send(res, answer)
  }
  return [enter, whenBody(json), act]
}

async function authenticate(world: World, req: Request): Promise<Known> {
  const header = req.headers.authorization
  const cookie = header === undefined ? readSessionCookie(req) : null
  const token = cookie ?? bearerOf(header)
  try {
    if (token === null) throw new AppError('unauthenticated', 'unauthenticated', 'A bearer token is needed.')
    const caller = await authenticateCaller(world, token)
    if (cookie !== null) checkCsrf(world, req, caller)
    await takeFromLimit(world, caller.kind === 'root' ? ROOT_LIMIT : CALLER_LIMIT, callerKey(caller))
    return { caller, token }
  } catch (error) {
    if (error instanceof AppError && error.kind === 'unauthenticated') {
      await takeFromLimit(world, STRANGER_LIMIT, clientNetwork(req))
    }
    throw error
  }
}

function bearerOf(header: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header ?? '')?.[1] ?? null
}

/** A browser sends its cookie by itself: what changes something needs the token that only our own console has read. */
function checkCsrf(world: World, req: Request, caller: Caller): void {
  if (req.method === 'GET' || req.method === 'HEAD') return
  const sent = req.get('x-csrf-token') ?? ''
  if (caller.kind === 'person' && constantTimeEqual(sent, csrfToken(world, caller.sessionId))) return
  throw new AppError(
    'forbidden',
    'csrf_token_required',
    'A call by cookie needs the X-CSRF-Token of its session.',
  )
}

function callerKey(caller: Caller): string {
  if (caller.kind === 'root') return 'root'
  return caller.kind === 'key' ? `key:${caller.keyId}` : `session:${caller.sessionId}`
}

/** Ids that cannot be ids belong to nothing. `{org}` may be a slug and `{email}` anything. */
function checkParams(req: Request): void {
  for (const [name, value] of Object.entries(req.params)) {
    const text = String(value)
    const possible =
      name === 'email'
        ? text.length <= 320
        : name === 'org'
          ? isId(text) || /^[a-z0-9-]{1,63}$/.test(text)
          : isId(text)
    if (!possible) throw notFound(name === 'org' ? 'The organization' : 'What the address names')
  }
}

function hasBody(req: Request): boolean {
  const length = req.headers['content-length']
  return req.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0')
}

function checkContentType(req: Request): void {
  if (!hasBody(req)) return
  const charset = /;\s*charset\s*=\s*"?([^";\s]+)/i.exec(req.headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    throw new AppError('unsupported', 'unsupported_charset', 'The body must be written in UTF-8.')
  }
  if (req.is(['application/json', 'application/*+json'])) return
  throw new AppError('unsupported', 'unsupported_media_type', 'The body must be application/json.')
}

function whenBody(json: RequestHandler): RequestHandler {
  return (req: Request, res: Response, next: NextFunction) => (hasBody(req) ? json(req, res, next) : next())
}

function callOf(
  world: World,
  route: Route,
  req: Request,
  known: Known | undefined,
): Call<Record<string, string>, unknown, unknown> {
  const ifMatch = req
    .get('if-match')
    ?.trim()
    .replace(/^W\//, '')
    .replace(/^"(.*)"$/, '$1')
  if (route.requiresIfMatch && !ifMatch) {
    throw new AppError('invalid', 'precondition_required', 'This needs an If-Match header with the planHash.')
  }
  return {
    world,
    // A route for anybody never looks at its caller.
    caller: known?.caller ?? { kind: 'root' },
    token: known?.token ?? null,
    params: req.params as Record<string, string>,
    query: validate(route.query ?? nothing, { ...req.query }),
    body: bodyOf(route, req),
    network: clientNetwork(req),
    ifMatch: ifMatch || null,
  }
}

function bodyOf(route: Route, req: Request): unknown {
  if (route.body === null) return undefined
  if (req.body === undefined && route.bodyOptional) return validate(route.body, {})
  if (req.body === undefined) {
    throw new AppError('invalid', 'body_required', 'This needs a JSON body.', {
      details: { errors: [{ path: '', message: 'is required' }] },
    })
  }
  return validate(route.body, req.body)
}

async function perform(
  world: World,
  route: Route,
  req: Request,
  call: Call<Record<string, string>, unknown, unknown>,
): Promise<RememberedAnswer & { replayed: boolean }> {
  const run = async (): Promise<RememberedAnswer> => {
    const result = await route.run(call)
    if (route.answer === null) return { status: route.status, body: '' }
    return { status: route.status, body: JSON.stringify(result) }
  }
  const key = req.get('idempotency-key')
  if (route.method !== 'post' || key === undefined) return { ...(await run()), replayed: false }
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new AppError(
      'invalid',
      'invalid_idempotency_key',
      'An Idempotency-Key is 1 to 255 visible characters.',
    )
  }
  const request = JSON.stringify([req.originalUrl, req.body ?? null])
  return rememberAnswer(world, { caller: callerKey(call.caller), key, request }, run)
}

function send(res: Response, answer: RememberedAnswer & { replayed: boolean }): void {
  res.statusCode = answer.status
  res.setHeader('Cache-Control', 'no-store')
  if (answer.replayed) res.setHeader('Idempotency-Replayed', 'true')
  if (answer.body === '') {
    res.end()
    return
  }
  res.setHeader('Content-Type', 'application/json')
  res.end(answer.body)
}
