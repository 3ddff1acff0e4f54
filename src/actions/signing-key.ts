// The key by which this installation signs what it tells of itself: made once, kept encrypted, shared by all nodes.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { calculateJwkThumbprint, type JWK } from 'jose'
import { reader } from '../store/database.ts'
import { findSigningKey, insertSigningKey, type SigningKeyRow } from '../store/signing-keys.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

const USE = 'security-events'
const PURPOSE = 'signing-key'
export const SIGNING_ALGORITHM = 'ES256'

export interface SigningKey {
  id: string
  privateKey: KeyObject
  /** As the key set shows it. */
  publicJwk: JWK
}

const known = new WeakMap<World, Promise<SigningKey>>()

/** The key of this installation; the first to ask makes it. */
export function signingKey(world: World): Promise<SigningKey> {
  let key = known.get(world)
  if (key === undefined) {
    key = load(world).catch((error) => {
      known.delete(world)
      throw error
    })
    known.set(world, key)
  }
  return key
}

/** The key set by which receivers verify (RFC 7517 §5). */
export async function publicKeySet(world: World): Promise<{ keys: JWK[] }> {
  return { keys: [(await signingKey(world)).publicJwk] }
}

async function load(world: World): Promise<SigningKey> {
  const read = reader(world.dataSource)
  const row = (await findSigningKey(read, USE)) ?? (await make(world))
  const privateKey = createPrivateKey(world.secrets.decrypt(PURPOSE, row.privateEncrypted))
  return { id: row.id, privateKey, publicJwk: row.publicJwk as JWK }
}

async function make(world: World): Promise<SigningKeyRow> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const jwk = createPublicKey(privateKey).export({ format: 'jwk' }) as JWK
  const id = await calculateJwkThumbprint(jwk)
  return inTransaction(world, async (tx) => {
    await insertSigningKey(
      tx,
      USE,
      {
        id,
        publicJwk: { ...jwk, kid: id, use: 'sig', alg: SIGNING_ALGORITHM },
        privateEncrypted: world.secrets.encrypt(PURPOSE, pem),
      },
      world.clock.now(),
    )
    // Of two nodes that start at once, one's key stands and both take it.
    const kept = await findSigningKey(tx, USE)
    if (kept === null) throw new Error('the signing key could not be kept')
    return kept
  })
}
