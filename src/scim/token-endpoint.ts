// The token endpoint of a directory, and what it says of itself to clients that look (RFC 6749 §3.2, RFC 8414).
import express, { type NextFunction, type Request, type Response, type Router } from 'express'
import { issueAccessToken } from '../actions/issue-access-token.ts'
import type { World } from '../actions/world.ts'
import { ASSERTION_ALGORITHMS, oauthAddresses, SCIM_SCOPE } from '../domain/oauth-client.ts'
import { answerErrors } from '../http/answer-errors.ts'
import { clientNetwork } from '../http/client-address.ts'
import { methodNotAllowed } from '../http/errors.ts'
import { type Limit, takeFromLimit } from '../http/rate-limit.ts'
import { notFound } from '../kernel/errors.ts'
import { isId } from '../kernel/ids.ts'
import { oauthError, sendOauth, sendOauthError } from './oauth-errors.ts'
import { authenticationMethods, readTokenRequest, type TokenForm } from './token-request.ts'

/** Token requests to one directory from one network a minute; a client needs one an hour. */
const DIRECTORY_LIMIT: Limit = { name: 'scim-token', points: 60, seconds: 60 }
/** Token requests from one network a minute, to whatever directories. */
const NETWORK_LIMIT: Limit = { name: 'scim-token-network', points: 600, seconds: 60 }
const FORM = 'application/x-www-form-urlencoded'

/** Mounted at a directory's `/oauth`. */
export function tokenRouter(world: World): Router {
  const router = express.Router({ mergeParams: true, strict: false, caseSensitive: false })
  const form = express.urlencoded({ extended: false, limit: '64kb', parameterLimit: 50, type: FORM })
  router
    .route('/token')
    .post(limit(world), form, async (req: Request, res: Response) => {
      const directoryId = directoryOf(req)
      if (!req.is(FORM)) throw oauthError('invalid_request', `The body must be ${FORM}.`)
      const fields = (req.body ?? {}) as TokenForm
      const proof = readTokenRequest(fields, req.headers.authorization)
      const userAgent = req.headers['user-agent'] ?? null
      const issued = await issueAccessToken(world, directoryId, proof, userAgent)
      sendOauth(res, 200, {
        access_token: issued.token,
        token_type: 'Bearer',
        expires_in: issued.expiresInSeconds,
        scope: SCIM_SCOPE,
      })
    })
    .all(() => {
      throw methodNotAllowed(['POST'])
    })
  router.use(() => {
    throw notFound('This address')
  })
  router.use(answerErrors((_req, res, thrown) => sendOauthError(world, res, thrown)))
  return router
}

function limit(world: World) {
  return async (req: Request, _res: Response, next: NextFunction) => {
    const network = clientNetwork(req)
    await takeFromLimit(world, NETWORK_LIMIT, network)
    await takeFromLimit(world, DIRECTORY_LIMIT, `${network} ${directoryOf(req)}`)
    next()
  }
}

function directoryOf(req: Request): string {
  return String(req.params.directoryId).toLowerCase()
}

/**
 * Authorization server metadata (RFC 8414 §3), mounted at `/.well-known/oauth-authorization-server/scim/v2`. It is made of the id's form
 * alone, so that nobody learns here which directories there are, and costs no query.
 */
export function metadataRouter(world: World): Router {
  const router = express.Router({ strict: false, caseSensitive: false })
  router
    .route('/:directoryId')
    .get((req: Request, res: Response, next: NextFunction) => {
      const directoryId = directoryOf(req)
      if (!isId(directoryId)) {
        next('router')
        return
      }
      const { issuer, tokenEndpoint } = oauthAddresses(world.publicUrl, directoryId)
      res.setHeader('Content-Type', 'application/json')
      res.setHeader('Cache-Control', 'public, max-age=3600')
      res.end(
        JSON.stringify({
          issuer,
          token_endpoint: tokenEndpoint,
          token_endpoint_auth_methods_supported: authenticationMethods,
          token_endpoint_auth_signing_alg_values_supported: ASSERTION_ALGORITHMS,
          grant_types_supported: ['client_credentials'],
          response_types_supported: [],
          scopes_supported: [SCIM_SCOPE],
        }),
      )
    })
    .all(() => {
      throw methodNotAllowed(['GET', 'HEAD'])
    })
  return router
}
