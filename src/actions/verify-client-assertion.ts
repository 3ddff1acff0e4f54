// Verifies a client assertion (RFC 7523 §3): what it says, whose key signed it, and by what it is known again.
import {
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
} from 'jose'
import { type AssertionFacts, judgeAssertion } from '../decisions/judge-assertion.ts'
import type { AssertionFault } from '../domain/client-fault.ts'
import {
  ASSERTION_ALGORITHMS,
  type AssertionTrust,
  CLOCK_TOLERANCE_SECONDS,
  oauthAddresses,
} from '../domain/oauth-client.ts'
import { sha256 } from '../kernel/secrets.ts'
import { fetchKeySet } from './fetch-key-set.ts'
import type { World } from './world.ts'

const LENGTH_MAX = 16_384

/** An assertion that was only read: nothing in it is proven. */
export type ReadAssertion = Pick<AssertionFacts, 'header' | 'claims'>

/** By what a taken assertion is known again, and until when it could be presented. */
export interface TakenAssertion {
  replayKey: Buffer
  until: Date
}

/** The parts of a compact JWT, unproven, or null where it is none. */
export function readAssertion(assertion: string): ReadAssertion | null {
  if (assertion.length > LENGTH_MAX) return null
  try {
    return { header: { ...decodeProtectedHeader(assertion) }, claims: { ...decodeJwt(assertion) } }
  } catch {
    return null
  }
}

/**
 * Judges what the assertion says before a key is asked for, so that a stranger has nothing fetched; then the signature, by a key of the
 * client's issuer. Leaves the machine where the keys are published: never inside a transaction.
 */
export async function verifyClientAssertion(
  world: World,
  directoryId: string,
  trust: AssertionTrust,
  assertion: string,
  read: ReadAssertion,
): Promise<TakenAssertion | AssertionFault> {
  const { issuer, tokenEndpoint } = oauthAddresses(world.publicUrl, directoryId)
  const now = world.clock.now()
  const fault = judgeAssertion({ ...read, trust, ownNames: [tokenEndpoint, issuer], now })
  if (fault !== null) return fault
  const kid = read.header.kid as string | undefined
  const set = trust.jwks ?? (trust.jwksUrl === null ? null : await fetchKeySet(world, trust.jwksUrl, kid))
  if (set === null) {
    return { name: 'key_unknown', detail: `no key ${kid ?? 'at all'} could be read at ${trust.jwksUrl}` }
  }
  let claims: JWTPayload
  try {
    const keys = createLocalJWKSet(set as unknown as JSONWebKeySet)
    const verified = await jwtVerify(assertion, keys, {
      algorithms: [...ASSERTION_ALGORITHMS],
      issuer: trust.issuer,
      subject: trust.subject,
      currentDate: now,
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      requiredClaims: ['exp', 'aud'],
    })
    claims = verified.payload
  } catch (error) {
    return faultOf(error)
  }
  // Without an id of its own an assertion is known by its signed part: the same statement cannot come again under another signature's bytes.
  const id = claims.jti === undefined ? `text ${signedPart(assertion)}` : `jti ${claims.jti}`
  const until = new Date(((claims.exp as number) + CLOCK_TOLERANCE_SECONDS) * 1000)
  return { replayKey: sha256(id), until }
}

/** Header and claims without the signature, of which ECDSA makes a new one at each signing and takes two for each (s and n − s). */
function signedPart(assertion: string): string {
  return assertion.slice(0, assertion.lastIndexOf('.'))
}

function faultOf(error: unknown): AssertionFault {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown }
  const detail = typeof message === 'string' ? message : 'the signature could not be verified'
  if (code === 'ERR_JWKS_NO_MATCHING_KEY' || code === 'ERR_JWKS_MULTIPLE_MATCHING_KEYS') {
    return { name: 'key_unknown', detail }
  }
  if (code === 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED') return { name: 'signature_wrong', detail }
  return { name: 'assertion_malformed', detail }
}
