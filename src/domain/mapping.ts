// Role mappings: ordered rows from a directory's group or a Connection's group value to a role and projects.

export interface RoleMapping {
  id: string
  position: number
  group:
    | { type: 'directory'; directoryId: string; groupId: string | null; displayName: string | null }
    | { type: 'connection'; connectionId: string; value: string }
  role: string
  projectIds: string[]
  /** Whether a role given by hand outranks this row. */
  overridable: boolean
}
