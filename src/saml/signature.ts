// One enveloped signature, verified in linear time: canonical SignedInfo under a trusted key, then the digest of the canonical element.
import { createHash, verify } from 'node:crypto'
import { ExclusiveCanonicalization } from 'xml-crypto'
import { constantTimeEqual } from '../kernel/secrets.ts'
import { keyOf, readCertificate, weakness } from '../xml/certificate.ts'
import { declarations } from '../xml/document.ts'
import type { SignatureShape } from './algorithms.ts'
import { unacceptable } from './message.ts'

export interface VerifiedSignature {
  /** The canonical bytes that were signed, as text: the only thing that may be read of the signed element. */
  canonical: string
  /** Which of the certificates signed, by its place in the list. */
  certificate: number
}

/**
 * Verifies what `readSignature` has shaped against the Connection's certificates (PEM), the one that the message names first.
 * The key comes first and the digest second, so that a stranger's Response costs one canonical SignedInfo. Changes the document of
 * `owner`: the Signature is taken out of it. Throws the refusal of the stage `signature`.
 */
export function verifySignature(
  shape: SignatureShape,
  owner: Element,
  certificates: readonly string[],
  weakKeys: boolean,
): VerifiedSignature {
  const info = canonicalize(shape.signedInfo, shape.infoPrefixes)
  const certificate = signer(shape, info, certificates, weakKeys)
  owner.removeChild(shape.element)
  const canonical = canonicalize(owner, shape.referencePrefixes)
  const digest = createHash(shape.digestHash).update(canonical, 'utf8').digest()
  if (!constantTimeEqual(digest, shape.digest)) {
    throw unacceptable('signature', `The ${owner.localName} was changed after it was signed.`)
  }
  return { canonical, certificate }
}

/** Exclusive canonicalization without comments (W3C xml-exc-c14n §3) of an element where it stands. */
export function canonicalize(element: Element, inclusivePrefixes: readonly string[]): string {
  return new ExclusiveCanonicalization().process(element, {
    inclusiveNamespacesPrefixList: [...inclusivePrefixes],
    ancestorNamespaces: inherited(element),
  })
}

/** The namespaces in force at an element by its ancestors, the nearest declaration of a prefix only. */
function inherited(element: Element): { prefix: string; namespaceURI: string }[] {
  const found = new Map(declarations(element).map(({ prefix }) => [prefix, null as string | null]))
  for (let node = element.parentNode; node && node.nodeType === 1; node = node.parentNode) {
    for (const { prefix, namespace } of declarations(node as Element)) {
      if (!found.has(prefix)) found.set(prefix, namespace)
    }
  }
  return [...found]
    .filter((entry): entry is [string, string] => entry[0] !== '' && entry[1] !== null)
    .map(([prefix, namespaceURI]) => ({ prefix, namespaceURI }))
}

function signer(
  shape: SignatureShape,
  info: string,
  certificates: readonly string[],
  weakKeys: boolean,
): number {
  let weak: string | null = null
  for (const index of likelyFirst(shape.hintedCertificate, certificates)) {
    const key = keyOf(certificates[index] ?? '')
    if (key === null || key.asymmetricKeyType !== 'rsa') continue
    const fault = weakness(key)
    if (fault !== null && !weakKeys) {
      weak = fault
      continue
    }
    if (verify(shape.signatureHash, Buffer.from(info, 'utf8'), key, shape.value)) return index
  }
  throw unacceptable('signature', weak ?? 'No certificate of this Connection made the signature.')
}

function likelyFirst(hint: string | null, certificates: readonly string[]): number[] {
  const order = certificates.map((_, index) => index)
  const first = hint === null ? -1 : certificates.findIndex((one) => readCertificate(one)?.der === hint)
  return first < 0 ? order : [first, ...order.filter((index) => index !== first)]
}
