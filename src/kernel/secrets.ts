// Tokens, codes, hashes and encryption: every secret of the product is made and compared here.
import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from 'node:crypto'

export interface NewToken {
  /** Shown once: `<prefix>_` and 43 characters of base64url, 256 bits. */
  token: string
  /** What is stored: the SHA-256 of the whole token, 32 bytes. */
  hash: Buffer
}

export interface Secrets {
  /** A keyed digest for what is short enough to be guessed (codes), 32 bytes; `purpose` separates the keys. */
  hmac(purpose: string, text: string): Buffer
  /** AES-256-GCM under a key of its own for `purpose`; a base64url text. */
  encrypt(purpose: string, text: string): string
  /** The inverse of `encrypt`; throws when the text was made for another purpose, by another key, or altered. */
  decrypt(purpose: string, sealed: string): string
}

/** The secrets derived from `SECRET_KEY` (32 or more bytes), one key per purpose by HKDF-SHA-256 (RFC 5869). */
export function createSecrets(secretKey: Buffer): Secrets {
  const keys = new Map<string, Buffer>()
  const keyFor = (use: 'mac' | 'seal', purpose: string): Buffer => {
    const info = `gatehouse/${use}/${purpose}`
    let key = keys.get(info)
    if (key === undefined) {
      key = Buffer.from(hkdfSync('sha256', secretKey, '', info, 32))
      keys.set(info, key)
    }
    return key
  }
  return {
    hmac: (purpose, text) => createHmac('sha256', keyFor('mac', purpose)).update(text, 'utf8').digest(),
    encrypt: (purpose, text) => seal(keyFor('seal', purpose), text),
    decrypt: (purpose, sealed) => open(keyFor('seal', purpose), sealed),
  }
}

/** A new bearer secret with a readable prefix, for instance `scim` or `inv`. */
export function newToken(prefix: string): NewToken {
  const token = `${prefix}_${randomBytes(32).toString('base64url')}`
  return { token, hash: sha256(token) }
}

/** SHA-256 of the UTF-8 text, 32 bytes. Enough for secrets of 256 bits; codes need `Secrets.hmac`. */
export function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest()
}

/** Compares in a time that depends on the lengths alone. */
export function constantTimeEqual(a: Uint8Array | string, b: Uint8Array | string): boolean {
  const left = typeof a === 'string' ? Buffer.from(a, 'utf8') : a
  const right = typeof b === 'string' ? Buffer.from(b, 'utf8') : b
  return left.length === right.length && timingSafeEqual(left, right)
}

/** A proof code: six digits, each of the million equally likely. */
export function newCode6(): string {
  return String(randomInt(1_000_000)).padStart(6, '0')
}

const ALPHABET = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** An invitation's code: eight of 32 letters without 0, O, 1 and I, written `K7QM-4D2P` (40 bits). */
export function newCode8(): string {
  const letters = [...randomBytes(8)].map((byte) => ALPHABET.charAt(byte & 31)).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

/** The code as `newCode8` wrote it, from what a person typed (any case, any dashes and spaces); null when it cannot be one. */
export function readCode8(typed: string): string | null {
  const letters = typed.replace(/[\s\p{Dash}]/gu, '').toUpperCase()
  if (letters.length !== 8 || [...letters].some((letter) => !ALPHABET.includes(letter))) return null
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

function seal(key: Buffer, text: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')
}

function open(key: Buffer, sealed: string): string {
  const bytes = Buffer.from(sealed, 'base64url')
  if (bytes.length < 28) throw new Error('the sealed text is too short')
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 })
  decipher.setAuthTag(bytes.subarray(12, 28))
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
}
