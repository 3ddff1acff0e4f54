// Settling what a directory's push means: as every deed does, and with an eye on the last owner (E3) and on how many it suspends (H7).
import type { Membership } from '../domain/membership.ts'
import { watchSuspensions } from './deprovision-brake.ts'
import { settle } from './settle.ts'
import { tellAdministrators } from './tell-administrators.ts'
import { afterCommit } from './transaction.ts'

/** `settle` for the push of a directory. */
export const settlePush: typeof settle = async (tx, world, scope, facts, event, deed) => {
  const settled = await settle(tx, world, scope, facts, event, deed)
  const { organizationId, actor } = scope
  if (actor.type === 'directory' && actor.id !== null && !('refused' in settled)) {
    const directoryId = actor.id
    if (suspends(facts.written, settled.membership))
      afterCommit(tx, () => watchSuspensions(world, { organizationId, directoryId }))
  }
  if (!('refused' in settled) && isGuarded(facts.written, settled.membership)) {
    const address = settled.membership?.email ?? undefined
    await tellAdministrators(
      tx,
      world,
      organizationId,
      'owner-guard',
      address === undefined ? {} : { address },
    )
  }
  return settled
}

/** E3: the guard is an alarm, and the owners are the ones to hear it. */
function isGuarded(before: Membership | null, after: Membership | null): boolean {
  return (after?.guardCause ?? null) !== null && before?.guardCause !== after?.guardCause
}

function suspends(before: Membership | null, after: Membership | null): boolean {
  return before?.status === 'active' && after?.status === 'suspended' && after.statusReason === 'directory'
}
