// A key pair with a self-signed certificate: what protocols ask for that carry keys in X.509 and never look at the rest of it.
import { createPrivateKey, generateKeyPair, type KeyObject, randomBytes, sign } from 'node:crypto'
import { promisify } from 'node:util'

export interface SelfSigned {
  /** PKCS #8 PEM. */
  privateKeyPem: string
  /** X.509 v3 PEM, RSA with SHA-256. */
  certificatePem: string
}

const RSA_SHA256 = Buffer.from('300d06092a864886f70d01010b0500', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const VERSION_3 = Buffer.from('a003020102', 'hex')

/** A new RSA key of 2048 bits, made off the event loop, and its certificate from `from` for `years` (RFC 5280 §4.1). */
export async function newSelfSigned(commonName: string, from: Date, years: number): Promise<SelfSigned> {
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 })
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: selfSigned(commonName, privateKey, publicKey, from, years),
  }
}

/** The certificate of an existing RSA key, signed by itself. */
export function selfSigned(
  commonName: string,
  privateKey: KeyObject | string,
  publicKey: KeyObject,
  from: Date,
  years: number,
): string {
  const until = new Date(from)
  until.setUTCFullYear(until.getUTCFullYear() + years)
  const name = sequence(der(0x31, sequence(COMMON_NAME, der(0x0c, Buffer.from(commonName, 'utf8')))))
  const serial = randomBytes(16)
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  const body = sequence(
    VERSION_3,
    der(0x02, serial),
    RSA_SHA256,
    name,
    sequence(time(from), time(until)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const key = typeof privateKey === 'string' ? createPrivateKey(privateKey) : privateKey
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, key))
  const lines =
    sequence(body, RSA_SHA256, signature)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

function sequence(...parts: Buffer[]): Buffer {
  return der(0x30, ...parts)
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const length: number[] = []
  for (let rest = content.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff)
  const head = content.length < 128 ? [content.length] : [0x80 | length.length, ...length]
  return Buffer.concat([Buffer.from([tag, ...head]), content])
}

/** GeneralizedTime from 2050 on, UTCTime before (RFC 5280 §4.1.2.5). */
function time(at: Date): Buffer {
  const digits = `${at.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`
  return at.getUTCFullYear() < 2050 ? der(0x17, Buffer.from(digits.slice(2))) : der(0x18, Buffer.from(digits))
}
