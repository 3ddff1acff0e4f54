// The shape of a Response: exact namespaces, known children, one Assertion, no second reading of any identifier.
import { AppError } from '../kernel/errors.ts'
import { attributes, children, DSIG, declarations, descendants, is, parse, rootOf } from '../xml/document.ts'
import { gate } from '../xml/gate.ts'
import { ASSERTION, PROTOCOL, XENC, XENC11 } from './names.ts'

/** Where on the way a Response was refused; people outside are told none of it. */
export type Stage = 'gate' | 'structure' | 'algorithms' | 'decryption' | 'signature'

export interface Message {
  xml: string
  response: Element
  /** Exactly one of the two is set, or neither where the provider answers with an error status. */
  assertion: Element | null
  encrypted: Element | null
  responseSignature: Element | null
  assertionSignature: Element | null
}

const LIMITS = {
  bytes: 256 * 1024,
  startTags: 8000,
  depth: 40,
  attributesPerTag: 32,
  narrow: { names: ['Response', 'Assertion'], children: 16 },
  comments: false,
}

const IN_RESPONSE = ['Issuer', 'Signature', 'Extensions', 'Status', 'Assertion', 'EncryptedAssertion']
const IN_ASSERTION = [
  'Issuer',
  'Signature',
  'Subject',
  'Conditions',
  'Advice',
  'AuthnStatement',
  'AuthzDecisionStatement',
  'AttributeStatement',
]
/** What may stand at most once in either. */
const SINGLE = ['Issuer', 'Signature', 'Extensions', 'Status', 'Subject', 'Conditions', 'Advice']

/** The refusal of a Response that is malformed, unsigned, wrongly signed or unreadable: alike outside, told apart in the log. */
export function unacceptable(stage: Stage, detail: string): AppError {
  return new AppError('forbidden', 'saml_response_invalid', detail, { details: { stage } })
}

/** The bytes of a base64 form field (SAML Bindings §3.5.4), line breaks allowed. Throws AppError `invalid` where it is no base64, `too_large` above 256 KiB. */
export function decodeMessage(field: string): Buffer {
  if (field.length > (LIMITS.bytes * 4) / 3 + 16_384) throw tooLarge()
  const text = field.replace(/\r?\n/g, '')
  const bytes = Buffer.from(text, 'base64')
  if (text === '' || bytes.toString('base64') !== text) {
    throw new AppError('invalid', 'saml_response_invalid', 'SAMLResponse is not base64.', {
      details: { errors: [{ path: 'SAMLResponse', message: 'is not base64' }] },
    })
  }
  if (bytes.length > LIMITS.bytes) throw tooLarge()
  return bytes
}

/** Reads a whole Response. Throws the refusal of its stage. */
export function readMessage(bytes: Uint8Array): Message {
  const { xml, root } = open(bytes)
  if (!is(root, PROTOCOL, 'Response')) throw unacceptable('structure', 'The root is not a SAML 2.0 Response.')
  const all = descendants(root)
  identifiers(all)
  namespaces(all)
  const parts = only(root, IN_RESPONSE, (name) => (name === 'Signature' ? DSIG : responseNamespace(name)))
  const assertion = parts.get('Assertion') ?? null
  const encrypted = parts.get('EncryptedAssertion') ?? null
  if (assertion !== null && encrypted !== null) throw unacceptable('structure', 'There are two assertions.')
  const inner = assertion === null ? null : readAssertion(assertion)
  lonely(all, assertion, encrypted, [parts.get('Signature') ?? null, inner])
  return {
    xml,
    response: root,
    assertion,
    encrypted,
    responseSignature: parts.get('Signature') ?? null,
    assertionSignature: inner,
  }
}

/** Reads a document whose root is one Assertion: what was decrypted, or the canonical form of what was signed. */
export function readLoneAssertion(xml: string): { assertion: Element; signature: Element | null } {
  const { root } = open(Buffer.from(xml, 'utf8'))
  if (!is(root, ASSERTION, 'Assertion'))
    throw unacceptable('structure', 'The root is not a SAML 2.0 Assertion.')
  const all = descendants(root)
  identifiers(all)
  namespaces(all)
  const signature = readAssertion(root)
  lonely(all, root, null, [signature])
  return { assertion: root, signature }
}

function open(bytes: Uint8Array): { xml: string; root: Element } {
  try {
    const xml = gate(bytes, LIMITS)
    return { xml, root: rootOf(parse(xml)) }
  } catch (error) {
    if (error instanceof AppError && error.kind === 'invalid') throw unacceptable('gate', error.message)
    throw error
  }
}

function readAssertion(assertion: Element): Element | null {
  return (
    only(assertion, IN_ASSERTION, (name) => (name === 'Signature' ? DSIG : ASSERTION)).get('Signature') ??
    null
  )
}

function responseNamespace(name: string): string {
  return name === 'Status' || name === 'Extensions' ? PROTOCOL : ASSERTION
}

/** The first child of each allowed name; anything else, or a second of what stands once, is refused. */
function only(
  parent: Element,
  names: readonly string[],
  namespaceOf: (name: string) => string,
): Map<string, Element> {
  const found = new Map<string, Element>()
  for (const child of children(parent)) {
    const name = child.localName ?? ''
    if (!names.includes(name) || child.namespaceURI !== namespaceOf(name)) {
      throw unacceptable(
        'structure',
        `${parent.localName} has a child ${shown(child)} that does not belong there.`,
      )
    }
    const single = SINGLE.includes(name) || name.endsWith('Assertion')
    if (single && found.has(name)) throw unacceptable('structure', `${parent.localName} has two of ${name}.`)
    if (!found.has(name)) found.set(name, child)
  }
  return found
}

/** Exactly one Assertion anywhere, and Signatures nowhere but where they were found. */
function lonely(
  all: readonly Element[],
  assertion: Element | null,
  encrypted: Element | null,
  signatures: readonly (Element | null)[],
): void {
  for (const element of all) {
    const name = element.localName
    if (
      (name === 'Assertion' && element !== assertion) ||
      (name === 'EncryptedAssertion' && element !== encrypted)
    ) {
      throw unacceptable('structure', 'A second assertion is hidden in the Response.')
    }
    if (name === 'Signature' && !signatures.includes(element)) {
      throw unacceptable('structure', 'A Signature stands where none belongs.')
    }
  }
}

/** `ID` without a prefix on SAML's elements, `Id` on those of signature and encryption; every value once. */
function identifiers(all: readonly Element[]): void {
  const seen = new Set<string>()
  for (const element of all) {
    const foreign =
      element.namespaceURI === DSIG || element.namespaceURI === XENC || element.namespaceURI === XENC11
    for (const one of attributes(element)) {
      if ((one.localName ?? one.name).toLowerCase() !== 'id') continue
      if (one.name !== (foreign ? 'Id' : 'ID')) {
        throw unacceptable('structure', `${shown(element)} carries the identifier as ${one.name}.`)
      }
      if (seen.has(one.value)) throw unacceptable('structure', 'Two elements carry one identifier.')
      seen.add(one.value)
    }
  }
}

/** Relative and empty namespace names make canonicalization fail into nothing (XML-C14N §1.3). */
function namespaces(all: readonly Element[]): void {
  for (const element of all) {
    for (const { prefix, namespace } of declarations(element)) {
      if (namespace === '' && prefix === '') continue
      if (!/^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/.test(namespace)) {
        throw unacceptable('structure', `The namespace of the prefix ${prefix} is no absolute URI.`)
      }
    }
  }
}

function tooLarge(): AppError {
  return new AppError('too_large', 'too_large', `A SAMLResponse may have ${LIMITS.bytes} bytes.`)
}

function shown(element: Element): string {
  return `${element.tagName} (${element.namespaceURI ?? 'no namespace'})`
}
