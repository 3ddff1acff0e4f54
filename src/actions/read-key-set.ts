// Reads a JSON Web Key Set: public keys that may verify an assertion, and nothing else of what a set may hold.
import { createPublicKey, type JsonWebKey } from 'node:crypto'
import type { KeySet } from '../domain/oauth-client.ts'

/** The members of a public RSA, elliptic or Edwards key (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2). */
const MEMBERS = ['kty', 'kid', 'use', 'key_ops', 'alg', 'n', 'e', 'crv', 'x', 'y']
const KINDS = ['RSA', 'EC', 'OKP']
const KEYS_MAX = 100
const RSA_BITS = 2048

/** A key that cannot be taken: `at` is its place in the set, null for the set as a whole. */
export interface KeySetFault {
  fault: string
  at: number | null
}

/**
 * `strict` refuses a set with any key that cannot be taken, as a person pasted it; otherwise those are left out, because a published set may
 * hold keys for other uses. A set without one usable key is a fault either way.
 */
export function readKeySet(value: unknown, strict: boolean): { set: KeySet } | KeySetFault {
  const listed = isObject(value) ? value.keys : undefined
  if (!Array.isArray(listed) || listed.length === 0 || listed.length > KEYS_MAX) {
    return { fault: `must be a JSON Web Key Set with 1 to ${KEYS_MAX} keys`, at: null }
  }
  const keys: KeySet['keys'] = []
  for (const [at, entry] of listed.entries()) {
    const fault = faultOf(entry)
    if (fault === null) keys.push(bare(entry))
    else if (strict) return { fault, at }
  }
  return keys.length > 0 ? { set: { keys } } : { fault: 'holds no public signature key', at: null }
}

function faultOf(entry: unknown): string | null {
  if (!isObject(entry)) return 'is no JSON Web Key'
  if ('d' in entry || 'k' in entry) return 'holds a private or shared key; give the public one'
  if (!KINDS.includes(String(entry.kty))) return `kty must be one of ${KINDS.join(', ')}`
  if (entry.use !== undefined && entry.use !== 'sig') return 'use must be sig'
  if (entry.kid !== undefined && typeof entry.kid !== 'string') return 'kid must be a text'
  try {
    const { asymmetricKeyDetails } = createPublicKey({ key: entry as JsonWebKey, format: 'jwk' })
    const bits = asymmetricKeyDetails?.modulusLength
    return bits !== undefined && bits < RSA_BITS ? `must have ${RSA_BITS} bits or more` : null
  } catch {
    return 'is no public key'
  }
}

function bare(entry: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(MEMBERS.filter((name) => name in entry).map((name) => [name, entry[name]]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
