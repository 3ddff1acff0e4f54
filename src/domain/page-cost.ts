// What a page costs: whether an index leads to it, or every thing must be looked at.
import type { Criteria, Page } from './criteria.ts'

/** Whether the page is found through one of the indexed fields, or asks for things as they stand. */
export function isIndexed({ criteria, order }: Page, fields: readonly string[]): boolean {
  if (criteria !== null) return narrows(criteria, fields)
  return order === null || (order.list === null && fields.includes(order.field.path.join('.')))
}

function narrows(criteria: Criteria, fields: readonly string[]): boolean {
  switch (criteria.kind) {
    case 'every':
      return criteria.of.some((part) => narrows(part, fields))
    case 'either':
      return criteria.of.every((part) => narrows(part, fields))
    case 'compare': {
      const { field, operator } = criteria
      return operator === 'eq' && !field.around && fields.includes(field.path.join('.'))
    }
    case 'some':
      return criteria.where !== null && narrows(criteria.where, fieldsIn(criteria.list, fields))
    default:
      return false
  }
}

/** The indexed fields of a list's elements: `emails.value` is `value` of `emails`. */
function fieldsIn(list: readonly string[], fields: readonly string[]): string[] {
  const prefix = `${list.join('.')}.`
  return fields.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
}
