// From the bytes of a Response to what was verifiably said: the only file that knows the SAML library.
import { isDeepStrictEqual } from 'node:util'
import { SAML, ValidateInResponseTo } from '@node-saml/node-saml'
import { AppError } from '../kernel/errors.ts'
import { parse, rootOf } from '../xml/document.ts'
import { type LegacySwitches, readSignature } from './algorithms.ts'
import { type ResponseHead, readAssertion, readHead, type VerifiedAssertion } from './assertion.ts'
import { decrypt, encryptedChild } from './decryption.ts'
import {
  decodeMessage,
  type Message,
  readLoneAssertion,
  readMessage,
  type Stage,
  unacceptable,
} from './message.ts'
import { canonicalize, verifySignature } from './signature.ts'

/** All that verification needs, and nothing that could not be sent to another thread. */
export interface VerifyInput {
  /** The form field as it came. */
  field: string
  /** The Connection's current certificates, PEM; expired ones count (SAML V2.0 Metadata IOP §2.6.1). */
  certificates: string[]
  /** The Connection's private keys for encrypted assertions, PEM. */
  decryptionKeys: string[]
  legacy: LegacySwitches
}

export type VerifyResult =
  | {
      ok: true
      head: ResponseHead
      assertion: VerifiedAssertion
      signed: ('response' | 'assertion')[]
      xml: string
    }
  /** A signed or unsigned answer without an assertion: the provider says why not. */
  | { ok: true; head: ResponseHead; assertion: null; signed: ('response' | 'assertion')[]; xml: string }
  | { ok: false; stage: Stage; detail: string; xml: string | null }

/**
 * Verifies one Response. At least one of Response and Assertion is signed, and every Signature present verifies; the certificate that signed
 * is handed to the library, which must verify the same document again and read the same words. Refusals are results; only what
 * is no base64 (AppError `invalid`) or too large (`too_large`) throws.
 */
export async function verifyResponse(input: VerifyInput): Promise<VerifyResult> {
  const bytes = decodeMessage(input.field)
  let xml: string | null = null
  try {
    const message = readMessage(bytes)
    xml = message.xml
    const read = verifyMessage(message, input)
    if (read.assertion === null)
      return { ok: true, head: read.head, assertion: null, signed: read.signed, xml }
    await agree(read.forLibrary, read.certificate, input.certificates, read.assertion)
    return { ok: true, head: read.head, assertion: read.assertion, signed: read.signed, xml }
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'saml_response_invalid') throw error
    return {
      ok: false,
      stage: (error.details.stage as Stage | undefined) ?? 'structure',
      detail: error.message,
      xml,
    }
  }
}

interface Reading {
  head: ResponseHead
  assertion: VerifiedAssertion | null
  signed: ('response' | 'assertion')[]
  certificate: number
  /** What the library is shown; null where it can read none of it (an encrypted assertion that only the Response signs). */
  forLibrary: string | null
}

function verifyMessage(message: Message, input: VerifyInput): Reading {
  const { certificates, legacy } = input
  const outer =
    message.responseSignature && readSignature(message.responseSignature, message.response, legacy)
  const inner =
    message.assertionSignature &&
    message.assertion &&
    readSignature(message.assertionSignature, message.assertion, legacy)
  // The Response first: taking out the Assertion's signature would change what the Response signs.
  const signedResponse = outer && verifySignature(outer, message.response, certificates, legacy.sha1)
  const head = readHead(
    signedResponse ? rootOf(parse(signedResponse.canonical)) : message.response,
    signedResponse !== null,
  )
  const signed: Reading['signed'] = signedResponse ? ['response'] : []
  if (message.encrypted !== null) return verifyEncrypted(message, input, head, signedResponse)
  if (message.assertion === null) {
    return { head, assertion: null, signed, certificate: 0, forLibrary: null }
  }
  const signedAssertion = inner && verifySignature(inner, message.assertion, certificates, legacy.sha1)
  const proven = signedAssertion ?? signedResponse
  if (proven === null) throw unacceptable('signature', 'Neither the Response nor the Assertion is signed.')
  if (signedAssertion) signed.push('assertion')
  const assertion = signedAssertion
    ? readAssertion(readLoneAssertion(signedAssertion.canonical).assertion)
    : readAssertion(readMessage(Buffer.from(proven.canonical, 'utf8')).assertion as Element)
  return { head, assertion, signed, certificate: proven.certificate, forLibrary: message.xml }
}

function verifyEncrypted(
  message: Message,
  input: VerifyInput,
  head: ResponseHead,
  signedResponse: { canonical: string; certificate: number } | null,
): Reading {
  const signed: Reading['signed'] = signedResponse ? ['response'] : []
  const sealed = signedResponse ? encryptedChild(rootOf(parse(signedResponse.canonical))) : message.encrypted
  const weak = signedResponse !== null && input.legacy.encryption
  const plain = decrypt(sealed as Element, input.decryptionKeys, weak)
  const lone = readDecrypted(plain)
  const shape = lone.signature && readSignature(lone.signature, lone.assertion, input.legacy)
  const inner = shape && verifySignature(shape, lone.assertion, input.certificates, input.legacy.sha1)
  if (inner === null && signedResponse === null) {
    throw unacceptable('signature', 'Neither the Response nor the encrypted Assertion is signed.')
  }
  if (inner) signed.push('assertion')
  const canonical = inner?.canonical ?? canonicalize(lone.assertion, [])
  return {
    head,
    assertion: readAssertion(readLoneAssertion(canonical).assertion),
    signed,
    certificate: inner?.certificate ?? signedResponse?.certificate ?? 0,
    forLibrary: inner ? around(plain) : null,
  }
}

/** Whatever is wrong inside of what was encrypted reads like a failed decryption, so that nobody learns about the plain text. */
function readDecrypted(plain: string): ReturnType<typeof readLoneAssertion> {
  try {
    return readLoneAssertion(plain)
  } catch {
    throw unacceptable('decryption', 'The assertion cannot be decrypted with the keys of this Connection.')
  }
}

function around(assertionXml: string): string {
  const bare = assertionXml.replace(/^<\?xml[^>]*\?>\s*/, '')
  return `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_around" Version="2.0">${bare}</samlp:Response>`
}

/** The library's verdict over the same document under the one certificate that signed it; its words must be ours. */
async function agree(
  xml: string | null,
  certificate: number,
  certificates: readonly string[],
  ours: VerifiedAssertion,
): Promise<void> {
  if (xml === null) return
  const library = new SAML({
    callbackUrl: 'https://gatehouse.invalid/acs',
    issuer: 'gatehouse',
    idpCert: certificates[certificate] ?? '',
    // Which part must be signed, for whom and when are our own checks: see checks.ts.
    wantAssertionsSigned: false,
    wantAuthnResponseSigned: false,
    audience: false,
    acceptedClockSkewMs: -1,
    validateInResponseTo: ValidateInResponseTo.never,
  })
  let theirs: VerifiedAssertion
  try {
    const { profile } = await library.validatePostResponseAsync({
      SAMLResponse: Buffer.from(xml, 'utf8').toString('base64'),
    })
    theirs = readAssertion(rootOf(parse(profile?.getAssertionXml?.() ?? '')))
  } catch (error) {
    throw unacceptable(
      'signature',
      `The SAML library refuses it: ${error instanceof Error ? error.message : String(error)}`,
    )
  }
  if (!isDeepStrictEqual(theirs, ours))
    throw unacceptable('signature', 'Two readings of the Response differ.')
}
