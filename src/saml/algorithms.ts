// The shape of a Signature that may be verified: one reference to its parent, two transforms, algorithms from a list.
import { attribute, attributes, children, DSIG, is, textOf } from '../xml/document.ts'
import { unacceptable } from './message.ts'
import { ENVELOPED, EXCLUSIVE_C14N } from './names.ts'

export interface SignatureShape {
  element: Element
  signedInfo: Element
  /** The hash of node:crypto under the RSA signature. */
  signatureHash: string
  digestHash: string
  digest: Buffer
  value: Buffer
  /** Prefixes of InclusiveNamespaces: of SignedInfo, and of the signed element. */
  infoPrefixes: string[]
  referencePrefixes: string[]
  /** The certificate that the message itself names, as a hint of order only: it is never trusted. */
  hintedCertificate: string | null
}

export interface LegacySwitches {
  sha1: boolean
  encryption: boolean
}

const SIGNATURES = new Map([
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'sha512'],
])
const DIGESTS = new Map([
  ['http://www.w3.org/2001/04/xmlenc#sha256', 'sha256'],
  ['http://www.w3.org/2001/04/xmlenc#sha512', 'sha512'],
])
const LEGACY_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
const LEGACY_DIGEST = 'http://www.w3.org/2000/09/xmldsig#sha1'

// Digests of the empty text: what a failed canonicalization signs, good for any document.
const EMPTY_DIGESTS = [
  '2jmj7l5rSw0yVb/vlWAYkK/YBwk=',
  '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=',
  'z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==',
]

/** Reads a Signature that stands in `owner`; throws the refusal of the stage `algorithms`. (XML Signature §4; SAML Core §5.4) */
export function readSignature(element: Element, owner: Element, legacy: LegacySwitches): SignatureShape {
  const [signedInfo, value, ...rest] = children(element)
  if (signedInfo === undefined || value === undefined) throw bad('A Signature is incomplete.')
  if (!is(signedInfo, DSIG, 'SignedInfo') || !is(value, DSIG, 'SignatureValue'))
    throw bad('A Signature has a foreign shape.')
  if (rest.length > 1 || rest.some((one) => !is(one, DSIG, 'KeyInfo')))
    throw bad('A Signature has a foreign child.')
  const info = readInfo(signedInfo, legacy)
  const id = attribute(owner, 'ID')
  if (id === null || id === '' || attribute(info.reference, 'URI') !== `#${id}`) {
    throw bad('A Signature does not refer to the element it stands in.')
  }
  return {
    element,
    signedInfo,
    signatureHash: info.signatureHash,
    infoPrefixes: info.prefixes,
    ...readReference(info.reference, legacy),
    value: base64Of(value),
    hintedCertificate: hint(rest[0]),
  }
}

function readInfo(signedInfo: Element, legacy: LegacySwitches) {
  const [canonicalization, method, reference, ...more] = children(signedInfo)
  if (canonicalization === undefined || method === undefined || reference === undefined || more.length > 0) {
    throw bad('SignedInfo does not hold exactly one Reference.')
  }
  expectNames(
    [canonicalization, method, reference],
    ['CanonicalizationMethod', 'SignatureMethod', 'Reference'],
  )
  if (attribute(canonicalization, 'Algorithm') !== EXCLUSIVE_C14N)
    throw bad('SignedInfo is not canonicalized exclusively.')
  const algorithm = attribute(method, 'Algorithm') ?? ''
  const signatureHash = algorithm === LEGACY_SIGNATURE && legacy.sha1 ? 'sha1' : SIGNATURES.get(algorithm)
  if (signatureHash === undefined || children(method).length > 0) {
    throw bad(`The signature algorithm ${algorithm.slice(0, 100)} is not accepted.`)
  }
  return { reference, signatureHash, prefixes: prefixesOf(canonicalization) }
}

function readReference(reference: Element, legacy: LegacySwitches) {
  if (attributes(reference).some((one) => one.name !== 'URI'))
    throw bad('A Reference carries more than its URI.')
  const [transforms, method, value, ...more] = children(reference)
  if (transforms === undefined || method === undefined || value === undefined || more.length > 0) {
    throw bad('A Reference has a foreign shape.')
  }
  expectNames([transforms, method, value], ['Transforms', 'DigestMethod', 'DigestValue'])
  const [enveloped, canonical, ...others] = children(transforms)
  if (enveloped === undefined || canonical === undefined || others.length > 0)
    throw bad('There are not exactly two transforms.')
  expectNames([enveloped, canonical], ['Transform', 'Transform'])
  if (attribute(enveloped, 'Algorithm') !== ENVELOPED || children(enveloped).length > 0) throw badTransform()
  if (attribute(canonical, 'Algorithm') !== EXCLUSIVE_C14N) throw badTransform()
  const algorithm = attribute(method, 'Algorithm') ?? ''
  const digestHash = algorithm === LEGACY_DIGEST && legacy.sha1 ? 'sha1' : DIGESTS.get(algorithm)
  if (digestHash === undefined || children(method).length > 0) {
    throw bad(`The digest algorithm ${algorithm.slice(0, 100)} is not accepted.`)
  }
  const digest = base64Of(value)
  if (EMPTY_DIGESTS.includes(digest.toString('base64'))) throw bad('The digest is that of an empty text.')
  return { digestHash, digest, referencePrefixes: prefixesOf(canonical) }
}

function prefixesOf(method: Element): string[] {
  const [inclusive, ...more] = children(method)
  if (inclusive === undefined) return []
  if (more.length > 0 || !is(inclusive, EXCLUSIVE_C14N, 'InclusiveNamespaces')) throw badTransform()
  const list = (attribute(inclusive, 'PrefixList') ?? '').split(/\s+/).filter((prefix) => prefix !== '')
  // The readers differ in what "#default" means for a default namespace, so nobody may rest on it.
  if (list.length > 32 || list.includes('#default'))
    throw bad('The list of inclusive namespaces is not accepted.')
  return list
}

function expectNames(elements: readonly Element[], names: readonly string[]): void {
  for (const [index, element] of elements.entries()) {
    if (!is(element, DSIG, names[index] ?? ''))
      throw bad(`${element.tagName} stands where ${names[index]} belongs.`)
  }
}

function base64Of(element: Element): Buffer {
  const text = textOf(element)?.replace(/\s+/g, '')
  const bytes = Buffer.from(text ?? '', 'base64')
  if (!text || bytes.toString('base64') !== text) throw bad(`${element.localName} is not base64.`)
  return bytes
}

function hint(keyInfo: Element | undefined): string | null {
  const data = keyInfo && children(keyInfo).find((one) => is(one, DSIG, 'X509Data'))
  const certificate = data && children(data).find((one) => is(one, DSIG, 'X509Certificate'))
  return certificate ? (textOf(certificate)?.replace(/\s+/g, '') ?? null) : null
}

function badTransform() {
  return bad('A transform is not accepted.')
}

function bad(detail: string) {
  return unacceptable('algorithms', detail)
}
