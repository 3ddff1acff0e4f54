// Where receivers poll their event stream (RFC 8936), and the key set by which they verify what they get.
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { authenticateReceiver, type Poll, pollEventStream } from '../actions/poll-event-stream.ts'
import { publicKeySet } from '../actions/signing-key.ts'
import type { World } from '../actions/world.ts'
import { answerErrors } from '../http/answer-errors.ts'
import { bearerOf } from '../http/bearer.ts'
import { clientNetwork } from '../http/client-address.ts'
import { methodNotAllowed, retryAfterOf, statusOf, toAppError } from '../http/errors.ts'
import { refuseDeepJson } from '../http/json-depth.ts'
import { type Limit, takeFromLimit } from '../http/rate-limit.ts'
import { AppError, invalidField, notFound } from '../kernel/errors.ts'
import { isObject } from './quirks.ts'

/** Polls of one stream a minute. */
const STREAM_LIMIT: Limit = { name: 'event-poll', points: 600, seconds: 60 }
/** Polls without a good token from one network a minute. */
const STRANGER_LIMIT: Limit = { name: 'event-poll-stranger', points: 60, seconds: 60 }
/** How many tokens one answer holds, whatever is asked for. */
const MOST_AT_ONCE = 200
const AT_ONCE = 100
/** How many tokens one request may acknowledge or refuse. */
const MOST_TOLD = 5_000
const JSON_TYPE = /^application\/json\s*(;|$)/i

/** Mounted at a directory's `/event-streams`; the token is the receiver's own. */
export function eventPollRouter(world: World): Router {
  const router = express.Router({ mergeParams: true, strict: false, caseSensitive: false })
  const json = express.json({ type: () => true, limit: '1mb', verify: refuseDeepJson })
  router
    .route('/:streamId/events')
    .post(
      async (req: Request, res: Response, next: NextFunction) => {
        res.locals.stream = await authenticate(world, req)
        const type = req.headers['content-type']
        if (type !== undefined && !JSON_TYPE.test(type))
          throw new AppError('unsupported', 'unsupported_media_type', 'The body must be application/json.')
        next()
      },
      json,
      async (req: Request, res: Response) => {
        const poll = readPoll(req.body ?? {})
        const gone = new AbortController()
        res.on('close', () => gone.abort())
        const { sets, moreAvailable } = await pollEventStream(world, res.locals.stream, poll, gone.signal)
        if (!gone.signal.aborted) sendJson(res, 200, { sets, moreAvailable })
      },
    )
    .all(() => {
      throw methodNotAllowed(['POST'])
    })
  router.use(() => {
    throw notFound('This address')
  })
  router.use(answerErrors((_req, res, thrown) => sendFailure(world, res, thrown)))
  return router
}

async function authenticate(world: World, req: Request) {
  const token = bearerOf(req)
  try {
    if (token === null) {
      throw new AppError('unauthenticated', 'token_missing', 'The bearer token of this stream is needed.')
    }
    const address = {
      directoryId: String(req.params.directoryId).toLowerCase(),
      streamId: String(req.params.streamId).toLowerCase(),
    }
    const stream = await authenticateReceiver(world, address, token)
    await takeFromLimit(world, STREAM_LIMIT, stream.id)
    return stream
  } catch (error) {
    if (error instanceof AppError && error.kind === 'unauthenticated') {
      await takeFromLimit(world, STRANGER_LIMIT, clientNetwork(req))
    }
    throw error
  }
}

/** What a receiver asks (RFC 8936 §2.4); members that nobody knows are passed over. AppError invalid that names the member. */
function readPoll(body: unknown): Poll {
  if (!isObject(body)) throw new AppError('invalid', 'invalid_request', 'The body must be a JSON object.')
  const { maxEvents = AT_ONCE, returnImmediately = false, ack = [], setErrs = {} } = body
  if (typeof maxEvents !== 'number' || !Number.isInteger(maxEvents) || maxEvents < 0)
    throw invalidField('maxEvents', 'must be a whole number from 0')
  if (typeof returnImmediately !== 'boolean') throw invalidField('returnImmediately', 'must be true or false')
  if (!Array.isArray(ack) || ack.length > MOST_TOLD || ack.some((one) => typeof one !== 'string'))
    throw invalidField('ack', `must be a list of at most ${MOST_TOLD} ids`)
  if (!isObject(setErrs) || Object.keys(setErrs).length > MOST_TOLD)
    throw invalidField(
      'setErrs',
      `must be an object of at most ${MOST_TOLD} errors by the ids of their tokens`,
    )
  return {
    maxEvents: Math.min(maxEvents, MOST_AT_ONCE),
    returnImmediately,
    taken: ack as string[],
    refused: Object.entries(setErrs).map(([id, error]) => ({ id, error: wordsOf(error) })),
  }
}

/** The receiver's words as they may be kept: one line, without what PostgreSQL cannot store. */
function wordsOf(error: unknown): string {
  const { err, description } = isObject(error) ? error : {}
  const words = [err, description].filter((word) => typeof word === 'string').join(': ')
  return words.replace(/[\p{Cc}\p{Surrogate}]+/gu, ' ').slice(0, 300) || 'The receiver gave no reason.'
}

/** Mounted at `/.well-known/jwks.json`. */
export function keySetRouter(world: World): Router {
  const router = express.Router()
  router
    .route('/')
    .get(async (_req: Request, res: Response) => {
      sendJson(res, 200, await publicKeySet(world), 'public, max-age=3600')
    })
    .all(() => {
      throw methodNotAllowed(['GET'])
    })
  router.use(answerErrors((_req, res, thrown) => sendFailure(world, res, thrown)))
  return router
}

function sendFailure(world: World, res: Response, thrown: unknown): void {
  const error = toAppError(thrown)
  if (error.kind === 'internal') world.log.error({ err: error.cause ?? error }, 'a poll for events failed')
  const status = statusOf(error)
  if (status === 401) {
    const invalid = error.code === 'invalid_token' ? ', error="invalid_token"' : ''
    res.setHeader('WWW-Authenticate', `Bearer realm="event-stream"${invalid}`)
  }
  const retryAfter = retryAfterOf(error)
  if (retryAfter !== null) res.setHeader('Retry-After', String(retryAfter))
  if (Array.isArray(error.details.allow)) res.setHeader('Allow', error.details.allow.join(', '))
  const [fault] = (error.details.errors ?? []) as { path: string; message: string }[]
  const description = fault === undefined ? error.message : `${fault.path} ${fault.message}.`
  sendJson(res, status, { err: status === 401 ? 'authentication_failed' : 'invalid_request', description })
}

function sendJson(res: Response, status: number, body: unknown, caching = 'no-store'): void {
  const text = Buffer.from(JSON.stringify(body), 'utf8')
  res.statusCode = status
  res.setHeader('Cache-Control', caching)
  res.setHeader('Content-Type', 'application/json')
  res.setHeader('Content-Length', text.length)
  res.end(text)
}
