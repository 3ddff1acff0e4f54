// The gate in front of every XML parser.
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import type { AppError } from '../../src/kernel/errors.ts'
import { parse } from '../../src/xml/document.ts'
import { gate } from '../../src/xml/gate.ts'

const limits = {
  bytes: 4096,
  startTags: 100,
  depth: 10,
  attributesPerTag: 4,
  narrow: { names: ['Response'], children: 3 },
  comments: false,
}
const pass = (xml: string | Uint8Array) =>
  gate(typeof xml === 'string' ? Buffer.from(xml, 'utf8') : xml, limits)

function refusalOf(xml: string | Uint8Array): string {
  try {
    pass(xml)
  } catch (error) {
    return `${(error as AppError).kind}: ${(error as AppError).message}`
  }
  return 'passed'
}

describe('what the gate lets pass', () => {
  test.each([
    ['a plain document', '<a/>'],
    ['a declaration of UTF-8', '<?xml version="1.0" encoding="utf-8" standalone="no"?>\n<a></a>\n'],
    [
      'the predefined entities and character references',
      '<a b="&lt;&#10;&#x1F600;">&amp;&gt;&quot;&apos;</a>',
    ],
    ['a greater-than sign inside an attribute', '<a b="1>2"><c d=\'"\'/></a>'],
    ['space in tags', '<a  b = "1"\n c="2" ><b></b ></a>'],
    ['prefixed names', '<x:a xmlns:x="urn:x"><x:b/></x:a>'],
  ])('%s passes as it is', (_, xml) => {
    expect(pass(xml)).toBe(xml)
  })

  test('comments and CDATA pass where the caller allows them', () => {
    const xml = '<!-- one --><a><!-- two --><![CDATA[<b>]]></a><!-- three -->'
    expect(gate(Buffer.from(xml), { ...limits, comments: true })).toBe(xml)
  })
})

describe('what the gate refuses', () => {
  test.each([
    ['a document type', '<!DOCTYPE a><a/>', 'document type'],
    ['an entity declaration', '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'document type'],
    ['a declaration inside', '<a><!ENTITY x "y"></a>', 'document type'],
    ['a processing instruction', '<a><?php x?></a>', 'processing instruction'],
    [
      'a declaration of another encoding',
      '<?xml version="1.0" encoding="UTF-16"?><a/>',
      'processing instruction',
    ],
    ['a declaration that is not at the start', ' <?xml version="1.0"?><a/>', 'processing instruction'],
    ['XML 1.1', '<?xml version="1.1"?><a/>', 'processing instruction'],
    ['a comment', '<a><!-- x --></a>', 'a comment'],
    ['a CDATA section', '<a><![CDATA[x]]></a>', 'a CDATA section'],
    ['an entity that is not predefined', '<a>&nbsp;</a>', 'an entity'],
    ['an entity in an attribute', '<a b="&x;"/>', 'an entity'],
    ['a bare ampersand', '<a>a & b</a>', 'an entity'],
    ['a reference to NUL', '<a>&#0;</a>', 'a character reference'],
    ['a reference to a surrogate', '<a>&#xD800;</a>', 'a character reference'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>', 'a character reference'],
    ['a control character', '<a>\u0001</a>', 'a character occurs'],
    ['a byte order mark', '\ufeff<a/>', 'text stands outside'],
    ['text before the root', 'x<a/>', 'text stands outside'],
    ['text after the root', '<a/>x', 'text stands outside'],
    ['two roots', '<a/><b/>', 'more than one root'],
    ['no root', '   ', 'no root'],
    ['an element that is not closed', '<a><b></b>', 'not closed'],
    ['crossing tags', '<a><b></a></b>', 'do not nest'],
    ['an end tag alone', '</a>', 'do not nest'],
    ['an attribute without quotes', '<a b=1/>', 'malformed'],
    ['an attribute without space before it', '<a b="1"c="2"/>', 'malformed'],
    ['a tag within an attribute', '<a b="<c>"/>', 'malformed'],
    ['a tag that never ends', '<a b="1"', 'malformed'],
    ['a quote that never ends', '<a b="1', 'not closed'],
    ['a tag without a name', '< a/>', 'no name'],
  ])('%s is refused by name', (_, xml, words) => {
    expect(refusalOf(xml)).toContain(`invalid: The XML is refused: `)
    expect(refusalOf(xml)).toContain(words)
  })

  test('bytes that are not UTF-8 are refused', () => {
    expect(refusalOf(Buffer.from([0x3c, 0x61, 0xc0, 0xaf, 0x2f, 0x3e]))).toContain('not UTF-8')
    expect(refusalOf(Buffer.from('<a/>', 'utf16le'))).not.toBe('passed')
  })

  test('each limit holds, and one less passes', () => {
    expect(refusalOf(`<a>${'x'.repeat(4090)}</a>`)).toContain('too_large: ')
    expect(refusalOf(`<a>${'x'.repeat(4089)}</a>`)).toBe('passed')
    expect(refusalOf(`<a>${'<b/>'.repeat(100)}</a>`)).toContain('more than 100 elements')
    expect(refusalOf(`<a>${'<b/>'.repeat(99)}</a>`)).toBe('passed')
    expect(refusalOf(`${'<a>'.repeat(11)}${'</a>'.repeat(11)}`)).toContain('deeper than 10')
    expect(refusalOf(`${'<a>'.repeat(10)}${'</a>'.repeat(10)}`)).toBe('passed')
    expect(refusalOf('<a b="" c="" d="" e="" f=""/>')).toContain('more than 4 attributes')
    expect(refusalOf('<a b="" c="" d="" e=""/>')).toBe('passed')
    expect(refusalOf(`<x:Response>${'<b/>'.repeat(4)}</x:Response>`)).toContain('more than 3 children')
    expect(refusalOf(`<x:Response>${'<b/>'.repeat(3)}</x:Response>`)).toBe('passed')
  })
})

test('what passes the gate is what the parser reads: the same number of elements, always', () => {
  const piece = fc.constantFrom(
    '<a>',
    '</a>',
    '<b/>',
    '<b c="1">',
    '</b>',
    'x',
    '&amp;',
    '&#65;',
    "<d e='>'/>",
    '<',
    '>',
    '"',
    '<!-',
    '<?',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
      const xml = `<r>${pieces.join('')}</r>`
      if (refusalOf(xml) !== 'passed') return
      const starts = xml.match(/<[a-z]/g)?.length
      expect(parse(xml).getElementsByTagName('*').length).toBe(starts)
    }),
    { numRuns: 500 },
  )
})
