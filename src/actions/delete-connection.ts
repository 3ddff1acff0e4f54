// Deletes a Connection: nobody signs in by it any more, and its identities are kept inactive (H4).
import { notFound } from '../kernel/errors.ts'
import { deleteConnectionRow, findConnectionRow } from '../store/connections.ts'
import { lock } from '../store/locks.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import { requireOwnerWithWayIn } from './update-organization.ts'
import type { World } from './world.ts'

/** AppError conflict `lockout_risk` where no owner could sign in any more (D4). */
export async function deleteConnection(world: World, caller: Caller, connectionId: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const connection = await findConnectionRow(tx, connectionId)
    if (connection === null) throw notFound('The connection')
    const { organizationId } = connection
    await authorize(tx, caller, organizationId, 'admin', 'The connection')
    await lock(tx, [`owners:${organizationId}`])
    await deleteConnectionRow(tx, connectionId, world.clock.now())
    await requireOwnerWithWayIn(tx, organizationId)
    await recordEvent(tx, world, {
      organizationId,
      type: 'connection.deleted',
      actor: actorOf(caller),
      subject: { type: 'connection', id: connectionId },
      decision: { rule: 'H4', outcome: 'remove' },
      data: { name: connection.name, entityId: connection.idpEntityId },
    })
  })
}
