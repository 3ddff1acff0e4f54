// What a verified Assertion says, in a type of our own, read from signed bytes alone.
import { attribute, children, childrenNamed, is, textOf } from '../xml/document.ts'
import { unacceptable } from './message.ts'
import { ASSERTION, FORMAT_UNSPECIFIED, PROTOCOL } from './names.ts'

export interface NameId {
  value: string
  format: string
  nameQualifier: string
  spNameQualifier: string
}

export interface Confirmation {
  method: string
  recipient: string | null
  notBefore: string | null
  notOnOrAfter: string | null
  inResponseTo: string | null
}

export interface AssertionAttribute {
  name: string
  values: string[]
}

export interface VerifiedAssertion {
  id: string
  version: string | null
  issueInstant: string | null
  issuer: { value: string; format: string | null }
  nameId: NameId | null
  confirmations: Confirmation[]
  /** Null where there is no Conditions element. `audiences` holds one list a restriction. */
  conditions: {
    notBefore: string | null
    notOnOrAfter: string | null
    audiences: string[][]
    unknown: string[]
  } | null
  authnStatements: {
    authnInstant: string | null
    sessionIndex: string | null
    sessionNotOnOrAfter: string | null
  }[]
  /** One entry a name, in the order of their first appearance; the values of repeated Attribute elements stand together. */
  attributes: AssertionAttribute[]
}

/** What a Response says around its Assertion. Signed only where `signed` is set: what is not may refuse, never grant. */
export interface ResponseHead {
  id: string | null
  version: string | null
  issueInstant: string | null
  destination: string | null
  inResponseTo: string | null
  issuer: { value: string; format: string | null } | null
  /** The top status code, and the nested ones with the message for the log. */
  status: string | null
  statusDetail: string
  signed: boolean
}

const XSI = 'http://www.w3.org/2001/XMLSchema-instance'
const LONGEST = 4096

/** Reads an Assertion element (SAML Core §2.3.3). Throws a refusal of the stage `structure` where a text is anything but one text. */
export function readAssertion(assertion: Element): VerifiedAssertion {
  const issuer = childrenNamed(assertion, ASSERTION, 'Issuer')[0]
  const subject = childrenNamed(assertion, ASSERTION, 'Subject')[0]
  const conditions = childrenNamed(assertion, ASSERTION, 'Conditions')[0]
  const id = attribute(assertion, 'ID')
  if (issuer === undefined) throw unacceptable('structure', 'The Assertion has no Issuer.')
  if (id === null || id === '' || id.length > 512)
    throw unacceptable('structure', 'The Assertion has no usable ID.')
  return {
    id,
    version: attribute(assertion, 'Version'),
    issueInstant: attribute(assertion, 'IssueInstant'),
    issuer: issuerOf(issuer),
    nameId: subject === undefined ? null : nameIdOf(subject),
    confirmations: subject === undefined ? [] : confirmationsOf(subject),
    conditions: conditions === undefined ? null : conditionsOf(conditions),
    authnStatements: childrenNamed(assertion, ASSERTION, 'AuthnStatement').map((one) => ({
      authnInstant: attribute(one, 'AuthnInstant'),
      sessionIndex: attribute(one, 'SessionIndex'),
      sessionNotOnOrAfter: attribute(one, 'SessionNotOnOrAfter'),
    })),
    attributes: attributesOf(assertion),
  }
}

/** Reads the head of a Response element (SAML Core §3.2.2). */
export function readHead(response: Element, signed: boolean): ResponseHead {
  const issuer = childrenNamed(response, ASSERTION, 'Issuer')[0]
  const status = childrenNamed(response, PROTOCOL, 'Status')[0]
  const codes: string[] = []
  for (let at = status; at && codes.length < 8; ) {
    at = childrenNamed(at, PROTOCOL, 'StatusCode')[0]
    if (at) codes.push(attribute(at, 'Value') ?? '')
  }
  const message = status && childrenNamed(status, PROTOCOL, 'StatusMessage')[0]
  return {
    id: attribute(response, 'ID'),
    version: attribute(response, 'Version'),
    issueInstant: attribute(response, 'IssueInstant'),
    destination: attribute(response, 'Destination'),
    inResponseTo: attribute(response, 'InResponseTo'),
    issuer: issuer === undefined ? null : issuerOf(issuer),
    status: codes[0] ?? null,
    statusDetail: [...codes, message ? (textOf(message) ?? '') : '']
      .filter((one) => one !== '')
      .join(', ')
      .slice(0, 500),
    signed,
  }
}

function issuerOf(element: Element): { value: string; format: string | null } {
  return { value: soleText(element), format: attribute(element, 'Format') }
}

function nameIdOf(subject: Element): NameId | null {
  const ids = children(subject).filter((one) => !is(one, ASSERTION, 'SubjectConfirmation'))
  const [only, second] = ids
  if (only === undefined) return null
  if (second !== undefined || !is(only, ASSERTION, 'NameID')) {
    throw unacceptable(
      'structure',
      `${only.localName} is not accepted as the identifier of a person; NameID is.`,
    )
  }
  return {
    value: soleText(only),
    format: attribute(only, 'Format') ?? FORMAT_UNSPECIFIED,
    nameQualifier: attribute(only, 'NameQualifier') ?? '',
    spNameQualifier: attribute(only, 'SPNameQualifier') ?? '',
  }
}

function confirmationsOf(subject: Element): Confirmation[] {
  return childrenNamed(subject, ASSERTION, 'SubjectConfirmation').map((one) => {
    const data = childrenNamed(one, ASSERTION, 'SubjectConfirmationData')[0]
    const read = (name: string) => (data === undefined ? null : attribute(data, name))
    return {
      method: attribute(one, 'Method') ?? '',
      recipient: read('Recipient'),
      notBefore: read('NotBefore'),
      notOnOrAfter: read('NotOnOrAfter'),
      inResponseTo: read('InResponseTo'),
    }
  })
}

function conditionsOf(conditions: Element): NonNullable<VerifiedAssertion['conditions']> {
  const known = ['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']
  return {
    notBefore: attribute(conditions, 'NotBefore'),
    notOnOrAfter: attribute(conditions, 'NotOnOrAfter'),
    audiences: childrenNamed(conditions, ASSERTION, 'AudienceRestriction').map((one) =>
      childrenNamed(one, ASSERTION, 'Audience').map(soleText),
    ),
    unknown: children(conditions)
      .filter((one) => one.namespaceURI !== ASSERTION || !known.includes(one.localName ?? ''))
      .map((one) => one.localName ?? ''),
  }
}

function attributesOf(assertion: Element): AssertionAttribute[] {
  const found = new Map<string, string[]>()
  for (const statement of childrenNamed(assertion, ASSERTION, 'AttributeStatement')) {
    for (const child of children(statement)) {
      if (!is(child, ASSERTION, 'Attribute')) {
        throw unacceptable('structure', `${child.localName} is not accepted in an AttributeStatement.`)
      }
      const name = attribute(child, 'Name') ?? ''
      if (name === '' || name.length > 512)
        throw unacceptable('structure', 'An Attribute has no usable name.')
      const values = found.get(name) ?? []
      found.set(name, values)
      for (const value of valuesOf(child)) values.push(value)
    }
  }
  return [...found].map(([name, values]) => ({ name, values }))
}

/** The texts of an Attribute: empty and nil values are no values, and a value that is XML itself is none for us (unknown is never fatal). */
function valuesOf(element: Element): string[] {
  const texts: string[] = []
  for (const value of childrenNamed(element, ASSERTION, 'AttributeValue')) {
    if (/^(true|1)$/.test(value.getAttributeNS(XSI, 'nil') ?? '')) continue
    if (children(value).length > 0) continue
    const text = soleText(value)
    if (text !== '') texts.push(text)
  }
  return texts
}

function soleText(element: Element): string {
  const text = textOf(element)
  if (text === null) throw unacceptable('structure', `${element.localName} holds more than one text.`)
  if (text.length > LONGEST)
    throw unacceptable('structure', `${element.localName} is longer than ${LONGEST} characters.`)
  return text
}
