// Ends one session: signing out, being replaced, or no longer being taken by the organization.
import { endSessionRow } from '../store/sessions.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Ends the session; answers whether it was live. `because` is `signed_out`, `replaced` or a reason code. */
export async function endSession(world: World, sessionId: string, because = 'signed_out'): Promise<boolean> {
  return inTransaction(world, (tx) => endSessionRow(tx, sessionId, world.clock.now(), because))
}
