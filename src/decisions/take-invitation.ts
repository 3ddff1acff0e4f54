// Whether an account may say yes to an invitation, before anything about the membership is asked.

import { verifiedKeys } from '../domain/account.ts'
import { type Invitation, isExpired } from '../domain/invitation.ts'
import type { PersonFacts } from '../domain/person.ts'
import type { Refusal } from '../domain/reason.ts'

/** The refusal, or null where the consent counts: the invited address must be the account's own unless it was waived (A4, T-24). */
export function takeInvitation(facts: PersonFacts, invitation: Invitation, waived: boolean): Refusal | null {
  const mine = invitation.accountId === facts.account?.id
  const settled =
    invitation.status === 'accepted' ||
    invitation.status === 'accepted_waiting' ||
    invitation.status === 'satisfied'
  if (settled && !mine)
    return refuse('T-24', 'wrong_account', 'person', 'Another account took this invitation.')
  if (invitation.status === 'revoked') {
    return invitation.statusReason === 'directory'
      ? refuse(
          'E5',
          'directory_inactive',
          'idp_admin',
          "The organization's directory withdrew this invitation.",
        )
      : refuse('A15', 'revoked', 'inviter', 'This invitation was withdrawn.')
  }
  if (invitation.status === 'superseded')
    return refuse('A15', 'superseded', 'person', 'A newer invitation replaced this one.')
  if (invitation.status === 'declined')
    return refuse('A15', 'declined', 'inviter', 'This invitation was declined.')
  if (isExpired(invitation, facts.now))
    return refuse('A14', 'expired', 'inviter', 'This invitation has ended.')
  const consented = facts.consents.find((c) => c.invitationId === invitation.id)
  if (consented && consented.accountId !== facts.account?.id)
    return refuse('T-24', 'wrong_account', 'person', 'Another account took this invitation.')
  const holds = verifiedKeys(facts.account).includes(invitation.key)
  return holds || waived || mine
    ? null
    : refuse('A4', 'address_unproven', 'person', 'The account has not proven the invited address.')
}

function refuse(
  rule: string,
  reason: Refusal['reason'],
  nextActor: Refusal['nextActor'],
  message: string,
): Refusal {
  return { rule, reason, nextActor, message }
}
