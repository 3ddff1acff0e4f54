// Encrypted assertions: opened with the Connection's own keys, by one list of algorithms, failing in one way only.
import { constants, createDecipheriv, privateDecrypt } from 'node:crypto'
import { attribute, children, childrenNamed, DSIG, is, textOf } from '../xml/document.ts'
import { unacceptable } from './message.ts'
import { ASSERTION, XENC, XENC11 } from './names.ts'

/** node:crypto's name, key bytes, nonce bytes; the ones with a tag prove that nobody altered the text. */
const CONTENT: Record<string, { cipher: string; key: number; nonce: number; tag: number }> = {
  [`${XENC11}aes128-gcm`]: { cipher: 'aes-128-gcm', key: 16, nonce: 12, tag: 16 },
  [`${XENC11}aes192-gcm`]: { cipher: 'aes-192-gcm', key: 24, nonce: 12, tag: 16 },
  [`${XENC11}aes256-gcm`]: { cipher: 'aes-256-gcm', key: 32, nonce: 12, tag: 16 },
  [`${XENC}aes128-cbc`]: { cipher: 'aes-128-cbc', key: 16, nonce: 16, tag: 0 },
  [`${XENC}aes192-cbc`]: { cipher: 'aes-192-cbc', key: 24, nonce: 16, tag: 0 },
  [`${XENC}aes256-cbc`]: { cipher: 'aes-256-cbc', key: 32, nonce: 16, tag: 0 },
  [`${XENC}tripledes-cbc`]: { cipher: 'des-ede3-cbc', key: 24, nonce: 8, tag: 0 },
}

const DIGESTS: Record<string, string> = {
  'http://www.w3.org/2000/09/xmldsig#sha1': 'sha1',
  'http://www.w3.org/2001/04/xmlenc#sha256': 'sha256',
  'http://www.w3.org/2001/04/xmlenc#sha512': 'sha512',
}
const MASKS: Record<string, string> = {
  [`${XENC11}mgf1sha1`]: 'sha1',
  [`${XENC11}mgf1sha256`]: 'sha256',
  [`${XENC11}mgf1sha512`]: 'sha512',
}

/**
 * The text of the Assertion in an EncryptedAssertion (SAML Core §2.3.4; XML Encryption §4), opened with the first of `privateKeys` (PEM)
 * that fits. `weak` allows CBC: only where the Response around it was signed. Every failure is the same refusal.
 */
export function decrypt(encrypted: Element, privateKeys: readonly string[], weak: boolean): string {
  try {
    const data = sole(childrenNamed(encrypted, XENC, 'EncryptedData'))
    const algorithm =
      CONTENT[attribute(sole(childrenNamed(data, XENC, 'EncryptionMethod')), 'Algorithm') ?? '']
    if (algorithm === undefined || (algorithm.tag === 0 && !weak)) throw new Error('content algorithm')
    const key = unwrap(keysOf(encrypted, data), privateKeys, algorithm.key)
    const sealed = cipherValue(data)
    const nonce = sealed.subarray(0, algorithm.nonce)
    const body = sealed.subarray(algorithm.nonce, sealed.length - algorithm.tag)
    const text =
      algorithm.tag > 0
        ? openSealed(algorithm.cipher, key, nonce, body, sealed)
        : openBlocks(algorithm.cipher, key, nonce, body)
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(text)
  } catch {
    throw unacceptable('decryption', 'The assertion cannot be decrypted with the keys of this Connection.')
  }
}

function openSealed(cipher: string, key: Buffer, nonce: Buffer, body: Buffer, sealed: Buffer): Buffer {
  const open = createDecipheriv(cipher as 'aes-256-gcm', key, nonce, { authTagLength: 16 })
  open.setAuthTag(sealed.subarray(sealed.length - 16))
  return Buffer.concat([open.update(body), open.final()])
}

function openBlocks(cipher: string, key: Buffer, nonce: Buffer, body: Buffer): Buffer {
  const open = createDecipheriv(cipher, key, nonce).setAutoPadding(false)
  const padded = Buffer.concat([open.update(body), open.final()])
  // XML Encryption §5.2 leaves all padding bytes but the last one free.
  const padding = padded.at(-1) ?? 0
  if (padding < 1 || padding > nonce.length) throw new Error('padding')
  return padded.subarray(0, padded.length - padding)
}

/** EncryptedKey beside EncryptedData or inside its KeyInfo. */
function keysOf(encrypted: Element, data: Element): Element[] {
  const info = childrenNamed(data, DSIG, 'KeyInfo')
  const inside = info.flatMap((one) => childrenNamed(one, XENC, 'EncryptedKey'))
  return [...inside, ...childrenNamed(encrypted, XENC, 'EncryptedKey')].slice(0, 4)
}

function unwrap(wrapped: readonly Element[], privateKeys: readonly string[], bytes: number): Buffer {
  for (const one of wrapped) {
    const hash = oaepHash(sole(childrenNamed(one, XENC, 'EncryptionMethod')))
    if (hash === null) continue
    const sealed = cipherValue(one)
    for (const privateKey of privateKeys) {
      try {
        const key = privateDecrypt(
          { key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: hash },
          sealed,
        )
        if (key.length === bytes) return key
      } catch {
        // Another of the keys may fit: during a rotation two are alive.
      }
    }
  }
  throw new Error('no key')
}

/** The one hash of both halves of OAEP; null for RSA 1.5, for parameters, and for halves that differ (node:crypto knows one). */
function oaepHash(method: Element): string | null {
  const algorithm = attribute(method, 'Algorithm')
  const digest = children(method).find((one) => is(one, DSIG, 'DigestMethod'))
  const mask = children(method).find((one) => is(one, XENC11, 'MGF'))
  if (children(method).some((one) => is(one, XENC, 'OAEPparams'))) return null
  const hash = digest === undefined ? 'sha1' : DIGESTS[attribute(digest, 'Algorithm') ?? '']
  if (algorithm === `${XENC}rsa-oaep-mgf1p`) return hash === 'sha1' ? hash : null
  if (algorithm !== `${XENC11}rsa-oaep`) return null
  const masked = mask === undefined ? 'sha1' : MASKS[attribute(mask, 'Algorithm') ?? '']
  return hash !== undefined && hash === masked ? hash : null
}

function cipherValue(element: Element): Buffer {
  const value = sole(childrenNamed(sole(childrenNamed(element, XENC, 'CipherData')), XENC, 'CipherValue'))
  const text = textOf(value)?.replace(/\s+/g, '') ?? ''
  const bytes = Buffer.from(text, 'base64')
  if (text === '' || bytes.toString('base64') !== text) throw new Error('base64')
  return bytes
}

function sole(elements: readonly Element[]): Element {
  const [only, second] = elements
  if (only === undefined || second !== undefined) throw new Error('shape')
  return only
}

/** The EncryptedAssertion of a Response, where it is its child. */
export function encryptedChild(response: Element): Element {
  return sole(childrenNamed(response, ASSERTION, 'EncryptedAssertion'))
}
