// Resources of the types that an operator declares in files: kept as their directory sent them, without a meaning for the product.

/** What a directory says of such a resource. `attributes` keeps everything but externalId as last sent. */
export interface ResourceDraft {
  externalId: string | null
  attributes: Readonly<Record<string, unknown>>
  /** Undefined where nothing of the type is unique. */
  unique?: readonly UniqueValue[] | undefined
}

/** A stored one as the directory may read it back. */
export interface DeclaredResource {
  id: string
  externalId: string | null
  attributes: Readonly<Record<string, unknown>>
  version: number
  createdAt: Date
  updatedAt: Date
}

/** A value that no other resource of the directory may have. */
export interface UniqueValue {
  /** The attribute's full name, with its schema's URN. */
  name: string
  /** The value in the form in which it is compared. */
  key: string
}
