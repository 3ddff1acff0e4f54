// A person declines at their invitation's page, proven like one who accepts: a scanner can press the button, not type the code.
import type { SessionView } from '../domain/session.ts'
import { findHolder } from '../store/session-openings.ts'
import { checkCode } from './check-code.ts'
import { codeRefusal } from './code-refusal.ts'
import { declineWithin } from './decline-within.ts'
import type { InvitationCard } from './read-invitation-card.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** AppError unprocessable `code_wrong` or `code_expired`, conflict where the invitation no longer waits. No account is made for a no. */
export async function declineAsPerson(
  world: World,
  declination: { card: InvitationCard; browser: string; session: SessionView | null; code: string | null },
): Promise<void> {
  const { card, browser, session, code } = declination
  const { invitationId, key } = card
  const verdict = await inTransaction(world, async (tx) => {
    if (code === null) {
      if (session === null || card.viewer !== 'P2')
        return { ok: false, reason: 'code_expired', triesLeft: 0 } as const
      const { id } = session.account
      await declineWithin(tx, world, { invitationId, actor: { type: 'person', id, accountId: id } })
      return { ok: true } as const
    }
    const checked = await checkCode(tx, world, { purpose: 'decline', key, browser, invitationId }, code)
    if (!checked.ok) return checked
    const holder = (await findHolder(tx, key))?.accountId ?? null
    await declineWithin(tx, world, { invitationId, actor: { type: 'person', id: holder, accountId: holder } })
    return checked
  })
  if (!verdict.ok) throw codeRefusal(verdict)
}
