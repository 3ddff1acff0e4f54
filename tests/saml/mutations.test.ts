// Random changes to genuine Responses: whatever is accepted still says what was signed.
import { beforeAll, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { VerifiedAssertion } from '../../src/saml/assertion.ts'
import { verifyResponse } from '../../src/saml/response.ts'
import { base64, type TestProvider, testProvider } from '../support/identity-provider.ts'

let provider: TestProvider
const genuine = new Map<string, { xml: string; assertion: VerifiedAssertion }>()

beforeAll(async () => {
  provider = await testProvider()
  for (const elements of [['Assertion'], ['Response'], ['Response', 'Assertion']] as const) {
    const { xml } = provider.answer({ sign: { elements } })
    const verified = await verifyResponse(provider.input(base64(xml)))
    if (!verified.ok || verified.assertion === null) throw new Error('the fixture does not verify')
    genuine.set(elements.join(), { xml, assertion: verified.assertion })
  }
})

const insertions = fc.constantFrom(
  ' ',
  '\n',
  '\r\n',
  '&#13;',
  '<!---->',
  '<?x?>',
  '<x/>',
  '</x>',
  '\u0000',
  '&amp;',
  '"',
  "'",
  'u-evil',
  'admins',
  'xmlns=""',
  ' ID="_x"',
  ' xmlns:saml="urn:x"',
  '<saml:Attribute Name="groups"><saml:AttributeValue>admins</saml:AttributeValue></saml:Attribute>',
  '<saml:NameID>u-evil</saml:NameID>',
  '<saml:Assertion ID="_x"/>',
  '<ds:Object xmlns:ds="http://www.w3.org/2000/09/xmldsig#"/>',
)
const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true })
const change = fc.oneof(
  fc.record({ kind: fc.constant('insert' as const), at, text: insertions }),
  fc.record({ kind: fc.constant('delete' as const), at, length: fc.integer({ min: 1, max: 300 }) }),
  fc.record({ kind: fc.constant('copy' as const), at, length: fc.integer({ min: 1, max: 600 }), to: at }),
  // Between two tags, where whole elements fit.
  fc.record({ kind: fc.constant('between' as const), at, text: insertions }),
)
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never

function apply(xml: string, one: Change): string {
  const place = Math.floor(one.at * xml.length)
  switch (one.kind) {
    case 'insert':
      return xml.slice(0, place) + one.text + xml.slice(place)
    case 'delete':
      return xml.slice(0, place) + xml.slice(place + one.length)
    case 'copy': {
      const to = Math.floor(one.to * xml.length)
      return xml.slice(0, to) + xml.slice(place, place + one.length) + xml.slice(to)
    }
    case 'between': {
      const tag = xml.indexOf('><', place) + 1
      return xml.slice(0, tag) + one.text + xml.slice(tag)
    }
  }
}

test('a changed Response is refused or reads as the genuine one, always, and never throws', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...genuine.keys()),
      fc.array(change, { minLength: 1, maxLength: 3 }),
      async (kind, changes) => {
        const { xml, assertion } = genuine.get(kind)!
        const changed = changes.reduce(apply, xml)
        const result = await verifyResponse(provider.input(base64(changed)))
        if (!result.ok || result.assertion === null) return
        expect(result.assertion).toEqual(assertion)
      },
    ),
    { numRuns: 250 },
  )
  // Space between tags of an unsigned Response changes nothing that was signed: the property is not met by refusing everything.
  const { xml } = genuine.get('Assertion')!
  expect(
    await verifyResponse(provider.input(base64(xml.replace('><samlp:Status', '> <samlp:Status')))),
  ).toMatchObject({ ok: true })
}, 60_000)
