// The verifier: what is signed is read, what is not is refused, and every refusal looks alike from outside.
import { createHmac } from 'node:crypto'
import { beforeAll, describe, expect, test } from '@jest/globals'
import type { RespondOptions } from '../../idp-fixtures/provider.ts'
import { formats, makeResponse } from '../../idp-fixtures/response.ts'
import { type VerifyInput, type VerifyResult, verifyResponse } from '../../src/saml/response.ts'
import {
  base64,
  connection,
  NOW,
  type TestProvider,
  testKey,
  testProvider,
} from '../support/identity-provider.ts'

let provider: TestProvider
let stranger: TestProvider
let sp: { privateKeyPem: string; certificatePem: string }

beforeAll(async () => {
  const keys = await Promise.all([testKey(), testKey(), testKey('Service provider')])
  provider = await testProvider(keys[0])
  stranger = await testProvider(keys[1])
  sp = keys[2]
})

const verifyXml = (xml: string, more?: Partial<VerifyInput>) =>
  verifyResponse(provider.input(base64(xml), more))
const verify = (options: Partial<RespondOptions>, more?: Partial<VerifyInput>) =>
  verifyXml(provider.answer(options).xml, more)

function nameIdOf(result: VerifyResult): string | undefined {
  return result.ok ? result.assertion?.nameId?.value : undefined
}

async function stageOf(xml: string, more?: Partial<VerifyInput>): Promise<string> {
  const result = await verifyXml(xml, more)
  return result.ok ? `accepted ${nameIdOf(result)}` : result.stage
}

describe('a genuine Response', () => {
  test.each([
    [['Assertion'], ['assertion']],
    [['Response'], ['response']],
    [
      ['Response', 'Assertion'],
      ['response', 'assertion'],
    ],
  ] as const)('signed on %j is read', async (elements, signed) => {
    const result = await verify({ sign: { elements } })
    expect(result).toMatchObject({ ok: true, signed, head: { signed: signed[0] === 'response' } })
    expect(result.ok && result.assertion).toMatchObject({
      issuer: { value: connection.idpEntityId, format: null },
      nameId: { value: 'u-17', format: formats.persistent, nameQualifier: '', spNameQualifier: '' },
      conditions: { audiences: [[connection.spEntityId]], unknown: [] },
      attributes: [
        { name: 'email', values: ['ana@acme.test'] },
        { name: 'firstName', values: ['Ana'] },
        { name: 'lastName', values: ['Lind'] },
        { name: 'groups', values: ['editors', 'staff'] },
      ],
    })
  })

  test('signed with SHA-512 is read', async () => {
    const sign = {
      signatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512',
      digestAlgorithm: 'http://www.w3.org/2001/04/xmlenc#sha512',
    }
    expect(nameIdOf(await verify({ sign }))).toBe('u-17')
  })

  test('is read under any of several certificates, and no longer when its own is removed', async () => {
    const certificates = [stranger.key.certificatePem, provider.key.certificatePem]
    expect(nameIdOf(await verify({}, { certificates }))).toBe('u-17')
    expect(await stageOf(provider.answer().xml, { certificates: certificates.slice(0, 1) })).toBe('signature')
    expect(await stageOf(provider.answer().xml, { certificates: [] })).toBe('signature')
  })

  test('keeps characters that XML escapes', async () => {
    const nameId = `<a> & "b" 'c' é 😀`
    expect(nameIdOf(await verify({ nameId, sign: { elements: ['Response', 'Assertion'] } }))).toBe(nameId)
  })

  test('may be wrapped in lines', async () => {
    const { base64: field } = provider.answer()
    const wrapped = field.replace(/.{76}/g, '$&\r\n')
    expect(nameIdOf(await verifyResponse(provider.input(wrapped)))).toBe('u-17')
  })

  test('joins repeated attributes, drops empty and nil values, and leaves nested XML out', async () => {
    const extra =
      '<saml:Attribute Name="groups" FriendlyName="email"><saml:AttributeValue>more, and more</saml:AttributeValue><saml:AttributeValue/></saml:Attribute>' +
      '<saml:Attribute Name="nested"><saml:AttributeValue><saml:NameID>x</saml:NameID></saml:AttributeValue></saml:Attribute>' +
      '<saml:Attribute Name="nil"><saml:AttributeValue xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:nil="true"/></saml:Attribute>' +
      '<saml:Attribute Name="__proto__"><saml:AttributeValue>y</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>'
    const result = await verify({ edit: (xml) => xml.replace('</saml:AttributeStatement>', extra) })
    expect(result.ok && result.assertion?.attributes.slice(3)).toEqual([
      { name: 'groups', values: ['editors', 'staff', 'more, and more'] },
      { name: 'nested', values: [] },
      { name: 'nil', values: [] },
      { name: '__proto__', values: ['y'] },
    ])
  })

  test('with an error status and no Assertion is a result without an Assertion', async () => {
    const xml = provider
      .answer({ sign: false })
      .xml.replace(/<saml:Assertion.*<\/saml:Assertion>/, '')
      .replace(
        'status:Success"/>',
        'status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/></samlp:StatusCode>',
      )
    expect(await verifyXml(xml)).toMatchObject({
      ok: true,
      assertion: null,
      head: {
        status: 'urn:oasis:names:tc:SAML:2.0:status:Responder',
        statusDetail:
          'urn:oasis:names:tc:SAML:2.0:status:Responder, urn:oasis:names:tc:SAML:2.0:status:AuthnFailed',
      },
    })
  })
})

const mallory = (xml: string) => xml.replaceAll('u-17', 'u-evil').replaceAll('ana@', 'mallory@')
const swap = (xml: string, from: string | RegExp, to: string) => {
  const changed = xml.replace(from, () => to)
  if (changed === xml) throw new Error(`nothing to replace: ${from}`)
  return changed
}

/** Parts of a genuine Response whose Assertion is signed, for building attacks. */
function parts(xml = provider.answer().xml) {
  const assertion = /<saml:Assertion[\s\S]*<\/saml:Assertion>/.exec(xml)![0]
  const signature = /<ds:Signature [\s\S]*?<\/ds:Signature>/.exec(assertion)![0]
  const bare = assertion.replace(signature, '')
  const id = / ID="([^"]+)"/.exec(assertion)![1]!
  const evil = mallory(bare).replace(id, '_evil')
  const saml = 'xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"'
  return { xml, assertion, signature, bare, id, evil, saml }
}

const signatureWraps: [string, () => string, string][] = [
  ['nothing signed', () => provider.answer({ sign: false }).xml, 'signature'],
  ['a Response changed after signing', () => mallory(provider.answer().xml), 'signature'],
  [
    'an attribute added after signing',
    () => swap(provider.answer().xml, '<saml:AttributeValue>editors<', '<saml:AttributeValue>admins<'),
    'signature',
  ],
  ['a foreign key', () => stranger.answer().xml, 'signature'],
  [
    'a foreign key with the trusted certificate named',
    () =>
      swap(
        stranger.answer().xml,
        /<ds:X509Certificate>[^<]*</,
        `<ds:X509Certificate>${provider.key.certificatePem.replace(/-----[^-]+-----|\s/g, '')}<`,
      ),
    'signature',
  ],
  [
    'XSW1',
    () => {
      const xml = provider.answer({ sign: { elements: ['Response'] } }).xml
      const signature = /<ds:Signature [\s\S]*?<\/ds:Signature>/.exec(xml)![0]
      const original = xml.replace(signature, '')
      const evil = mallory(xml).replace(/ID="[^"]+"/, 'ID="_evil"')
      return evil.replace('</ds:Signature>', `${original}</ds:Signature>`)
    },
    'structure',
  ],
  [
    'XSW2',
    () => {
      const xml = provider.answer({ sign: { elements: ['Response'] } }).xml
      const s = /<ds:Signature [\s\S]*?<\/ds:Signature>/.exec(xml)![0]
      return mallory(xml)
        .replace(/ID="[^"]+"/, 'ID="_evil"')
        .replace(s, `${xml.replace(s, '')}${s}`)
    },
    'structure',
  ],
  [
    'XSW3',
    () => {
      const p = parts()
      return swap(p.xml, p.assertion, p.evil + p.assertion)
    },
    'structure',
  ],
  [
    'XSW4',
    () => {
      const p = parts()
      return swap(p.xml, p.assertion, p.evil.replace('</saml:Assertion>', `${p.assertion}</saml:Assertion>`))
    },
    'structure',
  ],
  [
    'XSW5',
    () => {
      const p = parts()
      return swap(p.xml, p.assertion, mallory(p.assertion).replace(p.id, '_evil') + p.bare)
    },
    'structure',
  ],
  [
    'XSW6',
    () => {
      const p = parts()
      return swap(
        p.xml,
        p.assertion,
        mallory(p.assertion).replace(p.id, '_evil').replace('</ds:Signature>', `${p.bare}</ds:Signature>`),
      )
    },
    'structure',
  ],
  [
    'XSW7',
    () => {
      const p = parts()
      return swap(p.xml, p.assertion, `<samlp:Extensions>${p.evil}</samlp:Extensions>${p.assertion}`)
    },
    'structure',
  ],
  [
    'XSW8',
    () => {
      const p = parts()
      return swap(
        p.xml,
        p.assertion,
        mallory(p.assertion)
          .replace(p.id, '_evil')
          .replace('</ds:Signature>', `<ds:Object>${p.bare}</ds:Object></ds:Signature>`),
      )
    },
    'structure',
  ],
  [
    'XSW by Advice',
    () => {
      const p = parts()
      return swap(
        p.xml,
        p.assertion,
        p.evil.replace(
          '<saml:AuthnStatement',
          `<saml:Advice>${p.assertion}</saml:Advice><saml:AuthnStatement`,
        ),
      )
    },
    'structure',
  ],
  [
    'XSW by StatusDetail',
    () => {
      const p = parts()
      return swap(
        p.xml,
        '</samlp:Status>',
        `<samlp:StatusDetail>${p.assertion}</samlp:StatusDetail></samlp:Status>`,
      )
        .replace(new RegExp(`${p.assertion.slice(0, 40)}.*$`), '')
        .concat(p.evil, '</samlp:Response>')
    },
    'gate',
  ],
  [
    'an Assertion of a foreign namespace beside the signed one',
    () => {
      const p = parts()
      return swap(p.xml, p.assertion, `<Assertion xmlns="urn:evil" ID="_e"/>${p.assertion}`)
    },
    'structure',
  ],
  [
    'an evil Assertion that carries the genuine signature',
    () => {
      const p = parts()
      return swap(p.xml, p.assertion, p.evil.replace('</saml:Issuer>', `</saml:Issuer>${p.signature}`))
    },
    'algorithms',
  ],
  [
    'the Assertion’s signature moved under the Response',
    () => {
      const p = parts()
      return swap(p.xml, p.signature, '').replace('</saml:Issuer>', `</saml:Issuer>${p.signature}`)
    },
    'algorithms',
  ],
  [
    'an empty Signature',
    () => {
      const p = parts()
      return swap(p.xml, p.signature, '<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>')
    },
    'algorithms',
  ],
  [
    'a SignedInfo without Reference',
    () => swap(provider.answer().xml, /<ds:Reference [\s\S]*<\/ds:Reference>/, ''),
    'algorithms',
  ],
  ['a Reference to everything', () => swap(provider.answer().xml, /URI="#[^"]*"/, 'URI=""'), 'algorithms'],
  [
    'a Reference to another element',
    () => swap(provider.answer().xml, /URI="#[^"]*"/, 'URI="#_other"'),
    'algorithms',
  ],
  [
    'two SignedInfo',
    () => swap(provider.answer().xml, '<ds:SignedInfo>', '<ds:SignedInfo></ds:SignedInfo><ds:SignedInfo>'),
    'algorithms',
  ],
  [
    'two signatures in one Assertion',
    () => {
      const p = parts()
      return swap(p.xml, p.signature, p.signature + p.signature)
    },
    'structure',
  ],
  [
    'a comment inside the digest',
    () => swap(provider.answer().xml, '<ds:DigestValue>', '<ds:DigestValue><!--x-->'),
    'gate',
  ],
  [
    'a comment inside the NameID',
    () =>
      swap(provider.answer({ nameId: 'u-17@acme.test.evil.test' }).xml, '.test.evil', '.test<!---->.evil'),
    'gate',
  ],
  [
    'a processing instruction inside the NameID',
    () => swap(provider.answer().xml, 'u-17', 'u-1<?x?>7'),
    'gate',
  ],
  [
    'a CDATA section inside the NameID',
    () => swap(provider.answer().xml, 'u-17', '<![CDATA[u-17]]>'),
    'gate',
  ],
  ['a document type', () => `<!DOCTYPE x>${provider.answer().xml}`, 'gate'],
  [
    'a decoy signature inside the Assertion',
    () => {
      const p = parts()
      return swap(
        p.xml,
        '</saml:AttributeStatement>',
        `<saml:Attribute Name="x"><saml:AttributeValue>${p.signature}</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>`,
      )
    },
    'structure',
  ],
  [
    'an identifier under the name Id',
    () => swap(provider.answer().xml, '<saml:Subject>', '<saml:Subject Id="_x">'),
    'structure',
  ],
  [
    'an identifier under xml:id',
    () => swap(provider.answer().xml, '<saml:Subject>', '<saml:Subject xml:id="_x">'),
    'structure',
  ],
  [
    'an identifier under a prefix',
    () => swap(provider.answer().xml, '<saml:Subject>', '<saml:Subject samlp:ID="_x">'),
    'structure',
  ],
  [
    'one identifier twice',
    () => {
      const p = parts()
      return swap(p.xml, '<saml:Subject>', `<saml:Subject ID="${p.id}">`)
    },
    'structure',
  ],
  [
    'a relative namespace',
    () => swap(provider.answer().xml, '<saml:Subject>', '<saml:Subject xmlns:a="1">'),
    'structure',
  ],
  [
    'the digest of nothing',
    () =>
      swap(
        provider.answer().xml,
        /<ds:DigestValue>[^<]*</,
        '<ds:DigestValue>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=<',
      ),
    'algorithms',
  ],
  [
    'an encrypted Assertion beside a plain one',
    () => {
      const p = parts()
      return swap(p.xml, p.assertion, `<saml:EncryptedAssertion/>${p.assertion}`)
    },
    'structure',
  ],
  [
    'a SAML 1.1 namespace',
    () =>
      provider
        .answer()
        .xml.replaceAll('urn:oasis:names:tc:SAML:2.0:assertion', 'urn:oasis:names:tc:SAML:1.0:assertion'),
    'structure',
  ],
  [
    'a LogoutResponse',
    () => provider.answer().xml.replaceAll('samlp:Response', 'samlp:LogoutResponse'),
    'structure',
  ],
  [
    'an unknown child of the Response',
    () => swap(provider.answer().xml, '<samlp:Status>', '<samlp:More/><samlp:Status>'),
    'structure',
  ],
]

describe('a Response that was tampered with', () => {
  test.each(signatureWraps)('%s is refused', async (_, make, stage) => {
    expect(await stageOf(make())).toBe(stage)
  })
})

describe('a Response that was signed wrongly by the provider itself', () => {
  const sha1 = {
    signatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1',
    digestAlgorithm: 'http://www.w3.org/2000/09/xmldsig#sha1',
  }

  test('SHA-1 is refused, and accepted under the legacy switch', async () => {
    expect(await stageOf(provider.answer({ sign: sha1 }).xml)).toBe('algorithms')
    const digestAlone = { digestAlgorithm: sha1.digestAlgorithm }
    expect(await stageOf(provider.answer({ sign: digestAlone }).xml)).toBe('algorithms')
    const legacy = { sha1: true, encryption: false }
    expect(nameIdOf(await verify({ sign: sha1 }, { legacy }))).toBe('u-17')
  })

  test.each([
    [
      'inclusive canonicalization of SignedInfo',
      { canonicalization: 'http://www.w3.org/TR/2001/REC-xml-c14n-20010315' },
    ],
    [
      'canonicalization with comments',
      { canonicalization: 'http://www.w3.org/2001/10/xml-exc-c14n#WithComments' },
    ],
    [
      'an inclusive transform',
      {
        transforms: [
          'http://www.w3.org/2000/09/xmldsig#enveloped-signature',
          'http://www.w3.org/TR/2001/REC-xml-c14n-20010315',
        ],
      },
    ],
    [
      'the enveloped transform alone',
      { transforms: ['http://www.w3.org/2000/09/xmldsig#enveloped-signature'] },
    ],
  ])('%s is refused', async (_, sign) => {
    expect(await stageOf(provider.answer({ sign }).xml)).toBe('algorithms')
  })

  test('HMAC under the public certificate is refused', async () => {
    const xml = provider
      .answer()
      .xml.replace(
        'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
        'http://www.w3.org/2000/09/xmldsig#hmac-sha1',
      )
      .replace(
        /<ds:SignatureValue>[^<]*</,
        () =>
          `<ds:SignatureValue>${createHmac('sha1', provider.key.certificatePem).update('x').digest('base64')}<`,
      )
    expect(await stageOf(xml)).toBe('algorithms')
  })

  test('a good Assertion signature does not save a Response whose own signature is broken, nor the reverse', async () => {
    const both = { sign: { elements: ['Response', 'Assertion'] as const } }
    const outer = provider.answer(both).xml.replace(' Version="2.0"', ' Version="2.0" Consent="urn:x"')
    expect(await stageOf(outer)).toBe('signature')
    const inner = provider.answer({
      ...both,
      editSigned: (xml) => xml.replace('ana@acme.test', 'eve@acme.test'),
    }).xml
    expect(await stageOf(inner)).toBe('signature')
    const garbled = provider.answer({
      ...both,
      editSigned: (xml) => xml.replace(/<ds:SignatureValue>.{8}/, '<ds:SignatureValue>AAAAAAAA'),
    }).xml
    expect(await stageOf(garbled)).toBe('signature')
  })

  test.each([
    [
      'two NameIDs',
      (xml: string) => xml.replace('</saml:NameID>', '</saml:NameID><saml:NameID>x</saml:NameID>'),
    ],
    ['an EncryptedID', (xml: string) => xml.replace(/<saml:NameID.*<\/saml:NameID>/, '<saml:EncryptedID/>')],
    ['a BaseID', (xml: string) => xml.replace(/<saml:NameID.*<\/saml:NameID>/, '<saml:BaseID/>')],
    ['an element inside the NameID', (xml: string) => xml.replace('u-17', 'u-17<x xmlns="urn:x">y</x>')],
    [
      'an EncryptedAttribute',
      (xml: string) =>
        xml.replace('</saml:AttributeStatement>', '<saml:EncryptedAttribute/></saml:AttributeStatement>'),
    ],
    [
      'two Conditions',
      (xml: string) => xml.replace('<saml:AuthnStatement', '<saml:Conditions/><saml:AuthnStatement'),
    ],
  ])('%s is refused though signed', async (_, edit) => {
    expect(await stageOf(provider.answer({ edit }).xml)).toBe('structure')
  })
})

describe('an encrypted Assertion', () => {
  const keys = () => ({ decryptionKeys: [sp.privateKeyPem] })
  const encryptTo = () => sp.certificatePem

  test.each([[['Assertion']], [['Response']], [['Assertion', 'Response']]] as const)(
    'is opened, signed on %j',
    async (elements) => {
      expect(nameIdOf(await verify({ sign: { elements, encryptTo: encryptTo() } }, keys()))).toBe('u-17')
    },
  )

  test('is opened with the second of two keys', async () => {
    const more = { decryptionKeys: [stranger.key.privateKeyPem, sp.privateKeyPem] }
    expect(nameIdOf(await verify({ sign: { encryptTo: encryptTo() } }, more))).toBe('u-17')
  })

  test('that nobody signed, inside or outside, is refused', async () => {
    expect(
      await stageOf(provider.answer({ sign: { elements: [], encryptTo: encryptTo() } }).xml, keys()),
    ).toBe('signature')
  })

  test('in CBC needs the switch and a signed Response', async () => {
    const legacy = { legacy: { sha1: false, encryption: true }, ...keys() }
    const cbc = (elements: ('Response' | 'Assertion')[]) =>
      provider.answer({ sign: { elements, encryptTo: encryptTo(), contentAlgorithm: 'aes128-cbc' } }).xml
    expect(await stageOf(cbc(['Response']), keys())).toBe('decryption')
    expect(await stageOf(cbc(['Assertion']), legacy)).toBe('decryption')
    expect(await stageOf(cbc(['Response']), legacy)).toBe('accepted u-17')
  })

  test('fails in one way, whatever is wrong with it', async () => {
    const xml = provider.answer({ sign: { encryptTo: encryptTo() } }).xml
    const value =
      /<xenc:CipherValue>([^<]+)<\/xenc:CipherValue><\/xenc:CipherData><\/xenc:EncryptedData>/.exec(xml)![1]!
    const flip = (at: number) => {
      const bytes = Buffer.from(value, 'base64')
      bytes[at] = bytes[at]! ^ 1
      return xml.replace(value, bytes.toString('base64'))
    }
    const results = await Promise.all([
      verifyXml(flip(0), keys()),
      verifyXml(flip(40), keys()),
      verifyXml(flip(Buffer.from(value, 'base64').length - 1), keys()),
      verifyXml(xml, { decryptionKeys: [] }),
      verifyXml(xml, { decryptionKeys: [stranger.key.privateKeyPem] }),
      verifyXml(swap(xml, 'xmlenc11#aes256-gcm', 'xmlenc11#aes999-gcm'), keys()),
      verifyXml(swap(xml, 'rsa-oaep-mgf1p', 'rsa-1_5'), keys()),
      verifyXml(xml.replace(/<xenc:EncryptedKey>.*<\/xenc:EncryptedKey>/, ''), keys()),
    ])
    const seen = new Set(results.map((one) => JSON.stringify(one.ok ? 'accepted' : [one.stage, one.detail])))
    expect([...seen]).toEqual([
      '["decryption","The assertion cannot be decrypted with the keys of this Connection."]',
    ])
  })

  test('that holds two Assertions or a whole Response is refused', async () => {
    const inside = (content: (assertion: string) => string) =>
      provider.answer({
        editSigned: (xml) => xml.replace(/<saml:Assertion[\s\S]*<\/saml:Assertion>/, content),
        sign: { encryptTo: sp.certificatePem },
      }).xml
    const wrap = (assertion: string) =>
      `<saml:Assertion ID="_outer" Version="2.0"><saml:Issuer>x</saml:Issuer><saml:Advice>${assertion}</saml:Advice></saml:Assertion>`
    expect(await stageOf(inside(wrap), keys())).toBe('decryption')
  })
})

describe('keys', () => {
  test('of 1024 bits verify nothing', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { selfSigned } = await import('../../src/kernel/self-signed.ts')
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
    const certificatePem = selfSigned('weak', privateKey, publicKey, NOW, 1)
    const privateKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const weak = await testProvider({ privateKeyPem, certificatePem })
    expect(await verifyResponse(weak.input(weak.answer().base64))).toMatchObject({
      ok: false,
      stage: 'signature',
    })
  })

  test('whose certificate has expired still verify', async () => {
    const { newSelfSigned } = await import('../../src/kernel/self-signed.ts')
    const old = await testProvider(await newSelfSigned('old', new Date('2010-01-01T00:00:00Z'), 1))
    expect(nameIdOf(await verifyResponse(old.input(old.answer().base64)))).toBe('u-17')
  })
})

describe('the form field', () => {
  test.each([
    ['nothing', ''],
    ['no base64', '<xml/>'],
    ['base64 in the URL alphabet', '-_-_'],
    ['base64 with spaces', 'PHg vPg=='],
    ['base64 without padding', 'PHgvPg'],
  ])('%s throws, so that the door can say 400', async (_, field) => {
    await expect(verifyResponse(provider.input(field))).rejects.toMatchObject({ kind: 'invalid' })
  })

  test('over 256 KiB throws, so that the door can say 413', async () => {
    const field = base64(`<a>${'x'.repeat(257 * 1024)}</a>`)
    await expect(verifyResponse(provider.input(field))).rejects.toMatchObject({ kind: 'too_large' })
  })

  test('of unsigned bytes gives a result, whatever they are', async () => {
    for (const xml of ['x', '<a/>', '<a', '\u0000', '<samlp:Response/>', '<a xmlns:samlp="x"/>']) {
      expect(await verifyXml(xml)).toMatchObject({ ok: false })
    }
    const broken = makeResponse({ issuer: '', acsUrl: '', audience: '', nameId: '', now: NOW })
    expect(await verifyXml(broken)).toMatchObject({ ok: false })
  })
})
