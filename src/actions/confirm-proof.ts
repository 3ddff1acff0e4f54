// Takes the code of an own proof: from now on the session carries it.
import type { SessionView } from '../domain/session.ts'
import { setOwnProof } from '../store/sessions.ts'
import { checkCode } from './check-code.ts'
import { codeRefusal } from './code-refusal.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** Notes the own proof in the session. AppError unprocessable `code_wrong` or `code_expired`; a wrong code costs a try. */
export async function confirmProof(
  world: World,
  session: SessionView,
  code: string,
): Promise<{ ownProofAt: Date }> {
  const now = world.clock.now()
  const verdict = await inTransaction(world, async (tx) => {
    const binding = { purpose: 'own-proof', browser: session.id, accountId: session.account.id } as const
    const checked = await checkCode(tx, world, binding, code)
    const held = session.account.addresses.some(
      (address) => checked.ok && address.key === checked.key && address.verified && !address.resting,
    )
    if (checked.ok && held) await setOwnProof(tx, session.id, now)
    return checked
  })
  if (!verdict.ok) throw codeRefusal(verdict)
  return { ownProofAt: now }
}
