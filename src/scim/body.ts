// Request bodies: read once as JSON of the two media types.
import express, { type NextFunction, type Request, type Response } from 'express'
import { refuseDeepJson } from '../http/json-depth.ts'
import { AppError } from '../kernel/errors.ts'

/** Of every body but a group's; ServiceProviderConfig announces it as bulk's maxPayloadSize. */
export const MAX_PAYLOAD_BYTES = 1_048_576
/** A group's whole list of members may come in one PUT. */
const GROUP_LIMIT = 16_777_216
const TYPES = /^application\/(scim\+json|json)\s*(;|$)/i

const readers = {
  other: express.json({ type: () => true, limit: MAX_PAYLOAD_BYTES, verify: refuseDeepJson }),
  group: express.json({ type: () => true, limit: GROUP_LIMIT, verify: refuseDeepJson }),
}

/** Parses a JSON body; 415 for other media types, 413 over the limit, 400 where it is no JSON. Runs after authentication. */
export function readBody(req: Request, res: Response, next: NextFunction): void {
  if (!['POST', 'PUT', 'PATCH'].includes(req.method)) {
    next()
    return
  }
  const type = req.headers['content-type']
  if (type !== undefined && !TYPES.test(type)) {
    throw new AppError('unsupported', 'unsupported_media_type', 'The body must be application/scim+json.')
  }
  const read = /^\/groups/i.test(req.path) ? readers.group : readers.other
  read(req, res, (error?: unknown) => {
    const isTooLarge = error instanceof Error && 'type' in error && error.type === 'entity.too.large'
    if (isTooLarge && /^\/bulk\/?$/i.test(req.path)) next(tooLargeForBulk())
    else next(error)
  })
}

/** RFC 7644 §3.7.4: the limit is named as ServiceProviderConfig names it. */
function tooLargeForBulk(): AppError {
  const message = `The size of the request is over maxPayloadSize (${MAX_PAYLOAD_BYTES} bytes).`
  return new AppError('too_large', 'body_too_large', message)
}
