// Where the attribute that a filter or an order names is kept, or of what it is made when a resource is read.
import { always, type Criteria, type Field, type FieldKind } from '../domain/criteria.ts'
import { type AttributePath, keysOf } from './paths.ts'
import { isSecret } from './schema-rules.ts'
import type { Attribute, ResourceType } from './schemas.ts'

/** Whose filter it is, and where: what is read is compared as this address shows it. */
export interface FilterScope {
  readonly type: ResourceType
  /** The directory's base address, without a slash at its end. */
  readonly base: string
  /** The types that are searched together: an attribute that only another of them knows is absent here (RFC 7644 §3.4.2.1). */
  readonly among: readonly ResourceType[]
}

/** What is compared: a stored field; texts that are known beforehand, each under a condition; or nothing, for it is a complex value that has no "value". */
export type Shown =
  | {
      readonly kind: 'field'
      readonly field: Field
      readonly attribute: Attribute | null
      /** Whether it stands for the whole list: `emails eq "x"` compares their "value". */
      readonly isDefault: boolean
    }
  | { readonly kind: 'texts'; readonly texts: readonly { readonly text: string; readonly when: Criteria }[] }
  | { readonly kind: 'whole' }

/** An attribute as it is searched; `list` leads to the list whose elements are compared. */
export interface Searched {
  readonly list: readonly string[] | null
  readonly shown: Shown
}

const KINDS: Record<Attribute['type'], FieldKind> = {
  string: 'folded',
  reference: 'folded',
  binary: 'exact',
  boolean: 'boolean',
  integer: 'number',
  decimal: 'number',
  dateTime: 'instant',
  complex: 'object',
}

/** Where the attribute of a path is found; null for what is never shown. */
export function searchedBy(scope: FilterScope, path: AttributePath): Searched | null {
  const { extension, attribute, sub } = path
  if (attribute === null) return single(field({ path: keysOf(path), kind: 'object' }))
  if (isSecret(attribute) || (sub !== null && isSecret(sub))) return null
  if (extension === null) {
    const made = madeOf(scope, [attribute.name, sub?.name].filter(Boolean).join('.'))
    if (made !== null) return made
  }
  if (!attribute.multiValued) {
    const compared = sub ?? attribute
    return single(field({ path: keysOf(path), kind: kindOf(compared) }, compared))
  }
  const list = keysOf({ ...path, sub: null })
  if (attribute.type !== 'complex') {
    return { list, shown: field({ path: [], kind: kindOf(attribute) }, attribute, true) }
  }
  const element = sub ?? attribute.subAttributes.get('value')
  if (!element) return { list, shown: { kind: 'whole' } }
  return { list, shown: field({ path: [element.name], kind: kindOf(element) }, element, sub === null) }
}

/** What is not stored as it is shown, by its name in the core schema. */
function madeOf({ type, base }: FilterScope, name: string): Searched | null {
  const exact = (path: string, before: string, behind: string): Shown =>
    field({ path: [path], kind: 'exact', around: [before, behind] })
  const text = (only: string): Shown => ({ kind: 'texts', texts: [{ text: only, when: always }] })
  switch (name) {
    case 'schemas': {
      const extensions = type.extensions.map(({ schema }) => ({
        text: schema.id,
        when: { kind: 'present', field: { path: [schema.id], kind: 'object' } } as const,
      }))
      return single({ kind: 'texts', texts: [{ text: type.schema.id, when: always }, ...extensions] })
    }
    case 'meta':
      return single({ kind: 'whole' })
    case 'meta.resourceType':
      return single(text(type.name))
    case 'meta.created':
      return single(field({ path: ['meta.created'], kind: 'instant' }))
    case 'meta.lastModified':
      return single(field({ path: ['meta.lastModified'], kind: 'instant' }))
    case 'meta.location':
      return single(exact('id', `${base}${type.endpoint}/`, ''))
    case 'meta.version':
      return single(exact('meta.version', 'W/"', '"'))
  }
  if (type.kind === 'user' && name === 'groups.$ref')
    return { list: ['groups'], shown: exact('value', `${base}/Groups/`, '') }
  if (type.kind === 'user' && name === 'groups.type') return { list: ['groups'], shown: text('direct') }
  if (type.kind === 'group' && name === 'members.$ref')
    return { list: ['members'], shown: exact('value', `${base}/Users/`, '') }
  if (type.kind === 'group' && name === 'members.type') return { list: ['members'], shown: text('User') }
  return null
}

function single(shown: Shown): Searched {
  return { list: null, shown }
}

function field(stored: Field, attribute: Attribute | null = null, isDefault = false): Shown {
  return { kind: 'field', field: stored, attribute, isDefault }
}

/** How the values of an attribute compare. */
export function kindOf(attribute: Attribute): FieldKind {
  const kind = KINDS[attribute.type]
  return kind === 'folded' && attribute.caseExact ? 'exact' : kind
}
