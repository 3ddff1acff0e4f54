// Which attributes an answer shows: what the schemas say is returned, `attributes` and `excludedAttributes` (RFC 7644 §3.9).
import { type AttributePath, attributesOf, resolvePath, schemasOf } from './paths.ts'
import { isObject } from './quirks.ts'
import { isSecret } from './schema-rules.ts'
import { type Attribute, commonAttributes, type ResourceType, type Schema } from './schemas.ts'
import { writtenPaths } from './written-paths.ts'

export type Resource = Record<string, unknown>

export interface Projection {
  /** Whether an attribute of the core schema can be shown at all, so that what nobody asked for is not read. */
  wants(name: string): boolean
  apply(resource: Resource): Resource
}

/**
 * Names as clients write them: one text with commas, or several. Unknown names are passed over. `attributes` goes before. What is returned
 * on request is also shown in the answer to the `body` that wrote it (RFC 7643 §7). What no schema declares is never shown.
 */
export function readProjection(
  type: ResourceType,
  attributes: unknown,
  excluded: unknown,
  body: unknown = null,
): Projection {
  const written = body === null ? [] : writtenPaths(type, body)
  const shown = readNames(attributes)
  const hidden = shown.length > 0 ? [] : readNames(excluded)
  if (written.length > 0) return compile(type, shown, hidden, written)
  const kept = keptOf(type)
  const key = JSON.stringify([shown, hidden])
  let made = kept.get(key)
  if (made === undefined) {
    made = compile(type, shown, hidden, [])
    // Clients ask for the same few things; whoever makes up new ones pays for it alone.
    if (kept.size >= MOST_KEPT) kept.clear()
    kept.set(key, made)
  }
  return made
}

const MOST_KEPT = 100
const projections = new WeakMap<ResourceType, Map<string, Projection>>()

function keptOf(type: ResourceType): Map<string, Projection> {
  let kept = projections.get(type)
  if (kept === undefined) {
    kept = new Map()
    projections.set(type, kept)
  }
  return kept
}

function readNames(value: unknown): string[] {
  const texts = Array.isArray(value) ? value : [value]
  return texts
    .filter((text) => typeof text === 'string')
    .flatMap((text: string) => text.split(','))
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '')
}

/** What is shown of one attribute: all of it, or these sub-attributes. */
type Shown = 'all' | ReadonlySet<string>
type Plan = ReadonlyMap<string, Shown>

function compile(
  type: ResourceType,
  shown: readonly string[],
  hidden: readonly string[],
  written: readonly AttributePath[],
): Projection {
  const resolve = (names: readonly string[]) =>
    names.map((name) => resolvePath(type, name)).filter((path) => path !== null)
  const choice = shown.length > 0 ? including(resolve(shown)) : excluding(resolve(hidden), written)
  const core = planOf([...commonAttributes.values(), ...attributesOf(type, type.schema)], null, choice, true)
  const extensions = new Map<string, Plan>()
  for (const schema of schemasOf(type))
    if (schema !== type.schema)
      extensions.set(schema.id, planOf(attributesOf(type, schema), schema, choice, schema.own))
  return { wants: (name) => core.has(name), apply: (resource) => project(resource, core, extensions) }
}

/** Answers for an attribute or a sub-attribute whether it is shown; `sub` null asks for the attribute as such. */
type Choice = (extension: Schema | null, attribute: Attribute, sub: Attribute | null) => boolean

function including(paths: readonly AttributePath[]): Choice {
  const named = (extension: Schema | null, attribute: Attribute | null, sub: Attribute | null) =>
    paths.some((path) => path.extension === extension && path.attribute === attribute && path.sub === sub)
  return (extension, attribute, sub) => {
    const { returned } = sub ?? attribute
    const isWhole = extension !== null && named(extension, null, null)
    if (sub === null) {
      const isPart = paths.some((path) => path.extension === extension && path.attribute === attribute)
      return returned === 'always' || isPart || (isWhole && returned === 'default')
    }
    if (returned === 'always' || named(extension, attribute, sub)) return true
    const parts = paths.some(
      (path) => path.extension === extension && path.attribute === attribute && path.sub,
    )
    const isParent =
      named(extension, attribute, null) || (isWhole && attribute.returned === 'default') || !parts
    return isParent && returned === 'default'
  }
}

function excluding(hidden: readonly AttributePath[], written: readonly AttributePath[]): Choice {
  return (extension, attribute, sub) => {
    const { returned } = sub ?? attribute
    if (returned === 'always') return true
    const isAbout = (path: AttributePath) =>
      path.extension === extension && path.attribute === attribute && (path.sub ?? null) === sub
    const isHidden = hidden.some(
      (path) => isAbout(path) || (!path.attribute && extension !== null && path.extension === extension),
    )
    if (isHidden) return false
    if (returned === 'default') return true
    return written.some((path) => isAbout(path) || (sub === null && path.attribute === attribute))
  }
}

function planOf(
  attributes: readonly Attribute[],
  extension: Schema | null,
  choice: Choice,
  isOwn: boolean,
): Map<string, Shown> {
  const plan = new Map<string, Shown>()
  for (const attribute of attributes) {
    if (isSecret(attribute) || !choice(extension, attribute, null)) continue
    const all = [...attribute.subAttributes.values()]
    const shown = all.filter((sub) => !isSecret(sub) && choice(extension, attribute, sub))
    // A file may have declared further parts at an earlier start: only of what the product itself declares all can be shown unseen.
    const isAll = all.length === 0 || (isOwn && shown.length === all.length)
    plan.set(attribute.name, isAll ? 'all' : new Set(shown.map(({ name }) => name)))
  }
  return plan
}

function project(resource: Resource, core: Plan, extensions: ReadonlyMap<string, Plan>): Resource {
  let changed = false
  const shown: Resource = {}
  for (const [key, value] of Object.entries(resource)) {
    const extension = extensions.get(key)
    const kept = extension ? projectObject(value, extension) : projectValue(value, core.get(key))
    if (kept !== undefined) shown[key] = kept
    if (kept !== value) changed = true
  }
  return changed ? shown : resource
}

/** The value as it is shown, the same object where all of it is; undefined where nothing is left. */
function projectValue(value: unknown, shown: Shown | undefined): unknown {
  if (shown === undefined || shown === 'all') return shown && value
  if (!Array.isArray(value)) return isObject(value) ? pick(value, (key) => shown.has(key)) : value
  const list = value.map((element) => (isObject(element) ? pick(element, (key) => shown.has(key)) : element))
  return list.every((element, index) => element === value[index])
    ? value
    : list.filter((element) => element !== undefined)
}

function projectObject(value: unknown, plan: Plan): unknown {
  if (!isObject(value)) return undefined
  const entries = Object.entries(value).map(([key, one]) => [key, projectValue(one, plan.get(key))] as const)
  if (entries.every(([key, one]) => one === value[key])) return value
  const kept = entries.filter(([, one]) => one !== undefined)
  return kept.length === 0 ? undefined : Object.fromEntries(kept)
}

function pick(value: Resource, isShown: (key: string) => boolean): Resource | undefined {
  const keys = Object.keys(value)
  const kept = keys.filter(isShown)
  if (kept.length === keys.length) return value
  return kept.length === 0 ? undefined : Object.fromEntries(kept.map((key) => [key, value[key]]))
}
