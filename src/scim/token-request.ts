// Reads a token request (RFC 6749 §4.4.2): the grant, the scope, and the one way in which the client shows itself.
import type { ClientProof } from '../actions/issue-access-token.ts'
import { SCIM_SCOPE } from '../domain/oauth-client.ts'
import { AppError } from '../kernel/errors.ts'
import { oauthError } from './oauth-errors.ts'

/** RFC 7523 §2.2. */
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
const LENGTHS_MAX = { client_id: 200, client_secret: 500, client_assertion: 20_000 } as const

export type TokenForm = Readonly<Record<string, unknown>>

/** The ways of showing oneself, as RFC 8414 §2 names them. */
export const authenticationMethods = ['client_secret_basic', 'client_secret_post', 'private_key_jwt'] as const

/**
 * What the client shows. AppError `invalid_request` for a field that is missing, doubled or too long and for two ways at once,
 * `unsupported_grant_type`, `invalid_scope`, and `invalid_client` where it shows nothing.
 */
export function readTokenRequest(form: TokenForm, authorization: string | undefined): ClientProof {
  const grant = fieldOf(form, 'grant_type')
  if (grant === null) throw oauthError('invalid_request', 'grant_type is missing.')
  if (grant !== 'client_credentials') {
    throw oauthError('unsupported_grant_type', 'grant_type must be client_credentials.')
  }
  const scopes = (fieldOf(form, 'scope') ?? '').split(' ').filter((scope) => scope !== '')
  if (scopes.some((scope) => scope !== SCIM_SCOPE)) {
    throw oauthError('invalid_scope', `scope must be ${SCIM_SCOPE}, or left out.`)
  }
  return readProof(form, authorization)
}

function readProof(form: TokenForm, authorization: string | undefined): ClientProof {
  const clientId = fieldOf(form, 'client_id')
  const secret = fieldOf(form, 'client_secret')
  const assertion = fieldOf(form, 'client_assertion')
  const type = fieldOf(form, 'client_assertion_type')
  const ways = [authorization, secret, assertion ?? type].filter((way) => way !== undefined && way !== null)
  if (ways.length > 1) {
    throw oauthError(
      'invalid_request',
      'Use one of the Authorization header, client_secret and client_assertion.',
    )
  }
  if (authorization !== undefined) return basicProof(authorization, clientId)
  if (assertion !== null || type !== null) {
    if (type !== ASSERTION_TYPE) {
      throw oauthError('invalid_request', `client_assertion_type must be ${ASSERTION_TYPE}.`)
    }
    if (assertion === null) throw oauthError('invalid_request', 'client_assertion is missing.')
    return { kind: 'assertion', clientId, assertion }
  }
  if (secret === null) throw unknownClient()
  if (clientId === null) throw oauthError('invalid_request', 'client_id is missing.')
  return { kind: 'secret', clientId, secret }
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
function basicProof(authorization: string, named: string | null): ClientProof {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1]
  const text = Buffer.from(encoded ?? '', 'base64').toString('utf8')
  const at = text.indexOf(':')
  const [clientId, secret] = [decoded(text.slice(0, Math.max(at, 0))), decoded(text.slice(at + 1))]
  if (at < 0 || clientId === null || secret === null) throw unknownClient()
  if (named !== null && named !== clientId) {
    throw oauthError('invalid_request', 'client_id differs from the Authorization header.')
  }
  return { kind: 'secret', clientId, secret }
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text.replace(/\+/g, '%20'))
  } catch {
    return null
  }
}

/** A field's one value; null where it is missing or empty, which is the same (RFC 6749 §3.2). */
function fieldOf(form: TokenForm, name: string): string | null {
  const value = form[name]
  if (value === undefined || value === '') return null
  if (typeof value !== 'string') throw oauthError('invalid_request', `${name} stands there more than once.`)
  const max = (LENGTHS_MAX as Readonly<Record<string, number>>)[name] ?? 1000
  if (value.length > max) throw oauthError('invalid_request', `${name} is longer than ${max} characters.`)
  return value
}

function unknownClient(): AppError {
  return new AppError('unauthenticated', 'invalid_client', 'The client could not be authenticated.')
}
