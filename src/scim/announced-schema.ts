// Schemas as `/Schemas` shows them to a dialect whose client takes offence at some of it.
import type { Dialect } from './quirks.ts'

type Json = Readonly<Record<string, unknown>>

/** Sub-attributes that are taken and stored, and left out where `announcesLittle`: by attribute. */
const UNSAID: Readonly<Record<string, readonly string[]>> = { emails: ['display', 'primary'] }

/** The JSON of a schema (RFC 7643 §7) as the dialect's client should see it. */
export function announcedSchema(json: Json, dialect: Dialect): Json {
  if (!dialect.announcesLittle) return json
  return { ...json, attributes: listIn(json.attributes).map(announcedAttribute) }
}

function announcedAttribute(json: Json): Json {
  const unsaid = UNSAID[String(json.name)]
  if (unsaid === undefined || json.subAttributes === undefined) return json
  const said = listIn(json.subAttributes).filter(({ name }) => !unsaid.includes(String(name)))
  return { ...json, subAttributes: said }
}

function listIn(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : []
}
