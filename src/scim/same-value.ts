// When two values of a list are the same one: by the case rules of the attribute tables, and never the same type and value twice.
import { foldText } from '../domain/fold.ts'
import { isObject } from './quirks.ts'
import type { Attribute } from './schemas.ts'

/** A text by which values of `attribute` are told apart: two have the same one where they are the same value of the same type. */
export function identityOf(attribute: Attribute, one: unknown): string {
  if (!isObject(one)) return JSON.stringify(comparable(attribute, one))
  const { subAttributes } = attribute
  const part = (name: string) => comparable(subAttributes.get(name), one[name])
  if (one.value !== undefined) return JSON.stringify([part('value'), part('type')])
  return JSON.stringify([...subAttributes.values()].map((sub) => comparable(sub, one[sub.name]) ?? null))
}

/** The list without repetitions (RFC 7643 §2.4): the same value of the same type completes the earlier one. */
export function distinct(attribute: Attribute, list: readonly unknown[]): unknown[] {
  if (list.length < 2) return [...list]
  const found = new Map<string, unknown>()
  for (const one of list) {
    const identity = identityOf(attribute, one)
    const earlier = found.get(identity)
    found.set(identity, isObject(earlier) && isObject(one) ? { ...earlier, ...one } : (earlier ?? one))
  }
  return [...found.values()]
}

/** A value in the form in which it is compared: folded where case does not matter, an instant where it is one. */
export function comparable(attribute: Attribute | undefined, value: unknown): unknown {
  if (attribute?.type === 'dateTime' && typeof value === 'string') return instantOf(value)
  return typeof value === 'string' && !attribute?.caseExact ? foldText(value) : value
}

/** Milliseconds since 1970; a time without an offset is taken as UTC, as the database takes it. */
function instantOf(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`)
}
