// Records the Responses in idp-fixtures/saml: the shapes of known identity providers signed by xmlsec1, and real ones of SimpleSAMLphp.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newSelfSigned } from '../src/kernel/self-signed.ts'
import { parseIdpMetadata } from '../src/xml/idp-metadata.ts'
import { startSimpleSamlPhp } from '../tests/support/simplesamlphp.ts'

const FOLDER = new URL('../idp-fixtures/saml/', import.meta.url)
const ACS = 'https://gatehouse.example/saml/0197a2b4-0000-7000-8000-000000000001/acs'
const SP = 'https://gatehouse.example/saml/0197a2b4-0000-7000-8000-000000000001/metadata'
const NOW = '2026-03-04T10:00:00.000Z'

const P = 'urn:oasis:names:tc:SAML:2.0:protocol'
const A = 'urn:oasis:names:tc:SAML:2.0:assertion'
const DS = 'http://www.w3.org/2000/09/xmldsig#'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const CLAIMS = 'http://schemas.xmlsoap.org/ws/2005/05/identity/claims'
const XS = 'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'

interface Shape {
  name: string
  preset: string
  issuer: string
  /** Prefixes of protocol, assertion and signature; an empty one is a default namespace. */
  prefixes: [protocol: string, assertion: string, signature: string]
  /** Whether the Response declares the assertion namespace for what is inside of it. */
  declaredOnce?: boolean
  prefixList?: string
  sign: ('Response' | 'Assertion')[]
  nameId: { value: string; attributes: string }
  minutes: number
  /** The xsi:type of the values; none where the provider writes none. */
  type?: string
  attributes: Record<string, string[]>
  groups: string[] | null
}

const persistent = 'Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"'
const email = 'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"'
const entra = {
  preset: 'entra',
  issuer: 'https://sts.windows.net/5f1e0b7c-0000-4000-8000-000000000001/',
  prefixes: ['samlp', '', ''] as Shape['prefixes'],
  sign: ['Assertion'] as Shape['sign'],
  minutes: 60,
}
const claims = {
  'http://schemas.microsoft.com/identity/claims/tenantid': ['5f1e0b7c-0000-4000-8000-000000000001'],
  [`${CLAIMS}/givenname`]: ['Ana'],
  [`${CLAIMS}/surname`]: ['Lind'],
  [`${CLAIMS}/emailaddress`]: ['ana@acme.test'],
}
const entraGroups = ['ae7b6b2c-0000-4000-8000-000000000003', 'ae7b6b2c-0000-4000-8000-000000000004']

const shapes: Shape[] = [
  {
    name: 'okta',
    preset: 'okta',
    issuer: 'http://www.okta.com/exk1fcia6d6EMsf331d8',
    prefixes: ['saml2p', 'saml2', 'ds'],
    prefixList: 'xs',
    sign: ['Response', 'Assertion'],
    nameId: {
      value: 'ana@acme.test',
      attributes: 'Format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"',
    },
    minutes: 5,
    type: 'xs:string',
    attributes: {
      email: ['ana@acme.test'],
      firstName: ['Ana'],
      lastName: ['Lind'],
      groups: ['Everyone', 'SEO_Editors'],
    },
    groups: ['Everyone', 'SEO_Editors'],
  },
  {
    ...entra,
    name: 'entra',
    nameId: { value: 'ana@acme.test', attributes: email },
    attributes: { ...claims, 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups': entraGroups },
    groups: entraGroups,
  },
  {
    ...entra,
    name: 'entra-many-groups',
    nameId: { value: 'tV2Wq0', attributes: persistent },
    attributes: {
      ...claims,
      'http://schemas.microsoft.com/claims/groups.link': [
        'https://graph.windows.net/5f1e/users/0b9a/getMemberObjects',
      ],
    },
    groups: null,
  },
  {
    name: 'google',
    preset: 'google',
    issuer: 'https://accounts.google.com/o/saml2?idpid=C01abcdef',
    prefixes: ['saml2p', 'saml2', 'ds'],
    sign: ['Response'],
    nameId: { value: 'ana@acme.test', attributes: email },
    minutes: 5,
    type: 'xs:anyType',
    attributes: { firstName: ['Ana'], lastName: ['Lind'] },
    groups: null,
  },
  {
    name: 'adfs',
    preset: 'adfs',
    issuer: 'http://adfs.acme.test/adfs/services/trust',
    prefixes: ['samlp', '', 'ds'],
    sign: ['Assertion'],
    nameId: {
      value: 'S-1-5-21-17',
      attributes: `${persistent} NameQualifier="http://adfs.acme.test/adfs/services/trust" SPNameQualifier="${SP}"`,
    },
    minutes: 60,
    attributes: { ...claims, 'http://schemas.xmlsoap.org/claims/Group': ['Domain Users'] },
    groups: ['Domain Users'],
  },
  {
    name: 'keycloak',
    preset: 'keycloak',
    issuer: 'https://keycloak.acme.test/realms/acme',
    prefixes: ['samlp', 'saml', 'dsig'],
    declaredOnce: true,
    sign: ['Response', 'Assertion'],
    nameId: { value: 'G-9c0e', attributes: persistent },
    minutes: 1,
    type: 'xs:string',
    attributes: {
      'urn:oid:1.2.840.113549.1.9.1': ['ana@acme.test'],
      'urn:oid:2.5.4.42': ['Ana'],
      'urn:oid:2.5.4.4': ['Lind'],
      Role: ['offline_access', 'editor'],
      member: ['/editors'],
    },
    groups: ['/editors'],
  },
]

/** The document without signatures; `@Response@` and `@Assertion@` mark where they belong. */
function render(shape: Shape): string {
  const [p, a] = shape.prefixes
  const name = (local: string) => (a === '' ? local : `${a}:${local}`)
  const declared = a === '' ? `xmlns="${A}"` : `xmlns:${a}="${A}"`
  const inside = shape.declaredOnce ? '' : ` ${declared}`
  const scope = shape.prefixList ? ` ${XS}` : ''
  const until = new Date(Date.parse(NOW) + shape.minutes * 60_000).toISOString()
  const typed = shape.type ? ` ${XS} xsi:type="${shape.type}"` : ''
  const issuer = (more: string) => `<${name('Issuer')}${more}>${shape.issuer}</${name('Issuer')}>`
  const values = (list: string[]) =>
    list.map((one) => `<${name('AttributeValue')}${typed}>${one}</${name('AttributeValue')}>`).join('')
  const attributes = Object.entries(shape.attributes)
    .map(([key, list]) => `<${name('Attribute')} Name="${key}">${values(list)}</${name('Attribute')}>`)
    .join('')
  return (
    `<${p}:Response xmlns:${p}="${P}"${shape.declaredOnce ? ` ${declared}` : ''}${scope} ID="_r17" Version="2.0" IssueInstant="${NOW}" Destination="${ACS}">` +
    `${issuer(inside)}@Response@<${p}:Status><${p}:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></${p}:Status>` +
    `<${name('Assertion')}${inside}${scope} ID="_a17" IssueInstant="${NOW}" Version="2.0">${issuer('')}@Assertion@` +
    `<${name('Subject')}><${name('NameID')} ${shape.nameId.attributes}>${shape.nameId.value}</${name('NameID')}>` +
    `<${name('SubjectConfirmation')} Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><${name('SubjectConfirmationData')} NotOnOrAfter="${until}" Recipient="${ACS}"/></${name('SubjectConfirmation')}></${name('Subject')}>` +
    `<${name('Conditions')} NotBefore="2026-03-04T09:55:00.250Z" NotOnOrAfter="${until}"><${name('AudienceRestriction')}><${name('Audience')}>${SP}</${name('Audience')}></${name('AudienceRestriction')}></${name('Conditions')}>` +
    `<${name('AttributeStatement')}>${attributes}</${name('AttributeStatement')}>` +
    `<${name('AuthnStatement')} AuthnInstant="2026-03-04T08:12:31.000Z" SessionIndex="_s17"><${name('AuthnContext')}><${name('AuthnContextClassRef')}>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</${name('AuthnContextClassRef')}></${name('AuthnContext')}></${name('AuthnStatement')}>` +
    `</${name('Assertion')}></${p}:Response>`
  )
}

function template(shape: Shape, id: string): string {
  const [, , prefix] = shape.prefixes
  const tag = (local: string) => (prefix === '' ? local : `${prefix}:${local}`)
  const list = shape.prefixList
    ? `<ec:InclusiveNamespaces xmlns:ec="${EXCLUSIVE}" PrefixList="${shape.prefixList}"/>`
    : ''
  return (
    `<${tag('Signature')} ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${DS}"><${tag('SignedInfo')}>` +
    `<${tag('CanonicalizationMethod')} Algorithm="${EXCLUSIVE}"/><${tag('SignatureMethod')} Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>` +
    `<${tag('Reference')} URI="#${id}"><${tag('Transforms')}><${tag('Transform')} Algorithm="${DS}enveloped-signature"/>` +
    `<${tag('Transform')} Algorithm="${EXCLUSIVE}">${list}</${tag('Transform')}></${tag('Transforms')}>` +
    `<${tag('DigestMethod')} Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/><${tag('DigestValue')}/></${tag('Reference')}></${tag('SignedInfo')}>` +
    `<${tag('SignatureValue')}/><${tag('KeyInfo')}><${tag('X509Data')}><${tag('X509Certificate')}/></${tag('X509Data')}></${tag('KeyInfo')}></${tag('Signature')}>`
  )
}

/** The inner signature first: what the Response signs holds it. */
function signed(shape: Shape, home: string): string {
  let xml = render(shape)
  for (const element of ['Assertion', 'Response'] as const) {
    if (!shape.sign.includes(element)) {
      xml = xml.replace(`@${element}@`, '')
      continue
    }
    const filled = xml.replace(`@${element}@`, template(shape, element === 'Assertion' ? '_a17' : '_r17'))
    writeFileSync(join(home, 'in.xml'), filled)
    const arguments_ = ['--sign', '--privkey-pem', `${join(home, 'key.pem')},${join(home, 'cert.pem')}`]
    const ids = ['--id-attr:ID', `${A}:Assertion`, '--id-attr:ID', `${P}:Response`]
    const node = ['--node-xpath', `//*[local-name()='${element}']/*[local-name()='Signature']`]
    execFileSync(
      'xmlsec1',
      [...arguments_, ...ids, ...node, '--output', join(home, 'out.xml'), join(home, 'in.xml')],
      { stdio: 'pipe' },
    )
    xml = readFileSync(join(home, 'out.xml'), 'utf8').trim()
  }
  return xml
}

function write(name: string, fixture: Record<string, unknown>): void {
  writeFileSync(new URL(`${name}.json`, FOLDER), `${JSON.stringify(fixture, null, 2)}\n`)
  console.log(`recorded ${name}`)
}

async function recordShapes(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'gatehouse-record-'))
  for (const shape of shapes) {
    const key = await newSelfSigned(shape.name, new Date('2020-01-01T00:00:00Z'), 10)
    writeFileSync(join(home, 'key.pem'), key.privateKeyPem)
    writeFileSync(join(home, 'cert.pem'), key.certificatePem)
    write(shape.name, {
      title: `a Response in the shape of ${shape.name}, signed by xmlsec1`,
      now: NOW,
      connection: {
        acsUrl: ACS,
        spEntityId: SP,
        idpEntityId: shape.issuer,
        preset: shape.preset,
        maxAssertionMinutes: 90,
      },
      certificates: [key.certificatePem],
      response: Buffer.from(signed(shape, home), 'utf8').toString('base64'),
      expect: {
        signed: shape.sign.map((one) => one.toLowerCase()),
        profile: {
          emailKey: 'ana@acme.test',
          firstName: 'Ana',
          lastName: 'Lind',
          directoryKey: shape.nameId.value,
          groups: shape.groups,
        },
      },
    })
  }
  rmSync(home, { recursive: true })
}

async function recordSimpleSamlPhp(): Promise<void> {
  const idp = await startSimpleSamlPhp()
  const sp = await newSelfSigned('recording', new Date('2020-01-01T00:00:00Z'), 10)
  const encryptTo = sp.certificatePem.replace(/-----[^-]+-----|\s+/g, '')
  const metadata = parseIdpMetadata(await (await fetch(idp.metadataUrl)).text(), new Date())
  const encrypted = { decryptionKey: sp.privateKeyPem, legacy: { sha1: false, encryption: true } }
  const kinds = [
    { name: 'simplesamlphp', title: 'a real Response of SimpleSAMLphp 1.19', serve: {}, more: {} },
    {
      name: 'simplesamlphp-encrypted',
      title: 'a real Response of SimpleSAMLphp 1.19, encrypted in AES-CBC',
      serve: { encryptTo },
      more: encrypted,
    },
  ]
  for (const { name, title, serve, more } of kinds) {
    idp.serve({ entityId: SP, acsUrl: ACS, ...serve })
    const { fields } = await idp.signIn()
    write(name, {
      title,
      now: new Date().toISOString(),
      connection: {
        acsUrl: ACS,
        spEntityId: SP,
        idpEntityId: metadata.entityId,
        preset: 'generic',
        maxAssertionMinutes: 90,
      },
      certificates: metadata.certificates.map((one) => one.pem),
      ...more,
      response: fields.SAMLResponse,
      expect: {
        signed: ['response', 'assertion'],
        profile: {
          emailKey: 'ana@acme.test',
          firstName: 'Ana',
          lastName: 'Lind & Söhne',
          directoryKey: 'ana-1',
          groups: ['editors', 'staff'],
        },
      },
    })
  }
  await idp.stop()
}

await recordShapes()
await recordSimpleSamlPhp()
