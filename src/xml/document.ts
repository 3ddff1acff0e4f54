// Strict, namespace-aware reading of XML that has passed the gate.
import { DOMParser } from '@xmldom/xmldom'
import { AppError } from '../kernel/errors.ts'

export const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
const XMLNS = 'http://www.w3.org/2000/xmlns/'
const ELEMENT = 1
const TEXT = 3
const CDATA = 4

/** The document of `xml`; every warning of the parser is a refusal (AppError `invalid`). Call `gate` first. */
export function parse(xml: string): Document {
  const refuse = (message: string) => {
    throw new AppError('invalid', 'xml_refused', `The XML is refused: ${firstLine(message)}.`)
  }
  const parser = new DOMParser({
    locator: {},
    errorHandler: { warning: refuse, error: refuse, fatalError: refuse },
  })
  let document: Document | undefined
  try {
    document = parser.parseFromString(xml, 'text/xml')
  } catch (error) {
    if (error instanceof AppError) throw error
    refuse(error instanceof Error ? error.message : String(error))
  }
  if (!document?.documentElement)
    throw new AppError('invalid', 'xml_refused', 'The XML is refused: no root element.')
  return document
}

/** The root element of a parsed document. */
export function rootOf(document: Document): Element {
  return document.documentElement as Element
}

/** The child elements, in their order. */
export function children(element: Element): Element[] {
  const found: Element[] = []
  for (let node = element.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === ELEMENT) found.push(node as Element)
  }
  return found
}

/** The child elements of one name. */
export function childrenNamed(element: Element, namespace: string, localName: string): Element[] {
  return children(element).filter((child) => is(child, namespace, localName))
}

/** Whether an element has exactly this namespace and local name. */
export function is(element: Element, namespace: string, localName: string): boolean {
  return element.namespaceURI === namespace && element.localName === localName
}

/** The element and everything below it, in document order. */
export function descendants(element: Element): Element[] {
  const found: Element[] = []
  const stack = [element]
  for (let next = stack.pop(); next; next = stack.pop()) {
    found.push(next)
    const below = children(next)
    for (let i = below.length - 1; i >= 0; i--) stack.push(below[i] as Element)
  }
  return found
}

/** The value of an attribute without a namespace; null where it is absent (an empty one is an empty text). */
export function attribute(element: Element, name: string): string | null {
  return element.hasAttributeNS(null as unknown as string, name) || element.hasAttribute(name)
    ? element.getAttribute(name)
    : null
}

/** The attributes that are no namespace declarations. */
export function attributes(element: Element): Attr[] {
  return allAttributes(element).filter((one) => one.namespaceURI !== XMLNS)
}

/** The namespaces that an element itself declares; the default one has the prefix "". */
export function declarations(element: Element): { prefix: string; namespace: string }[] {
  return allAttributes(element)
    .filter((one) => one.namespaceURI === XMLNS)
    .map((one) => ({ prefix: one.prefix ? (one.localName ?? '') : '', namespace: one.value }))
}

function allAttributes(element: Element): Attr[] {
  const found: Attr[] = []
  for (let i = 0; i < element.attributes.length; i++) found.push(element.attributes.item(i) as Attr)
  return found
}

/** The text of an element that holds one text node or nothing; null where anything else is inside, so that no two readers differ. */
export function textOf(element: Element): string | null {
  const only = element.firstChild
  if (only === null) return ''
  return only.nextSibling === null && only.nodeType === TEXT ? (only.nodeValue ?? '') : null
}

/** The text of an element where comments and CDATA may stand (metadata); null where an element is inside. */
export function looseText(element: Element): string | null {
  let text = ''
  for (let node = element.firstChild; node; node = node.nextSibling) {
    if (node.nodeType === ELEMENT) return null
    if (node.nodeType === TEXT || node.nodeType === CDATA) text += node.nodeValue ?? ''
  }
  return text.trim()
}

/** `&`, `<`, `>`, quotes and line ends as references: fit for text and for attribute values alike. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\r\n]/g, (character) => `&#${character.charCodeAt(0)};`)
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/^\[xmldom \w+\]\s*/, '').slice(0, 200)
}
