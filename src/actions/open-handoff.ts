// Opens the host product's one-time session address: the browser gets a session like the one it was made for.
import type { SessionView } from '../domain/session.ts'
import { sha256 } from '../kernel/secrets.ts'
import { reader } from '../store/database.ts'
import { accountLabel } from '../store/session-openings.ts'
import { consumeHandoff, endSessionRow, lookHandoff } from '../store/sessions.ts'
import { openSession } from './open-session.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

export type HandoffOutcome =
  | { outcome: 'signed_in'; token: string; expiresAt: Date }
  /** Another account's session is in this browser: nothing is consumed until the person confirms. */
  | { outcome: 'confirm'; current: string; next: string }
  | { outcome: 'unknown' }

/**
 * Consumes the handoff and begins the browser's own session (the client keeps its bearer token). `present` is the session that the browser
 * holds: one of the same account is replaced, one of another account only when `confirmed`.
 */
export async function openHandoff(
  world: World,
  handoff: { token: string; present: SessionView | null; confirmed: boolean },
): Promise<HandoffOutcome> {
  const { present } = handoff
  const hash = sha256(handoff.token)
  if (present !== null && !handoff.confirmed) {
    const read = reader(world.dataSource)
    const accountId = await lookHandoff(read, hash, world.clock.now())
    if (accountId === null) return { outcome: 'unknown' }
    if (accountId !== present.account.id) {
      const next = (await accountLabel(read, accountId)) ?? 'another account'
      return { outcome: 'confirm', current: present.account.email ?? 'another account', next }
    }
  }
  return inTransaction(world, async (tx) => {
    const now = world.clock.now()
    const session = await consumeHandoff(tx, hash, now)
    if (session === null) return { outcome: 'unknown' }
    const opened = await openSession(tx, world, session)
    if (present !== null) await endSessionRow(tx, present.id, now, 'replaced')
    return { outcome: 'signed_in', token: opened.token, expiresAt: opened.expiresAt }
  })
}
