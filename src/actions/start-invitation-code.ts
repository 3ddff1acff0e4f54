// Mails the code by which the invited address is proven, for one invitation and one browser.
import { type CodePurpose, mailCode } from './mail-code.ts'
import type { InvitationCard } from './read-invitation-card.ts'
import { inTransaction } from './transaction.ts'
import type { World } from './world.ts'

/** The code goes to the invited address, whoever asks: only its reader can type it. `accountId` binds it to the account that will hold the address. */
export async function startInvitationCode(
  world: World,
  request: {
    card: InvitationCard
    purpose: Extract<CodePurpose, 'accept' | 'decline' | 'add-address'>
    browser: string
    accountId?: string | undefined
    language?: string | undefined
  },
): Promise<{ expiresAt: Date }> {
  const { card, purpose, browser, accountId } = request
  const { invitationId, key, organizationId } = card
  return inTransaction(world, (tx) =>
    mailCode(
      tx,
      world,
      { purpose, key, browser, invitationId, accountId },
      { to: card.email, organizationId, language: card.language ?? request.language },
    ),
  )
}
