// A condition on stored things, free of any protocol's words: doors build it, the store compiles it to SQL.

/** How the values of a field compare. `folded` text ignores the case of letters, `exact` does not. */
export type FieldKind = 'folded' | 'exact' | 'number' | 'boolean' | 'instant' | 'object'

/** One attribute: its path from the thing, or from the element of the list around it. An empty path is the element itself. */
export interface Field {
  readonly path: readonly string[]
  readonly kind: FieldKind
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

export interface Order {
  readonly field: Field
  /** For a list, the order goes by its first element (the primary one where there is one). */
  readonly list: readonly string[] | null
  readonly descending: boolean
}

/** A page of a sorted selection. `offset` counts from 0; a `limit` of 0 asks for the total alone. */
export interface Page {
  readonly criteria: Criteria | null
  readonly order: Order | null
  readonly offset: number
  readonly limit: number
}
