// Whether one value of a list meets the condition in a PATCH path's brackets.
import { AppError } from '../kernel/errors.ts'
import type { CompareOperator, FilterTree, Literal } from './filter-syntax.ts'
import { isObject } from './quirks.ts'
import { comparable } from './same-value.ts'
import { isSecret } from './schema-rules.ts'
import type { Attribute } from './schemas.ts'
import type { Values } from './values.ts'

/** Evaluates `tree` on an element of `attribute`; AppError 400 `invalidFilter` for a sub-attribute that it has not. */
export function elementMatches(attribute: Attribute, tree: FilterTree, element: unknown): boolean {
  switch (tree.op) {
    case 'and':
      return tree.of.every((part) => elementMatches(attribute, part, element))
    case 'or':
      return tree.of.some((part) => elementMatches(attribute, part, element))
    case 'not':
      return !elementMatches(attribute, tree.of, element)
    case '[]':
      throw unknownSub(attribute, tree.path)
    default: {
      const sub = subOf(attribute, tree.path)
      const held = isObject(element) ? element[sub.name] : element
      if (tree.op === 'pr') return held !== undefined && held !== ''
      return compare(sub, tree.op, held, tree.value)
    }
  }
}

/** The sub-attribute values that an element must have to meet `tree`, as far as `eq` and `and` name them: the start of a new element. */
export function elementFrom(attribute: Attribute, tree: FilterTree): Values {
  if (tree.op === 'and') return Object.assign({}, ...tree.of.map((part) => elementFrom(attribute, part)))
  if (tree.op !== 'eq' || tree.value === null) return {}
  const sub = subOf(attribute, tree.path)
  return { [sub === attribute ? 'value' : sub.name]: tree.value }
}

/** A plain value is its own "value" (RFC 7643 §2.4). */
function subOf(attribute: Attribute, name: string): Attribute {
  if (attribute.type !== 'complex' && name.toLowerCase() === 'value') return attribute
  const sub = attribute.subAttributes.get(name.toLowerCase())
  if (!sub) throw unknownSub(attribute, name)
  if (isSecret(sub))
    throw new AppError('invalid', 'invalidFilter', `${attribute.name}.${name} cannot be searched.`)
  return sub
}

function unknownSub(attribute: Attribute, name: string): AppError {
  return new AppError('invalid', 'invalidFilter', `${attribute.name} has no sub-attribute ${name}.`)
}

function compare(sub: Attribute, op: CompareOperator, held: unknown, value: Literal): boolean {
  if (value === null) return (held === undefined) === (op === 'eq')
  if (held === undefined) return op === 'ne'
  if (sub.type === 'boolean' || sub.type === 'integer' || sub.type === 'decimal') {
    const equal = String(held) === String(value).toLowerCase()
    if (op === 'eq' || op === 'ne') return equal === (op === 'eq')
    return ordered(op, Number(held) - Number(value))
  }
  if (sub.type === 'dateTime') {
    const difference = Number(comparable(sub, held)) - Number(comparable(sub, value))
    if (op === 'eq' || op === 'ne') return (difference === 0) === (op === 'eq')
    return ordered(op, difference)
  }
  const [a, b] = [String(comparable(sub, held)), String(comparable(sub, String(value)))]
  if (op === 'co') return a.includes(b)
  if (op === 'sw') return a.startsWith(b)
  if (op === 'ew') return a.endsWith(b)
  if (op === 'eq' || op === 'ne') return (a === b) === (op === 'eq')
  return ordered(op, a < b ? -1 : a > b ? 1 : 0)
}

function ordered(op: CompareOperator, difference: number): boolean {
  if (op === 'gt') return difference > 0
  if (op === 'ge') return difference >= 0
  if (op === 'lt') return difference < 0
  return op === 'le' && difference <= 0
}
