// The role catalogue, highest rank first.

export interface RoleEntry {
  name: string
  /** The higher, the more it may do. */
  rank: number
  /** Whether an invitation may carry it; ownership is passed on by hand only. */
  invitable: boolean
  /** Whether a group of a directory or connection may be mapped to it. */
  mappable: boolean
}

export const roles: readonly RoleEntry[] = [
  { name: 'owner', rank: 40, invitable: false, mappable: false },
  { name: 'admin', rank: 30, invitable: true, mappable: true },
  { name: 'editor', rank: 20, invitable: true, mappable: true },
  { name: 'viewer', rank: 10, invitable: true, mappable: true },
]
