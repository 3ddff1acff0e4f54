// Whether an address may be invited now, and what becomes of an older offer to it.
import { type Invitation, isExpired } from '../domain/invitation.ts'
import { type Domain, type Policies, standingOf } from '../domain/organization.ts'
import type { Refusal } from '../domain/reason.ts'

export interface InviteFacts {
  now: Date
  organizationId: string
  policies: Policies
  domains: readonly Domain[]
  key: string
  member: { id: string; status: string; statusReason: string | null } | null
  recordInactive: boolean
  blocked: boolean
  invitations: readonly Invitation[]
}

/** The expired offers that the new one supersedes, or the refusal that the inviter reads. */
export function invite(facts: InviteFacts): { refused: Refusal } | { supersedes: Invitation[] } {
  const { member, policies } = facts
  if (facts.blocked)
    return refuse('D1', 'blocked', 'org_admin', 'This address is blocked by the organization.')
  if (member?.status === 'active')
    return refuse('F4', 'already_member', 'nobody', 'This person is a member already.', {
      memberId: member.id,
    })
  if (member?.status === 'suspended') {
    return member.statusReason === 'directory'
      ? refuse(
          'A11',
          'directory_inactive',
          'idp_admin',
          "The organization's directory has turned off this person's access.",
          { memberId: member.id },
        )
      : refuse('A12', 'member_suspended', 'org_admin', 'This member is suspended.', { memberId: member.id })
  }
  if (facts.recordInactive)
    return refuse(
      'A11',
      'directory_inactive',
      'idp_admin',
      "The directory's record with this address is inactive.",
    )
  const open = facts.invitations.find(
    (i) => (i.status === 'pending' && !isExpired(i, facts.now)) || i.status === 'accepted_waiting',
  )
  if (open)
    return refuse(
      'F5',
      'already_invited',
      'person',
      'This address has an open invitation; change that one.',
      { invitationId: open.id },
    )
  const outside = !['this', 'duty'].includes(standingOf(facts.key, facts.domains, facts.organizationId))
  if (policies.ssoRequired && policies.guests === 'refused' && outside) {
    return refuse(
      'A9',
      'guest_refused',
      'org_admin',
      'The organization requires its own sign-in and takes no guests from other domains.',
    )
  }
  return { supersedes: facts.invitations.filter((i) => isExpired(i, facts.now)) }
}

function refuse(
  rule: string,
  reason: Refusal['reason'],
  nextActor: Refusal['nextActor'],
  message: string,
  details?: Record<string, unknown>,
): { refused: Refusal } {
  return { refused: { rule, reason, nextActor, message, ...(details ? { details } : {}) } }
}
