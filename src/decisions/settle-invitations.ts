// D5: which open invitations this event settles, by the person's consent or by another door.
import { verifiedKeys } from '../domain/account.ts'
import type { DirectoryRecord } from '../domain/directory.ts'
import { type Invitation, isOpen } from '../domain/invitation.ts'
import { standingOf } from '../domain/organization.ts'
import type { PersonEvent, PersonFacts } from '../domain/person.ts'

export interface Settling {
  /** Every invitation that is settled on the account once the event is through, the new ones with their status still `satisfied`. */
  settled: Invitation[]
  /** Those among them whose row this event changes. */
  newly: { invitation: Invitation; consented: boolean; by: 'directory' | 'sso' | 'manual' | null }[]
}

/**
 * A consent settles its invitation whoever else settled the join first. Without one, an open invitation is settled by the door that names
 * its address with authority: the event's own keys, or an active bound record's address that is proven or verified (B3, C7).
 */
export function settleInvitations(
  facts: PersonFacts,
  event: PersonEvent,
  bound: readonly DirectoryRecord[],
): Settling {
  const result: Settling = { settled: [], newly: [] }
  const accountId = facts.account?.id ?? null
  for (const invitation of facts.invitations) {
    const consented = facts.consents.some(
      (c) => c.invitationId === invitation.id && c.accountId === accountId,
    )
    const mine = invitation.accountId === accountId
    if (mine && invitation.status === 'accepted') result.settled.push(invitation)
    else if (
      mine &&
      (invitation.status === 'accepted_waiting' || (invitation.status === 'satisfied' && consented))
    )
      add(result, invitation, consented, null)
    else if (mine && invitation.status === 'satisfied') result.settled.push(invitation)
    else if (invitation.status === 'pending' && consented) add(result, invitation, true, null)
    else if (isOpen(invitation, facts.now)) {
      const by = doorFor(facts, event, bound, invitation)
      if (by) add(result, invitation, false, by)
    }
  }
  return result
}

function doorFor(
  facts: PersonFacts,
  event: PersonEvent,
  bound: readonly DirectoryRecord[],
  invitation: Invitation,
): 'directory' | 'sso' | 'manual' | null {
  if (event.satisfies && event.namedKeys.includes(invitation.key)) return event.satisfies
  const borne = bound.some((r) => r.active && r.emailKey === invitation.key)
  const proven =
    verifiedKeys(facts.account).includes(invitation.key) ||
    (standingOf(invitation.key, facts.organization.domains, facts.organization.id) === 'this' &&
      !facts.heldElsewhere.includes(invitation.key))
  return borne && proven ? 'directory' : null
}

function add(
  result: Settling,
  invitation: Invitation,
  consented: boolean,
  by: 'directory' | 'sso' | 'manual' | null,
): void {
  result.settled.push(invitation)
  result.newly.push({ invitation, consented, by })
}
