// The gate: one linear scan over bytes from outside, before any XML parser sees them.
import { AppError } from '../kernel/errors.ts'

/** What a document may be at most; a parser's cost grows faster than its input beyond these. */
export interface GateLimits {
  bytes: number
  startTags: number
  depth: number
  attributesPerTag: number
  /** Children that an element with one of these local names may have. */
  narrow: { names: readonly string[]; children: number }
  /** Whether comments and CDATA sections may occur: they may in metadata, never in a message that is read for its text. */
  comments: boolean
}

interface Scan {
  xml: string
  at: number
  limits: GateLimits
  startTags: number
  open: { name: string; children: number; narrow: boolean }[]
  roots: number
}

const SPACE = /^[ \t\r\n]*$/
const DECLARATION =
  /^<\?xml\s+version\s*=\s*(["'])1\.0\1(?:\s+encoding\s*=\s*(["'])utf-8\2)?(?:\s+standalone\s*=\s*(["'])(?:yes|no)\3)?\s*\?>/i
// The characters of XML 1.0 §2.2, without the rest of the C0 controls and without the two non-characters of the plane.
const FORBIDDEN_CHARACTER = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
const REFERENCE = /&(?:(?:lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-fA-F]{1,6}));/y
const NAME = /[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?/y

/**
 * The text of `bytes`, when it is UTF-8 XML inside the limits without DOCTYPE, entity declaration or processing instruction.
 * Throws AppError `too_large` above `limits.bytes`, else `invalid` with a sentence that names what stands in the way. O(n).
 */
export function gate(bytes: Uint8Array, limits: GateLimits): string {
  if (bytes.length > limits.bytes) {
    throw new AppError('too_large', 'too_large', `The document is larger than ${limits.bytes} bytes.`)
  }
  const xml = decode(bytes)
  const scan: Scan = {
    xml,
    at: DECLARATION.exec(xml)?.[0].length ?? 0,
    limits,
    startTags: 0,
    open: [],
    roots: 0,
  }
  while (scan.at < xml.length) {
    const next = xml.indexOf('<', scan.at)
    const end = next < 0 ? xml.length : next
    text(scan, end)
    if (next < 0) break
    markup(scan)
  }
  if (scan.open.length > 0) throw refusal('an element is not closed')
  if (scan.roots !== 1) throw refusal('there is no root element')
  return xml
}

function decode(bytes: Uint8Array): string {
  let xml: string
  try {
    xml = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw refusal('the bytes are not UTF-8')
  }
  if (FORBIDDEN_CHARACTER.test(xml)) throw refusal('a character occurs that XML does not allow')
  return xml
}

function text(scan: Scan, end: number): void {
  const run = scan.xml.slice(scan.at, end)
  if (scan.open.length === 0 && !SPACE.test(run)) throw refusal('text stands outside the root element')
  references(run)
  scan.at = end
}

function references(run: string): void {
  for (let at = run.indexOf('&'); at >= 0; at = run.indexOf('&', at + 1)) {
    REFERENCE.lastIndex = at
    const found = REFERENCE.exec(run)
    if (!found) throw refusal('an entity is used that is not predefined')
    const code = found[1] ? Number(found[1]) : found[2] ? Number.parseInt(found[2], 16) : 0x20
    if (
      code > 0x10ffff ||
      (code >= 0xd800 && code <= 0xdfff) ||
      FORBIDDEN_CHARACTER.test(String.fromCodePoint(code))
    ) {
      throw refusal('a character reference names a character that XML does not allow')
    }
  }
}

function markup(scan: Scan): void {
  const { xml, at } = scan
  if (xml.startsWith('<!--', at)) skip(scan, '<!--', '-->', 'a comment')
  else if (xml.startsWith('<![CDATA[', at)) skip(scan, '<![CDATA[', ']]>', 'a CDATA section')
  else if (xml.startsWith('<!', at)) throw refusal('a document type or entity declaration is not accepted')
  else if (xml.startsWith('<?', at)) throw refusal('a processing instruction is not accepted')
  else if (xml.startsWith('</', at)) endTag(scan)
  else startTag(scan)
}

function skip(scan: Scan, begin: string, close: string, what: string): void {
  if (!scan.limits.comments) throw refusal(`${what} is not accepted`)
  const end = scan.xml.indexOf(close, scan.at + begin.length)
  if (end < 0) throw refusal(`${what} is not closed`)
  if (begin !== '<!--' && scan.open.length === 0) throw refusal('text stands outside the root element')
  scan.at = end + close.length
}

function endTag(scan: Scan): void {
  const end = scan.xml.indexOf('>', scan.at)
  if (end < 0) throw refusal('a tag is not closed')
  const name = scan.xml.slice(scan.at + 2, end).trimEnd()
  if (scan.open.pop()?.name !== name) throw refusal('the tags do not nest')
  scan.at = end + 1
}

function startTag(scan: Scan): void {
  const { limits, open } = scan
  NAME.lastIndex = scan.at + 1
  const name = NAME.exec(scan.xml)?.[0]
  if (name === undefined) throw refusal('a tag has no name')
  if (++scan.startTags > limits.startTags) throw refusal(`there are more than ${limits.startTags} elements`)
  const parent = open.at(-1)
  if (parent === undefined && ++scan.roots > 1) throw refusal('there is more than one root element')
  if (parent !== undefined && ++parent.children > limits.narrow.children && parent.narrow) {
    throw refusal(`an element has more than ${limits.narrow.children} children`)
  }
  const empty = attributes(scan, scan.at + 1 + name.length)
  if (open.length + 1 > limits.depth) throw refusal(`elements nest deeper than ${limits.depth}`)
  if (empty) return
  const local = name.slice(name.indexOf(':') + 1)
  open.push({ name, children: 0, narrow: limits.narrow.names.includes(local) })
}

/** Walks the attributes of a start tag from `from`; leaves `scan.at` behind its `>` and says whether the tag is empty. */
function attributes(scan: Scan, from: number): boolean {
  const { xml } = scan
  let at = from
  for (let count = 0; ; ) {
    const spaced = at
    while (at < xml.length && ' \t\r\n'.includes(xml.charAt(at))) at++
    if (xml.startsWith('>', at) || xml.startsWith('/>', at)) {
      const empty = xml.charAt(at) === '/'
      scan.at = at + (empty ? 2 : 1)
      return empty
    }
    if (at === spaced) throw refusal('a tag is malformed')
    at = attribute(xml, at)
    if (++count > scan.limits.attributesPerTag) {
      throw refusal(`an element has more than ${scan.limits.attributesPerTag} attributes`)
    }
  }
}

const EQUALS = /[ \t\r\n]*=[ \t\r\n]*(["'])/y

function attribute(xml: string, from: number): number {
  NAME.lastIndex = from
  const name = NAME.exec(xml)?.[0]
  EQUALS.lastIndex = from + (name?.length ?? 0)
  const quote = EQUALS.exec(xml)?.[1]
  if (name === undefined || quote === undefined) throw refusal('an attribute is malformed')
  const start = EQUALS.lastIndex
  const end = xml.indexOf(quote, start)
  if (end < 0) throw refusal('an attribute is not closed')
  const value = xml.slice(start, end)
  if (value.includes('<')) throw refusal('an attribute is malformed')
  references(value)
  return end + 1
}

function refusal(what: string): AppError {
  return new AppError('invalid', 'xml_refused', `The XML is refused: ${what}.`)
}
