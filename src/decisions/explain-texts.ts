// The sentence in which an administrator reads each reason; what the person reads stands elsewhere and says "you".
import type { ReasonCode } from '../domain/reason.ts'

/** Places: `{email}`, `{organization}`, `{date}` (the end of the invitation), `{product}`. */
const sentences: Record<ReasonCode, string> = {
  joined: '{email} is a member of {organization}.',
  already_member: '{email} is a member of {organization} already.',
  already_invited: '{email} has an open invitation already.',
  member_suspended: '{email} is suspended in {organization}.',
  expired: 'The invitation of {email} ended on {date}; extend it, or invite anew.',
  revoked: 'The invitation of {email} was withdrawn; invite anew if that was a mistake.',
  superseded: 'A newer invitation replaced this one; the person must use the newest message.',
  declined: '{email} declined the invitation; invite anew if they changed their mind.',
  wrong_account: 'The link was opened in another account than the one that holds {email}.',
  account_exists:
    '{email} belongs to an account that exists already and is not connected to {organization} yet. It becomes a member when the person accepts an invitation in that account, or signs in by the single sign-on of {organization}; no second account is made.',
  address_unproven: 'Nobody has proven yet that {email} is theirs; the person must do so by the mailed code.',
  proof_required:
    'Somebody signed in by single sign-on as {email}, outside the domains that {organization} has proven; the person must prove the address by a mailed code.',
  sso_required: '{organization} requires its own single sign-on; the person must sign in through it.',
  jit_off:
    '{email} signed in, but nobody invited them, no directory names them, and joining by sign-in is turned off.',
  domain_unproven:
    '{organization} has not proven the domain of {email}, so a sign-in or a directory alone makes nobody a member.',
  directory_inactive:
    'The directory of {organization} has turned off {email}; only it can turn the person on again.',
  suspended_by_admin: 'An administrator suspended {email}; no invitation, sign-in or directory lifts that.',
  removed_by_admin:
    'An administrator removed {email}; an invitation made since then, or Allow, lets the person return.',
  blocked: '{email} is blocked by {organization}; nothing lets the address in until the block is lifted.',
  seat_unavailable: '{email} agreed and waits: no seat is free.',
  approval_required:
    '{email} agreed and waits: whoever invited them may no longer give that role, so an administrator must confirm it.',
  identity_conflict:
    'Two facts about {email} do not fit together: it may be the same person or the next holder of the address. An administrator must answer.',
  owner_not_invitable:
    'An owner cannot be invited: invite the person as admin, then let an owner promote them.',
  inviter_lost_authority: 'Whoever invited {email} may no longer give that role.',
  guest_refused:
    '{organization} requires its own sign-in and takes no guests, and {email} lies outside its domains.',
  governed_elsewhere:
    'The account of {email} is managed by another organization, which forbids joining others.',
  governed_by_directory: 'The directory governs {email}: change it there.',
  role_governed_by_mapping: 'A role mapping governs the role of {email}.',
  last_owner: '{email} is the last owner who can sign in.',
  deprovision_held: 'The directory turned off many people at once; an owner must confirm or restore it.',
  lockout_risk: 'After this no owner of {organization} could sign in.',
  rate_limited: 'There were too many tries for {email}; they can go on in 15 minutes.',
  code_wrong: 'The code that was typed for {email} is not the one that was mailed.',
  code_expired: 'The code mailed to {email} ran out; the person can ask for a new one.',
  link_incomplete: 'The link that was opened is incomplete; the typed code of the message works at /join.',
  saml_response_invalid:
    'The answer of the identity provider for {email} failed a check; the sign-in log names it.',
  assertion_replayed: 'The answer of the identity provider was used before; the person must sign in again.',
  request_unknown:
    'The sign-in of {email} was not started in that browser, or too long ago; the person must try again.',
  connection_off: 'The single sign-on connection is switched off.',
  idp_initiated_off:
    'The person started at the identity provider, and {organization} takes only sign-ins started here.',
  attribute_missing: 'The identity provider did not send exactly one e-mail address.',
  test_mode: '{email} signed in by a connection that is still in test, which lets nobody in.',
  awaiting_person: 'Nothing stands in the way of {email}; the person has not taken the last step yet.',
  delivery_failed: 'The invitation did not arrive at {email}; carry it another way or correct the address.',
  own_proof_required: 'The person must first prove that the account is theirs.',
  left: '{email} left {organization}; an invitation made since then lets the person return.',
  unknown_person:
    '{organization} knows nothing of {email}: nobody invited the address, and no directory or sign-in named it.',
}

/** The sentence of a reason with its places filled. */
export function sentenceFor(
  code: ReasonCode,
  places: { email: string; organization: string; date?: string | undefined },
): string {
  const filled: Record<string, string> = { ...places, date: places.date ?? 'its date' }
  return sentences[code].replace(/\{(\w+)\}/g, (_, name: string) => filled[name] ?? '')
}
