// Makes SAML Responses as an identity provider does: templates, signed by xml-crypto, encrypted by node:crypto.
import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto'
import { SignedXml } from 'xml-crypto'

export const formats = {
  persistent: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
  transient: 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient',
  email: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
  unspecified: 'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified',
} as const

export interface ResponseOptions {
  issuer: string
  acsUrl: string
  audience: string
  nameId: string
  format?: string
  attributes?: Readonly<Record<string, string | readonly string[] | undefined>>
  inResponseTo?: string | undefined
  now: Date
  /** Seconds for which Conditions and confirmation hold. */
  lifetimeSeconds?: number
  assertionId?: string
  responseId?: string
  sessionNotOnOrAfter?: Date
  destination?: string
  recipient?: string
  /** Changes the unsigned document before anything is signed: how wrong Responses of every kind are made. */
  edit?: (xml: string) => string
  /** Changes the document after the Assertion was signed and before the Response is. */
  editSigned?: (xml: string) => string
  sign?: SignOptions
}

export interface SignOptions {
  privateKeyPem: string
  certificatePem: string
  /** Which elements; the Assertion unless said otherwise. */
  elements?: readonly ('Assertion' | 'Response')[]
  signatureAlgorithm?: string
  digestAlgorithm?: string
  canonicalization?: string
  transforms?: readonly string[]
  inclusivePrefixes?: readonly string[]
  /** PEM of the service provider: the signed Assertion is encrypted to it. */
  encryptTo?: string
  contentAlgorithm?: 'aes256-gcm' | 'aes128-gcm' | 'aes128-cbc'
}

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256'
const SHA256 = 'http://www.w3.org/2001/04/xmlenc#sha256'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

/** The XML of a Response: signed as told, the Assertion first, then encrypted, then the Response. */
export function makeResponse(options: ResponseOptions): string {
  const { sign } = options
  let xml = (options.edit ?? same)(template(options))
  const elements = sign?.elements ?? ['Assertion']
  if (sign && elements.includes('Assertion')) xml = signElement(xml, 'Assertion', sign)
  xml = (options.editSigned ?? same)(xml)
  if (sign?.encryptTo) xml = encryptAssertion(xml, sign.encryptTo, sign.contentAlgorithm ?? 'aes256-gcm')
  if (sign && elements.includes('Response')) xml = signElement(xml, 'Response', sign)
  return xml
}

function template(options: ResponseOptions): string {
  const { now, acsUrl, inResponseTo } = options
  const at = (ms: number) => new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z')
  const issued = at(now.getTime())
  const until = at(now.getTime() + (options.lifetimeSeconds ?? 300) * 1000)
  const asked = inResponseTo === undefined ? '' : ` InResponseTo="${escapeText(inResponseTo)}"`
  const end = options.sessionNotOnOrAfter
    ? ` SessionNotOnOrAfter="${at(options.sessionNotOnOrAfter.getTime())}"`
    : ''
  const issuer = `<saml:Issuer>${escapeText(options.issuer)}</saml:Issuer>`
  return (
    `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
    ` ID="${options.responseId ?? newXmlId()}" Version="2.0" IssueInstant="${issued}"` +
    ` Destination="${escapeText(options.destination ?? acsUrl)}"${asked}>${issuer}` +
    `<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>` +
    `<saml:Assertion ID="${options.assertionId ?? newXmlId()}" Version="2.0" IssueInstant="${issued}">${issuer}` +
    `<saml:Subject><saml:NameID Format="${escapeText(options.format ?? formats.persistent)}">${escapeText(options.nameId)}</saml:NameID>` +
    `<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">` +
    `<saml:SubjectConfirmationData NotOnOrAfter="${until}" Recipient="${escapeText(options.recipient ?? acsUrl)}"${asked}/>` +
    `</saml:SubjectConfirmation></saml:Subject>` +
    `<saml:Conditions NotBefore="${at(now.getTime() - 30_000)}" NotOnOrAfter="${until}">` +
    `<saml:AudienceRestriction><saml:Audience>${escapeText(options.audience)}</saml:Audience></saml:AudienceRestriction></saml:Conditions>` +
    `<saml:AuthnStatement AuthnInstant="${issued}" SessionIndex="${newXmlId()}"${end}><saml:AuthnContext>` +
    `<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>` +
    `</saml:AuthnContext></saml:AuthnStatement>${attributeStatement(options.attributes ?? {})}</saml:Assertion></samlp:Response>`
  )
}

function attributeStatement(attributes: NonNullable<ResponseOptions['attributes']>): string {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined)
  if (entries.length === 0) return ''
  const listed = entries.map(([name, value]) => {
    const values = [value].flat() as string[]
    const inner = values
      .map((one) => `<saml:AttributeValue>${escapeText(one)}</saml:AttributeValue>`)
      .join('')
    return `<saml:Attribute Name="${escapeText(name)}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${inner}</saml:Attribute>`
  })
  return `<saml:AttributeStatement>${listed.join('')}</saml:AttributeStatement>`
}

/** Puts an enveloped signature behind the Issuer of the element (SAML Core §5.4). */
export function signElement(xml: string, element: 'Assertion' | 'Response', sign: SignOptions): string {
  const path = element === 'Response' ? "/*[local-name()='Response']" : "//*[local-name()='Assertion']"
  const signer = new SignedXml({
    privateKey: sign.privateKeyPem,
    publicCert: sign.certificatePem,
    signatureAlgorithm: sign.signatureAlgorithm ?? RSA_SHA256,
    canonicalizationAlgorithm: sign.canonicalization ?? EXCLUSIVE,
  })
  signer.addReference({
    xpath: path,
    transforms: sign.transforms ?? [ENVELOPED, EXCLUSIVE],
    digestAlgorithm: sign.digestAlgorithm ?? SHA256,
    inclusiveNamespacesPrefixList: [...(sign.inclusivePrefixes ?? [])],
  })
  const reference = `${path}/*[local-name()='Issuer']`
  signer.computeSignature(xml, { prefix: 'ds', location: { reference, action: 'after' } })
  return signer.getSignedXml()
}

/** Replaces the Assertion by an EncryptedAssertion with its key beside it (XML Encryption §4, RSA-OAEP). */
export function encryptAssertion(
  xml: string,
  certificatePem: string,
  algorithm: NonNullable<SignOptions['contentAlgorithm']>,
): string {
  const [assertion = ''] = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml) ?? []
  const declared = assertion.includes('xmlns:saml=')
    ? assertion
    : assertion.replace(
        '<saml:Assertion',
        '<saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
      )
  const { uri, key, sealed } = seal(declared, algorithm)
  const wrapped = publicEncrypt(
    { key: certificatePem, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' },
    key,
  )
  const value = (bytes: Buffer) =>
    `<xenc:CipherData><xenc:CipherValue>${bytes.toString('base64')}</xenc:CipherValue></xenc:CipherData>`
  return xml.replace(
    assertion,
    () =>
      `<saml:EncryptedAssertion><xenc:EncryptedData xmlns:xenc="http://www.w3.org/2001/04/xmlenc#" Type="http://www.w3.org/2001/04/xmlenc#Element">` +
      `<xenc:EncryptionMethod Algorithm="${uri}"/><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><xenc:EncryptedKey>` +
      `<xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p"/>${value(wrapped)}</xenc:EncryptedKey></ds:KeyInfo>` +
      `${value(sealed)}</xenc:EncryptedData></saml:EncryptedAssertion>`,
  )
}

function seal(text: string, algorithm: NonNullable<SignOptions['contentAlgorithm']>) {
  const bits = algorithm === 'aes256-gcm' ? 256 : 128
  const key = randomBytes(bits / 8)
  if (algorithm === 'aes128-cbc') {
    const nonce = randomBytes(16)
    const cipher = createCipheriv('aes-128-cbc', key, nonce)
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final()])
    return { uri: 'http://www.w3.org/2001/04/xmlenc#aes128-cbc', key, sealed }
  }
  const nonce = randomBytes(12)
  const cipher = createCipheriv(`aes-${bits}-gcm` as 'aes-256-gcm', key, nonce)
  const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return { uri: `http://www.w3.org/2009/xmlenc11#aes${bits}-gcm`, key, sealed }
}

/** An identifier of 128 bits that is an xsd:ID. */
export function newXmlId(): string {
  return `_${randomBytes(16).toString('hex')}`
}

export function escapeText(text: string): string {
  return text.replace(/[&<>"'\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function same(xml: string): string {
  return xml
}
