// Metadata in both directions, and the request that goes out.
import { generateKeyPairSync } from 'node:crypto'
import { inflateRawSync } from 'node:zlib'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { makeProvider, type ProviderKey } from '../../idp-fixtures/provider.ts'
import { AppError } from '../../src/kernel/errors.ts'
import { selfSigned } from '../../src/kernel/self-signed.ts'
import { authnRequestXml, postFields, redirectUrl } from '../../src/saml/authn-request.ts'
import { spMetadata } from '../../src/saml/metadata.ts'
import { redactResponse } from '../../src/saml/redact.ts'
import { attribute, descendants, parse, rootOf } from '../../src/xml/document.ts'
import { gate } from '../../src/xml/gate.ts'
import { parseIdpMetadata } from '../../src/xml/idp-metadata.ts'
import { NOW, testKey } from '../support/identity-provider.ts'

let key: ProviderKey
let good: string

beforeAll(async () => {
  key = await testKey()
  good = makeProvider('https://idp.acme.test/saml', 'https://idp.acme.test/sso?a=1&b=2', key).metadataXml
})

function faultOf(xml: string): string {
  try {
    parseIdpMetadata(xml, NOW)
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'invalid') throw error
    expect(error.details.errors).toEqual([{ path: 'metadataXml', message: error.message }])
    return error.message
  }
  return 'accepted'
}

describe('the metadata of an identity provider', () => {
  test('gives its entityID, address, binding and keys', () => {
    const read = parseIdpMetadata(good, NOW)
    expect(read).toMatchObject({
      entityId: 'https://idp.acme.test/saml',
      ssoUrl: 'https://idp.acme.test/sso?a=1&b=2',
      ssoBinding: 'redirect',
      wantsSignedRequests: false,
      validUntil: null,
    })
    expect(read.certificates).toHaveLength(1)
    expect(read.certificates[0]?.pem).toBe(key.certificatePem)
    expect(read.certificates[0]?.fingerprint).toMatch(/^([0-9a-f]{2}:){31}[0-9a-f]{2}$/)
    expect(read.certificates[0]?.notAfter.toISOString()).toBe('2046-01-01T00:00:00.000Z')
  })

  test('is read with a byte order mark, a declaration, comments and an EntitiesDescriptor of one', () => {
    const wrapped = `\ufeff<?xml version="1.0"?><!-- made by hand --><md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${good}</md:EntitiesDescriptor>`
    expect(faultOf(wrapped)).toBe('accepted')
  })

  test('counts a key without use, not one for encryption', () => {
    expect(faultOf(good.replace(' use="signing"', ''))).toBe('accepted')
    expect(faultOf(good.replace('use="signing"', 'use="encryption"'))).toContain('no signing certificate')
  })

  test('falls back to POST where there is no Redirect', () => {
    const post = good.replace(/<md:SingleSignOnService Binding="[^"]*Redirect"[^>]*>/, '')
    expect(parseIdpMetadata(post, NOW).ssoBinding).toBe('post')
  })

  const wrong: [string, (xml: string) => string, string][] = [
    ['no XML', () => 'hello', 'text stands outside'],
    ['a document type', (xml) => `<!DOCTYPE a>${xml}`, 'document type'],
    [
      'over 100 kB',
      (xml) => xml.replace('</md:EntityDescriptor>', `<!--${'x'.repeat(100_000)}--></md:EntityDescriptor>`),
      'larger than',
    ],
    [
      'a service provider',
      (xml) => xml.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
      'no SAML 2.0 identity provider',
    ],
    [
      'SAML 1.1 alone',
      (xml) => xml.replace('urn:oasis:names:tc:SAML:2.0:protocol"', 'urn:oasis:names:tc:SAML:1.1:protocol"'),
      'no SAML 2.0 identity provider',
    ],
    ['another root', () => '<a/>', 'root'],
    [
      'several entities',
      (xml) =>
        `<md:EntitiesDescriptor xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">${xml}${xml}</md:EntitiesDescriptor>`,
      'several entities',
    ],
    ['an empty entityID', (xml) => xml.replace(/entityID="[^"]*"/, 'entityID=""'), 'entityID'],
    [
      'no certificate',
      (xml) => xml.replace(/<md:KeyDescriptor.*<\/md:KeyDescriptor>/, ''),
      'no signing certificate',
    ],
    [
      'an empty certificate',
      (xml) => xml.replace(/<ds:X509Certificate>[^<]*/, '<ds:X509Certificate>'),
      'cannot be read',
    ],
    [
      'garbage for a certificate',
      (xml) => xml.replace(/<ds:X509Certificate>[^<]*/, '<ds:X509Certificate>AAAA'),
      'cannot be read',
    ],
    ['no address', (xml) => xml.replace(/<md:SingleSignOnService[^>]*>/g, ''), 'no single sign-on address'],
    [
      'a script for an address',
      (xml) => xml.replaceAll('https://idp.acme.test/sso', 'javascript:alert(1)//'),
      'no single sign-on address',
    ],
    [
      'a past validUntil',
      (xml) => xml.replace('<md:EntityDescriptor', '<md:EntityDescriptor validUntil="2026-03-04T09:59:59Z"'),
      'valid until',
    ],
    [
      'a validUntil that is no time',
      (xml) => xml.replace('<md:EntityDescriptor', '<md:EntityDescriptor validUntil="soon"'),
      'no time',
    ],
  ]
  test.each(wrong)('with %s is refused by name', (_, change, words) => {
    expect(faultOf(change(good))).toContain(words)
  })

  test('with a short or exponent-less RSA key is refused, with an EC key of 256 bits taken', () => {
    const withKey = (pair: ReturnType<typeof generateKeyPairSync>) => {
      const pem = selfSigned('k', key.privateKeyPem, pair.publicKey as never, NOW, 1)
      return good.replace(
        /<ds:X509Certificate>[^<]*/,
        `<ds:X509Certificate>${pem.replace(/-----[^-]+-----/g, '')}`,
      )
    }
    expect(faultOf(withKey(generateKeyPairSync('rsa', { modulusLength: 1024 }) as never))).toContain(
      '1024 bits',
    )
    expect(faultOf(withKey(generateKeyPairSync('ec', { namedCurve: 'P-256' }) as never))).toBe('accepted')
    expect(faultOf(withKey(generateKeyPairSync('ec', { namedCurve: 'secp224r1' }) as never))).toContain(
      'secp224r1',
    )
    expect(faultOf(withKey(generateKeyPairSync('ed25519') as never))).toContain('ed25519')
  })
})

describe('our own metadata', () => {
  const sp = {
    spEntityId: 'https://gatehouse.test/saml/0197/metadata',
    acsUrl: 'https://gatehouse.test/saml/0197/acs',
    organizationName: 'Acme <&> Söhne',
    productName: 'Gate"house"',
  }

  test('names one POST address and an encryption key, and asks for no attributes', () => {
    const xml = spMetadata({ ...sp, spCertificate: key.certificatePem })
    const limits = {
      bytes: 99_999,
      startTags: 99,
      depth: 20,
      attributesPerTag: 10,
      narrow: { names: [], children: 0 },
      comments: false,
    }
    const root = rootOf(parse(gate(Buffer.from(xml), limits)))
    const byName = (name: string) => descendants(root).filter((one) => one.localName === name)
    expect(attribute(root, 'entityID')).toBe(sp.spEntityId)
    expect(
      byName('AssertionConsumerService').map((one) => [
        attribute(one, 'Location'),
        attribute(one, 'Binding'),
      ]),
    ).toEqual([[sp.acsUrl, 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST']])
    expect(byName('DisplayName')[0]?.textContent).toBe('Gate"house" (Acme <&> Söhne)')
    expect(byName('KeyDescriptor').map((one) => attribute(one, 'use'))).toEqual(['encryption'])
    expect(byName('RequestedAttribute')).toEqual([])
    expect(byName('NameIDFormat')).toEqual([])
  })
})

describe('the request to an identity provider', () => {
  const request = {
    requestId: '_r1',
    issuedAt: NOW,
    ssoUrl: 'https://idp.acme.test/sso?tenant=7',
    spEntityId: 'https://gatehouse.test/saml/0197/metadata',
    acsUrl: 'https://gatehouse.test/saml/0197/acs',
  }

  test('carries its ID and address and asks for nothing that a provider could refuse', () => {
    const root = rootOf(parse(authnRequestXml(request)))
    expect(attribute(root, 'ID')).toBe('_r1')
    expect(attribute(root, 'AssertionConsumerServiceURL')).toBe(request.acsUrl)
    expect(attribute(root, 'Destination')).toBe(request.ssoUrl)
    expect(attribute(root, 'IssueInstant')).toBe('2026-03-04T10:00:00.000Z')
    expect(descendants(root).map((one) => one.localName)).toEqual(['AuthnRequest', 'Issuer'])
  })

  test('travels deflated beside the RelayState and keeps the provider’s own query', () => {
    const url = new URL(redirectUrl(request, 'relay+/='))
    expect(url.searchParams.get('tenant')).toBe('7')
    expect(url.searchParams.get('RelayState')).toBe('relay+/=')
    const sent = inflateRawSync(Buffer.from(url.searchParams.get('SAMLRequest') ?? '', 'base64')).toString()
    expect(sent).toBe(authnRequestXml(request))
    expect(Buffer.from(postFields(request, 'x').SAMLRequest, 'base64').toString()).toBe(sent)
  })
})

test('a Response in the log can be read and not be used', () => {
  const xml = makeProvider('https://idp.acme.test/saml', 'https://idp.acme.test/sso', key).respond({
    acsUrl: 'https://x.test',
    audience: 'y',
    nameId: 'u-17',
    now: NOW,
    sign: { elements: ['Assertion', 'Response'] },
  }).xml
  const kept = redactResponse(xml)
  expect(kept).toContain('u-17')
  expect(kept.match(/SignatureValue>\[removed\]</g)).toHaveLength(2)
  expect(redactResponse('x'.repeat(300_000)).length).toBeLessThan(50_000)
})
