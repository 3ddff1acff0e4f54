// The keys of identity providers: read from certificates, measured, fingerprinted.
import { type KeyObject, X509Certificate } from 'node:crypto'

export interface ProviderCertificate {
  /** PEM with its armour. */
  pem: string
  /** Base64 DER without armour. */
  der: string
  /** SHA-256 of the DER, lower-case hex with colons. */
  fingerprint: string
  notAfter: Date
}

/** A certificate from PEM or bare base64 DER; null where the text is none. Its dates are read, never judged (SAML V2.0 Metadata IOP §2.6.1). */
export function readCertificate(text: string): ProviderCertificate | null {
  const der = text.replace(/-----(?:BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '')
  if (der === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(der)) return null
  try {
    const certificate = new X509Certificate(Buffer.from(der, 'base64'))
    return {
      pem: armoured(der),
      der,
      fingerprint: certificate.fingerprint256.toLowerCase(),
      notAfter: new Date(certificate.validTo),
    }
  } catch {
    return null
  }
}

/** The public key of a certificate in PEM or bare base64; null where there is none. */
export function keyOf(text: string): KeyObject | null {
  const read = readCertificate(text)
  return read === null ? null : new X509Certificate(Buffer.from(read.der, 'base64')).publicKey
}

/** Why a key is too weak to trust, or null: RSA of 2048 bits and more with an exponent of 3 or more, or a NIST curve of 256 bits and more. */
export function weakness(key: KeyObject): string | null {
  const details = key.asymmetricKeyDetails
  if (key.asymmetricKeyType === 'rsa') {
    const bits = details?.modulusLength ?? 0
    if (bits < 2048) return `an RSA key of ${bits} bits is too short; 2048 are needed`
    return (details?.publicExponent ?? 0n) < 3n ? 'an RSA key with exponent 1 signs nothing' : null
  }
  if (key.asymmetricKeyType === 'ec') {
    const curve = details?.namedCurve ?? ''
    return ['prime256v1', 'secp384r1', 'secp521r1'].includes(curve)
      ? null
      : `the curve ${curve} is not accepted`
  }
  return `a key of type ${key.asymmetricKeyType ?? 'unknown'} is not accepted`
}

function armoured(der: string): string {
  return `-----BEGIN CERTIFICATE-----\n${(der.match(/.{1,64}/g) ?? []).join('\n')}\n-----END CERTIFICATE-----\n`
}
