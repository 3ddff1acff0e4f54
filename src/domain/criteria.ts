// A condition on stored things, free of any protocol's words: doors build it, the store compiles it to SQL.

/** How the values of a field compare. `folded` text ignores the case of letters, `exact` does not. */
export type FieldKind = 'folded' | 'exact' | 'number' | 'boolean' | 'instant' | 'object'

/** One attribute: its path from the thing, or from the element of the list around it. An empty path is the element itself. */
export interface Field {
  readonly path: readonly string[]
  readonly kind: FieldKind
  /** The text that is shown before and behind the stored value, and compared with it. */
  readonly around?: readonly [before: string, behind: string]
}

export type Operator = 'eq' | 'ne' | 'co' | 'sw' | 'ew' | 'gt' | 'ge' | 'lt' | 'le'

export type Criteria =
  | { readonly kind: 'every' | 'either'; readonly of: readonly Criteria[] }
  | { readonly kind: 'not'; readonly of: Criteria }
  | { readonly kind: 'present'; readonly field: Field }
  /** `value` is a number or a boolean for those kinds, an ISO 8601 text for `instant`, else text. */
  | {
      readonly kind: 'compare'
      readonly field: Field
      readonly operator: Operator
      readonly value: string | number | boolean
    }
  /** One and the same element of the list meets `where`; `where` null asks only that the list has an element. */
  | { readonly kind: 'some'; readonly list: readonly string[]; readonly where: Criteria | null }

/** What everything meets, and what nothing does. */
export const always: Criteria = { kind: 'every', of: [] }
export const never: Criteria = { kind: 'either', of: [] }

/** All of the conditions, without those that everything meets; `always` and `never` themselves where it comes to that. */
export function every(of: readonly Criteria[]): Criteria {
  if (of.includes(never)) return never
  const rest = of.filter((part) => part !== always)
  return rest.length === 0 ? always : rest.length === 1 ? (rest[0] as Criteria) : { kind: 'every', of: rest }
}

/** One of the conditions, without those that nothing meets. */
export function either(of: readonly Criteria[]): Criteria {
  if (of.includes(always)) return always
  const rest = of.filter((part) => part !== never)
  return rest.length === 0 ? never : rest.length === 1 ? (rest[0] as Criteria) : { kind: 'either', of: rest }
}

/** The opposite. */
export function not(of: Criteria): Criteria {
  return of === always ? never : of === never ? always : { kind: 'not', of }
}

export interface Order {
  readonly field: Field
  /** For a list, the order goes by its first element (the primary one where there is one). */
  readonly list: readonly string[] | null
  readonly descending: boolean
}

/** Where a thing stands in a sorted selection: its id, and what it is sorted by as text (null where it has nothing, or nothing is sorted by). */
export interface Position {
  readonly key: string | null
  readonly id: string
}

/** Where a page begins: so many things from the first, or right behind or right before one that was seen. */
export type Place =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'after' | 'before'; readonly position: Position }

/** The beginning of a selection. */
export const beginning: Place = { kind: 'offset', offset: 0 }

/** A page of a selection, sorted by id where no order is given. A `limit` of 0 asks for the total alone. */
export interface Page {
  readonly criteria: Criteria | null
  readonly order: Order | null
  readonly place: Place
  readonly limit: number
  /** How many there are in all, where a page before has told it; null counts them. */
  readonly total: number | null
}

/** A page as it was read. */
export interface Paged<T> {
  readonly items: readonly T[]
  readonly total: number
  /** Where the pages behind and before this one begin; null where there is none. */
  readonly next: Place | null
  readonly previous: Place | null
}
