// Projects by their slugs, as callers name them.
import { invalidField } from '../kernel/errors.ts'
import type { Reader } from '../store/database.ts'
import { readProjectIds } from '../store/invitation-reads.ts'

/** The ids of the slugs, sorted and without repetition. AppError invalid naming the first unknown slug and what exists. */
export async function namedProjects(
  read: Reader,
  organizationId: string,
  slugs: readonly string[],
  path = 'projects',
): Promise<string[]> {
  if (slugs.length === 0) return []
  const known = await readProjectIds(read, organizationId)
  const ids = slugs.map((slug, index) => {
    const id = known.get(slug)
    if (id === undefined)
      throw invalidField(
        `${path}.${index}`,
        `${slug.slice(0, 60)} is no project here; the projects are ${[...known.keys()].sort().slice(0, 20).join(', ') || 'none'}`,
      )
    return id
  })
  return [...new Set(ids)].sort()
}
