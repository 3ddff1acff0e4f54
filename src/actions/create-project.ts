// Adds a project: a part of the host product to which access may be narrowed.
import { AppError } from '../kernel/errors.ts'
import { newId } from '../kernel/ids.ts'
import { isDuplicate } from '../store/database.ts'
import { insertProject, type ProjectRow } from '../store/projects.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** AppError conflict `slug_taken` where the organization has a project of this slug. */
export async function createProject(
  world: World,
  caller: Caller,
  ref: string,
  wanted: { slug: string; name: string },
): Promise<ProjectRow> {
  return inTransaction(world, async (tx) => {
    const { id: organizationId } = await authorize(tx, caller, ref, 'admin')
    const row = { id: newId(), organizationId, ...wanted, createdAt: world.clock.now() }
    await insertProject(tx, row)
    await recordEvent(tx, world, {
      organizationId,
      type: 'project.created',
      actor: actorOf(caller),
      subject: { type: 'project', id: row.id },
      data: { slug: row.slug },
    })
    return row
  }).catch((error: unknown) => {
    if (!isDuplicate(error, 'projects_slug_key')) throw error
    throw new AppError('conflict', 'slug_taken', 'The organization has a project of this slug.')
  })
}
