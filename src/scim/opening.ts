// Opening a request: whose directory the token is, what it may still send, and the line that the request will leave in the log.
import type { Request, Response } from 'express'
import {
  authenticateDirectory,
  type OpenedDirectory,
  staleHolder,
} from '../actions/authenticate-directory.ts'
import { logDirectoryRequest } from '../actions/log-directory-request.ts'
import type { World } from '../actions/world.ts'
import { bearerOf } from '../http/bearer.ts'
import { clientNetwork } from '../http/client-address.ts'
import { toAppError } from '../http/errors.ts'
import { AppError } from '../kernel/errors.ts'
import type { Exchange } from './exchange.ts'
import { findingsOf, isNotable } from './findings.ts'
import { createGuessGuard, guessKey } from './guessing.ts'
import type { Meter } from './meter.ts'
import { type Notes, newNotes, noteError } from './notes.ts'
import { dialects } from './quirks.ts'
import { createRedactor } from './redaction.ts'
import type { Catalogue, ResourceType } from './schemas.ts'
import { createThrottle } from './throttle.ts'

/** What is known of a request once its token has opened the door. */
export type Opened = Pick<Exchange, 'world' | 'directory' | 'dialect' | 'base' | 'notes'>

/** Where the notes of a request lie until it is answered, for the error that may come. */
interface Locals {
  notes?: Notes
  scimAnswer?: Buffer
}

/**
 * The function that opens requests. AppError `unauthenticated`, or `too_many` for a directory that storms this node or a network that
 * guesses tokens.
 */
export function createOpening(
  world: World,
  catalogue: Catalogue,
  meter: Meter,
): (req: Request, res: Response) => Promise<Opened> {
  const throttle = createThrottle()
  const guard = createGuessGuard(world.rateLimits)
  const log = createLog(world, catalogue, meter)
  const authenticate = async (req: Request, res: Response): Promise<OpenedDirectory> => {
    const directoryId = String(req.params.directoryId).toLowerCase()
    const token = bearerOf(req)
    if (token === null)
      throw new AppError('unauthenticated', 'token_missing', 'A bearer token of this directory is needed.')
    const key = guessKey(directoryId, token)
    guard.admit(clientNetwork(req), key)
    try {
      const directory = await authenticateDirectory(world, directoryId, token)
      guard.opened(key)
      return directory
    } catch (thrown) {
      const error = toAppError(thrown)
      if (error.kind === 'unauthenticated') guard.refused(key, error)
      const stale = staleHolder(error)
      if (stale !== null) log(req, res, stale, newNotes())
      throw error
    }
  }
  return async (req, res) => {
    const directory = await counted(meter, 'network', () => authenticate(req, res))
    const notes = newNotes()
    log(req, res, directory, notes)
    await counted(meter, 'directory', () => world.rateLimits && throttle(directory.id))
    return {
      world,
      directory: {
        ...directory,
        told: notes.hear,
        passedOver: (ids) => {
          for (const id of ids) notes.unknownMembers.add(id)
        },
      },
      dialect: dialects[directory.preset],
      base: `${world.publicUrl}/scim/v2/${directory.id}`,
      notes,
    }
  }
}

/** Notes the error that a request is answered with, where its line is to be written. */
export function noteAnswer(res: Response, error: AppError, scimType: string | undefined): void {
  const { notes } = res.locals as Locals
  if (notes !== undefined) noteError(notes, error, scimType)
}

async function counted<T>(meter: Meter, by: 'directory' | 'network', work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (toAppError(error).kind === 'too_many') meter.throttled(by)
    throw error
  }
}

type Line = (
  req: Request,
  res: Response,
  directory: Pick<OpenedDirectory, 'id' | 'preset' | 'tokenId'>,
  notes: Notes,
) => void

/** The function that has a request's line written once its answer is sent. */
function createLog(world: World, catalogue: Catalogue, meter: Meter): Line {
  const redactor = createRedactor(catalogue)
  return (req, res, directory, notes) => {
    const started = performance.now()
    const at = world.clock.now()
    const { url, method } = req
    const locals = res.locals as Locals
    locals.notes = notes
    res.on('finish', () => {
      meter.outcomes(notes)
      const status = res.statusCode
      const body: unknown = req.body
      const size = Number(req.headers['content-length'] ?? 0)
      const agent = req.headers['user-agent']
      const userAgent = agent === undefined ? null : redactor.text(agent)
      logDirectoryRequest(world, {
        directoryId: directory.id,
        tokenId: directory.tokenId,
        at,
        method,
        status,
        durationMs: Math.round(performance.now() - started),
        userAgent,
        notable: isNotable({ notes, status }),
        bytes: Math.min(size, 65_536) + (locals.scimAnswer?.length ?? 0) + 1024,
        describe: () => ({
          path: redactor.path(url),
          requestBody: redactor.body(body, size),
          responseBody: locals.scimAnswer?.toString('utf8', 0, 16_384) ?? null,
          findings: findingsOf({
            preset: directory.preset,
            notes,
            method,
            status,
            type: typeAt(catalogue, url),
            body,
            userAgent,
          }),
        }),
      })
    })
  }
}

function typeAt({ types }: Catalogue, url: string): ResourceType | null {
  const segment = /^\/[^/?]*/.exec(url)?.[0].toLowerCase() ?? ''
  return types.find((type) => type.endpoint.toLowerCase() === segment) ?? null
}
