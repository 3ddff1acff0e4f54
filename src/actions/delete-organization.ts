// Deletes an organization with all that is in it; its audit trail stays.
import { deleteOrganizationRow } from '../store/organizations.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { recordEvent } from './record-event.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Deletes it for ever; accounts are untouched. */
export async function deleteOrganization(world: World, caller: Caller, ref: string): Promise<void> {
  await inTransaction(world, async (tx) => {
    const organization = await authorize(tx, caller, ref, 'owner')
    await recordEvent(tx, world, {
      organizationId: organization.id,
      type: 'organization.deleted',
      actor: actorOf(caller),
      subject: { type: 'organization', id: organization.id },
      data: { name: organization.name, slug: organization.slug },
    })
    await deleteOrganizationRow(tx, organization.id)
  })
}
