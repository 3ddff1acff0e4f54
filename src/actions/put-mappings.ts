// Replacing the role mappings: the plan that was previewed, or nothing where people changed in between (H5, invariant 21).
import { AppError } from '../kernel/errors.ts'
import { constantTimeEqual } from '../kernel/secrets.ts'
import { lock } from '../store/locks.ts'
import { writeMappings } from '../store/role-mappings.ts'
import { actorOf, authorize, type Caller } from './authorize.ts'
import { loadPerson } from './load-person.ts'
import { configurationEvent, type MappingInput, planMappings, withMappings } from './plan-mappings.ts'
import { recordEvent } from './record-event.ts'
import { settle } from './settle.ts'
import { type ShownMapping, showMappings } from './show-mappings.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** AppError precondition_failed `plan_changed` where `planHash` is not the plan of these rows now. A default never demotes an owner. */
export async function putMappings(
  world: World,
  caller: Caller,
  organizationRef: string,
  rows: readonly MappingInput[],
  planHash: string,
): Promise<{ items: ShownMapping[]; planHash: string }> {
  return inTransaction(world, async (tx) => {
    const organization = await authorize(tx, caller, organizationRef, 'admin')
    await lock(tx, [`mappings:${organization.id}`])
    const plan = await planMappings(tx, world, caller, organization.id, rows)
    if (!constantTimeEqual(plan.planHash, planHash)) {
      throw new AppError(
        'precondition_failed',
        'plan_changed',
        'People or mappings changed since the preview; look at the new preview.',
      )
    }
    const scope = { organizationId: organization.id, actor: actorOf(caller) }
    await writeMappings(tx, organization.id, plan.rows)
    await recordEvent(tx, world, {
      ...scope,
      type: 'role_mappings.changed',
      subject: { type: 'organization', id: organization.id },
      data: { rows: plan.rows.length, changed: plan.changes.length },
    })
    await lock(
      tx,
      plan.accountIds.map((id) => `account:${id}` as const),
    )
    for (const accountId of plan.accountIds) {
      const facts = await loadPerson(tx, world, {
        organizationId: organization.id,
        accountId,
        keys: [],
        recordIds: [],
      })
      await settle(tx, world, scope, withMappings(facts, plan.rows), configurationEvent('H5'), {
        first: [],
        event: null,
      })
    }
    const items = await showMappings(tx, organization.id, plan.rows)
    const next = await planMappings(tx, world, { kind: 'root' }, organization.id, items)
    return { items, planHash: next.planHash }
  })
}
