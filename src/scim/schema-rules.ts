// What schemas and resource types may not do together: clashes of names and addresses, and what this service cannot hold.
import type { AttributeJson, SchemaJson, TypeJson } from './schema-json.ts'

/** First segments of addresses that are the service's own. */
const RESERVED = ['Me', 'Bulk', 'Schemas', 'ResourceTypes', 'ServiceProviderConfig', 'oauth', 'event-streams']

/** Throws the Error of a new resource type that clashes with one of `others` or with the service's own addresses. */
export function checkType(json: TypeJson, others: readonly TypeJson[]): void {
  const same = (a: string, b: string) => a.toLowerCase() === b.toLowerCase()
  if (others.some(({ name }) => same(name, json.name)))
    throw new Error(`name: a resource type named ${json.name} is declared already`)
  const clash = others.find(({ endpoint }) => same(endpoint, json.endpoint))
  if (clash) throw new Error(`endpoint: ${json.endpoint} is the address of ${clash.name} already`)
  if (RESERVED.some((reserved) => same(`/${reserved}`, json.endpoint)))
    throw new Error(
      `endpoint: ${json.endpoint} is the service's own; /${RESERVED.join(', /')} cannot be taken`,
    )
}

/** Throws the Error of a file that extends one of the product's resource types by more than extensions. */
export function checkExtended(json: TypeJson, known: TypeJson): void {
  for (const key of ['name', 'endpoint', 'schema'] as const) {
    if (json[key] !== known[key])
      throw new Error(`${key}: ${known.name} keeps ${known[key]}; only schemaExtensions can be added to it`)
  }
}

/** Throws the Error of schemas that cannot be a resource type's: the core one first, then its extensions. */
export function checkSchemas([core, ...extensions]: readonly SchemaJson[]): void {
  const ids = [core, ...extensions].map((schema) => schema?.id.toLowerCase())
  const twice = extensions.find(
    (schema) => ids.indexOf(schema.id.toLowerCase()) !== ids.lastIndexOf(schema.id.toLowerCase()),
  )
  if (twice) throw new Error(`schemaExtensions: ${twice.id} is named twice`)
  for (const schema of [...(core ? [core] : []), ...extensions])
    for (const attribute of schema.attributes) checkAttribute(attribute, `${schema.id}:${attribute.name}`)
}

function checkAttribute(attribute: AttributeJson, name: string): void {
  if (attribute.uniqueness !== 'none' && attribute.type === 'complex')
    throw new Error(`${name}: a complex attribute cannot be unique, only its sub-attributes can`)
  checkSecret(attribute, name)
  for (const sub of attribute.subAttributes ?? []) {
    const full = `${name}.${sub.name}`
    if (sub.type === 'complex')
      throw new Error(`${full}: a sub-attribute cannot be complex (RFC 7643 §2.3.8)`)
    if (sub.multiValued) throw new Error(`${full}: a sub-attribute cannot be multi-valued here`)
    if (isSecret(sub) && sub.required)
      throw new Error(`${full}: a sub-attribute that is never returned is not kept and cannot be required`)
    checkSecret(sub, full)
  }
}

/** What is never returned is not kept, so that nothing can be compared with it later. */
function checkSecret(attribute: AttributeJson, name: string): void {
  if (!isSecret(attribute)) return
  if (attribute.uniqueness !== 'none')
    throw new Error(`${name}: an attribute that is never returned is not kept and cannot be unique`)
  if (attribute.mutability === 'immutable')
    throw new Error(`${name}: an attribute that is never returned is not kept and cannot be immutable`)
}

/** Whether nobody ever gets to see the value: passwords and their like. */
export function isSecret({ mutability, returned }: Pick<AttributeJson, 'mutability' | 'returned'>): boolean {
  return mutability === 'writeOnly' || returned === 'never'
}
