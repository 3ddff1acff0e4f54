// Whether a client assertion says what its client was set up with, before any key is looked for: one ordered table of checks.
import type { AssertionFault } from '../domain/client-fault.ts'
import {
  ASSERTION_ALGORITHMS,
  ASSERTION_SECONDS_MAX,
  type AssertionTrust,
  audienceNames,
  CLOCK_TOLERANCE_SECONDS,
} from '../domain/oauth-client.ts'

export interface AssertionFacts {
  header: Readonly<Record<string, unknown>>
  claims: Readonly<Record<string, unknown>>
  trust: AssertionTrust
  /** What `aud` may be where no audience was configured: the token endpoint and the issuer address of the directory. */
  ownNames: readonly string[]
  now: Date
}

type Check = [
  name: AssertionFault['name'],
  holds: (facts: AssertionFacts) => boolean,
  detail: (facts: AssertionFacts) => string,
]

/** RFC 7523 §3 in its order, after RFC 7515 §4.1 and with RFC 8725 §3.1. The signature is checked later and covers all that was judged here. */
const checks: readonly Check[] = [
  [
    'alg_refused',
    ({ header }) => ASSERTION_ALGORITHMS.includes(header.alg as string),
    ({ header }) => `alg is ${shown(header.alg)}; accepted are ${ASSERTION_ALGORITHMS.join(', ')}`,
  ],
  [
    'key_unknown',
    ({ header }) => header.kid === undefined || typeof header.kid === 'string',
    ({ header }) => `kid is ${shown(header.kid)}, which is no text`,
  ],
  [
    'issuer_wrong',
    ({ claims, trust }) => claims.iss === trust.issuer,
    ({ claims, trust }) => `iss is ${shown(claims.iss)}; the client takes ${trust.issuer}`,
  ],
  [
    'subject_wrong',
    ({ claims, trust }) => claims.sub === trust.subject,
    ({ claims, trust }) => `sub is ${shown(claims.sub)}; the client takes ${trust.subject}`,
  ],
  [
    'audience_wrong',
    (facts) => listOf(facts.claims.aud).some((one) => acceptedAudiences(facts).includes(one)),
    (facts) => `aud is ${shown(facts.claims.aud)}; the client takes ${acceptedAudiences(facts).join(' or ')}`,
  ],
  [
    'expiry_wrong',
    ({ claims, now }) => isTime(claims.exp) && claims.exp > seconds(now) - CLOCK_TOLERANCE_SECONDS,
    ({ claims, now }) => `exp is ${shown(claims.exp)} and it is ${seconds(now)} now`,
  ],
  [
    'expiry_wrong',
    ({ claims, now }) => (claims.exp as number) <= seconds(now) + ASSERTION_SECONDS_MAX,
    ({ claims }) => `exp is ${shown(claims.exp)}, more than ${ASSERTION_SECONDS_MAX} seconds ahead`,
  ],
  [
    'not_yet_valid',
    ({ claims, now }) => claims.nbf === undefined || isReached(claims.nbf, now),
    ({ claims, now }) => `nbf is ${shown(claims.nbf)} and it is ${seconds(now)} now`,
  ],
  [
    'not_yet_valid',
    ({ claims, now }) => claims.iat === undefined || isReached(claims.iat, now),
    ({ claims, now }) => `iat is ${shown(claims.iat)} and it is ${seconds(now)} now`,
  ],
  [
    'id_malformed',
    ({ claims }) => claims.jti === undefined || (typeof claims.jti === 'string' && claims.jti.length > 0),
    ({ claims }) => `jti is ${shown(claims.jti)}, which is no text`,
  ],
]

/** The first check that fails, or null. */
export function judgeAssertion(facts: AssertionFacts): AssertionFault | null {
  const failed = checks.find(([, holds]) => !holds(facts))
  if (failed === undefined) return null
  const [name, , detail] = failed
  return { name, detail: detail(facts) }
}

function acceptedAudiences({ trust, ownNames }: AssertionFacts): readonly string[] {
  return trust.audience === null ? ownNames : audienceNames(trust.audience)
}

function listOf(aud: unknown): string[] {
  return (Array.isArray(aud) ? aud : [aud]).filter((one) => typeof one === 'string')
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value)
}

function isReached(value: unknown, now: Date): boolean {
  return isTime(value) && value <= seconds(now) + CLOCK_TOLERANCE_SECONDS
}

function seconds(at: Date): number {
  return Math.floor(at.getTime() / 1000)
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : (JSON.stringify(value)?.slice(0, 200) ?? 'unreadable')
}
