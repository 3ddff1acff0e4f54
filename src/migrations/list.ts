// The migrations in the order in which they run.
import { Spine1764000000000 } from './1764000000000-spine.ts'
import { Limits1764100000000 } from './1764100000000-limits.ts'

export const migrations = [Spine1764000000000, Limits1764100000000]
