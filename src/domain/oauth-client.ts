// OAuth clients of a directory: who may fetch its short-lived tokens, by a secret or by another issuer's assertion.

/** How long an access token lives, in seconds. Microsoft's gallery asks for one to six hours. */
export const ACCESS_TOKEN_SECONDS = 3600

/** The one scope there is: all of the directory's SCIM door. */
export const SCIM_SCOPE = 'scim'

/** How far the clocks of an issuer and of ours may lie apart, in seconds. */
export const CLOCK_TOLERANCE_SECONDS = 60

/** How long an assertion may live at most, in seconds. Entra's live 60 to 90 minutes, and up to a day by a tenant's policy. */
export const ASSERTION_SECONDS_MAX = 86_400

/** The signatures that an assertion may bear (RFC 7518 §3.1, RFC 8037): public keys alone, neither `none` nor a shared secret. */
export const ASSERTION_ALGORITHMS: readonly string[] = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]

/** A JSON Web Key Set (RFC 7517 §5) of public keys. */
export interface KeySet {
  keys: Record<string, unknown>[]
}

/** Whose assertions a client is known by (RFC 7523 §2.2). */
export interface AssertionTrust {
  issuer: string
  subject: string
  /** Null: the assertion is made for our token endpoint or the directory's issuer address. */
  audience: string | null
  /** Where the issuer publishes its keys; null where they were pasted. */
  jwksUrl: string | null
  jwks: KeySet | null
  /** Whether one assertion may be presented again until it expires: for issuers that hand the same one out again. */
  repeatable: boolean
}

export interface OauthClient {
  /** Also the `client_id` of the protocol. */
  id: string
  directoryId: string
  label: string
  /** Null for a client with secrets. */
  assertion: AssertionTrust | null
  expiresAt: Date | null
  lastUsedAt: Date | null
  createdAt: Date
}

/** The addresses of the authorization server that a directory is (RFC 8414 §2). */
export function oauthAddresses(
  publicUrl: string,
  directoryId: string,
): { issuer: string; tokenEndpoint: string } {
  const issuer = `${publicUrl}/scim/v2/${directoryId}`
  return { issuer, tokenEndpoint: `${issuer}/oauth/token` }
}

/**
 * What an assertion's `aud` may be for a configured audience. Entra shows administrators `api://{app}/.default`, writes `api://{app}` in its
 * guide and the bare `{app}` in tokens of version 2.0: three names of one application.
 */
export function audienceNames(audience: string): string[] {
  const bare = audience.replace(/\/\.default$/, '')
  const app = /^(?:api:\/\/)?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i.exec(bare)?.[1]
  return [...new Set(app === undefined ? [audience, bare] : [audience, bare, app, `api://${app}`])]
}
