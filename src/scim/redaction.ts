// What the request log may hold of requests: paths and bodies without secrets, by telling names and by the schemas' own word.
import type { Attribute, Catalogue } from './schemas.ts'

const TELLING = /password|secret|token|credential/i
const GONE = '[redacted]'
const TOO_LARGE = 65_536
/** What our own secrets look like, wherever they stand. */
const OURS = /\b(?:scim|key|inv|oauth|poll)_[\w-]{20,}/g
/** The names in a query that stand before a value: those of filters, and those of parameters. */
const COMPARED = /([\w$:.-]+)\s+(?:eq|ne|co|sw|ew|gt|ge|lt|le)\b|(?:^|&)(\w+)=/gi

export interface Redactor {
  /** A JSON body as text; `size` in bytes as it came. Null where none came. */
  body(body: unknown, size: number): string | null
  /** An address with its query, as it came. */
  path(url: string): string
  /** Any other text. */
  text(text: string): string
}

/** The redactor of a catalogue: what its schemas call write-only or never return is secret whatever its name. */
export function createRedactor(catalogue: Catalogue): Redactor {
  const names = new Set<string>()
  for (const schema of catalogue.schemas) gatherSecrets(schema.attributes, names)
  const isSecret = (name: string) =>
    TELLING.test(name) || name.split(/[:.[\]]/).some((part) => names.has(part.toLowerCase()))
  const text = (given: string) => given.replace(OURS, GONE)
  function redact(this: unknown, key: string, value: unknown): unknown {
    if (key !== '' && isSecret(key)) return GONE
    if (key === 'value' && isSecretOperation(this, isSecret)) return GONE
    return value
  }
  return {
    text,
    body: (body, size) => {
      if (body === undefined || body === null) return null
      if (size > TOO_LARGE) return `[${size} bytes]`
      try {
        const json = JSON.stringify(body, redact)
        // A body that came in chunks announced no size.
        return json.length > TOO_LARGE ? `[${json.length} characters]` : text(json)
      } catch {
        return `[${size} bytes]`
      }
    },
    path: (url) => {
      const at = url.indexOf('?')
      if (at < 0) return text(url)
      const asked = [...decoded(url.slice(at + 1)).matchAll(COMPARED)].map(
        (match) => match[1] ?? match[2] ?? '',
      )
      return asked.some(isSecret) ? `${text(url.slice(0, at))}?${GONE}` : text(url)
    },
  }
}

function gatherSecrets(attributes: ReadonlyMap<string, Attribute>, names: Set<string>): void {
  for (const [name, attribute] of attributes) {
    if (attribute.mutability === 'writeOnly' || attribute.returned === 'never') names.add(name)
    gatherSecrets(attribute.subAttributes, names)
  }
}

/** `{"op": …, "path": "password", "value": …}`. */
function isSecretOperation(holder: unknown, isSecret: (name: string) => boolean): boolean {
  return (
    typeof holder === 'object' &&
    holder !== null &&
    'path' in holder &&
    typeof holder.path === 'string' &&
    isSecret(holder.path)
  )
}

function decoded(query: string): string {
  try {
    return decodeURIComponent(query.replaceAll('+', ' '))
  } catch {
    return query
  }
}
