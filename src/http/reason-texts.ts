// What the refusal page says for each reason code: a title, a sentence, and who must act next; one catalogue for every language.
import type { NextActor, ReasonCode } from '../domain/reason.ts'
import { type Language, message, type Params } from './messages.ts'

interface ReasonText {
  title: string
  message: string
}

/** Places: `{organization}` (else "the organization"), `{product}`. A text never blames and never says "invalid or expired". */
const english: Record<ReasonCode, ReasonText> = {
  joined: { title: 'You are in {organization}', message: 'There is nothing left to do.' },
  already_member: { title: 'You are already in {organization}', message: 'You can go on to your workspace.' },
  already_invited: {
    title: 'There is an open invitation already',
    message: 'Use the newest invitation message that {organization} sent to this address.',
  },
  member_suspended: {
    title: 'Your access is paused',
    message:
      'Your access to {organization} is paused. Ask an administrator of {organization} to turn it on again.',
  },
  expired: {
    title: 'This invitation has ended',
    message: 'Its time is over. Ask the person who invited you for a new one.',
  },
  revoked: {
    title: 'This invitation was withdrawn',
    message: 'Ask the person who invited you if you think this is a mistake.',
  },
  superseded: {
    title: 'There is a newer invitation',
    message: 'Open the newest message that {organization} sent you.',
  },
  declined: {
    title: 'This invitation was declined',
    message: 'Ask the person who invited you for a new one if you changed your mind.',
  },
  wrong_account: {
    title: 'This is meant for another account',
    message: 'Sign in with the account that has the invited address.',
  },
  account_exists: {
    title: 'This address already has an account',
    message: 'Sign in to that account; a second one is not needed.',
  },
  address_unproven: {
    title: 'This address is not proven yet',
    message: 'Prove that the address is yours with a code sent to it.',
  },
  proof_required: { title: 'One more check', message: 'Prove that the address is yours to go on.' },
  sso_required: {
    title: '{organization} uses its own sign-in',
    message: 'Sign in through the single sign-on of {organization}.',
  },
  jit_off: {
    title: 'You signed in, but have no access yet',
    message:
      '{organization} has not given you access to {product}. Ask an administrator there to add or invite you.',
  },
  domain_unproven: {
    title: 'This address cannot be used here yet',
    message: '{organization} has not proven that the domain of this address belongs to it.',
  },
  directory_inactive: {
    title: 'Your access has been turned off',
    message:
      'The directory of {organization} has turned off your access. Only your IT team can turn it on again.',
  },
  suspended_by_admin: {
    title: 'Your access is paused',
    message: 'An administrator of {organization} has paused your access.',
  },
  removed_by_admin: {
    title: 'You no longer have access',
    message: 'An administrator has removed you from {organization}. Ask there for a new invitation.',
  },
  left: {
    title: 'You have left {organization}',
    message: 'Ask an administrator there for a new invitation if you want to return.',
  },
  blocked: {
    title: 'This address cannot join {organization}',
    message: 'Ask an administrator of {organization} if you think this is a mistake.',
  },
  seat_unavailable: {
    title: 'You are on the list',
    message: '{organization} has no free seat. The administrators know; you do not need to accept again.',
  },
  approval_required: {
    title: 'An administrator will confirm',
    message: 'An administrator of {organization} must confirm your access. You do not need to accept again.',
  },
  identity_conflict: {
    title: 'An administrator must confirm your account',
    message:
      'Another person may have used this address before. An administrator of {organization} must decide.',
  },
  owner_not_invitable: {
    title: 'An owner cannot be invited',
    message: 'Invite the person as admin; an owner can then promote them.',
  },
  inviter_lost_authority: {
    title: 'An administrator will confirm',
    message:
      'The person who invited you may no longer give this role. An administrator of {organization} must confirm.',
  },
  guest_refused: {
    title: '{organization} takes no guests',
    message: '{organization} asks for an address of its own. Ask an administrator there.',
  },
  governed_elsewhere: {
    title: 'Your account is managed by your company',
    message: 'Its rules do not allow joining other organizations. Ask your own IT team.',
  },
  governed_by_directory: {
    title: 'The directory decides here',
    message: 'The directory of {organization} manages this. Ask your IT team.',
  },
  role_governed_by_mapping: {
    title: 'A role mapping decides here',
    message: 'This role comes from a group of the directory. Ask an administrator of {organization}.',
  },
  last_owner: {
    title: 'An organization needs an owner',
    message: 'Make another active member an owner first.',
  },
  deprovision_held: {
    title: 'Your access is being checked',
    message:
      'Many people of {organization} were turned off at once. An owner there must confirm or restore it.',
  },
  lockout_risk: {
    title: 'Somebody would be locked out',
    message: 'After this nobody who owns {organization} could sign in.',
  },
  rate_limited: { title: 'Too many tries', message: 'Wait 15 minutes, then try again.' },
  code_wrong: {
    title: 'That is not the code',
    message: 'Compare it with the newest message, or ask for a new code.',
  },
  code_expired: {
    title: 'This code no longer works',
    message:
      'A code works for 10 minutes and five tries, in the browser that asked for it. Ask for a new one.',
  },
  link_incomplete: {
    title: 'This link is incomplete',
    message:
      'Your mail program may have cut it. Open it again from the message, or type the code of the message.',
  },
  saml_response_invalid: {
    title: 'The sign-in could not be checked',
    message:
      'The answer of your identity provider did not pass our checks. Try again; if it happens again, tell your IT team.',
  },
  assertion_replayed: {
    title: 'This sign-in was used already',
    message: 'Start again from your identity provider or from the sign-in page.',
  },
  request_unknown: {
    title: 'This sign-in took too long',
    message: 'It was started elsewhere or too long ago. Start again from the sign-in page.',
  },
  connection_off: {
    title: 'This single sign-on is switched off',
    message: 'Ask an administrator of {organization}.',
  },
  idp_initiated_off: {
    title: 'Start from the sign-in page',
    message: '{organization} does not take sign-ins that begin at the identity provider.',
  },
  attribute_missing: {
    title: 'Something is missing from your sign-in',
    message:
      'Your identity provider did not send exactly one e-mail address. Your IT team can add the attribute there.',
  },
  test_mode: {
    title: 'This single sign-on is being tested',
    message: 'Nothing was changed. An owner of {organization} can activate it.',
  },
  awaiting_person: { title: 'Waiting for you', message: 'Open the invitation and accept it.' },
  delivery_failed: {
    title: 'The message could not be delivered',
    message: 'Ask the person who invited you to check the address.',
  },
  own_proof_required: {
    title: 'Please confirm that it is you',
    message: 'This needs a proof of your own that is at most 10 minutes old.',
  },
  unknown_person: {
    title: 'There is no account here yet',
    message: 'Nobody has invited this address. Ask an administrator of your organization for an invitation.',
  },
}

const nextSteps: Record<NextActor, string> = {
  person: 'The next step is yours.',
  inviter: 'Next to act: the person who invited you.',
  org_admin: 'Next to act: an administrator of {organization}.',
  idp_admin: 'Next to act: the IT team that runs the sign-in or directory of {organization}.',
  operator: 'Next to act: the operators of {product}.',
  nobody: '',
}

/** The title and the sentence of a reason. */
export function reasonText(reason: ReasonCode, language: Language, params: Params): ReasonText {
  const places = withOrganization(params)
  const catalogue = { en: { ...english[reason] } }
  return {
    title: sentence(message(catalogue, language, 'title', places)),
    message: sentence(message(catalogue, language, 'message', places)),
  }
}

/** One sentence that names who must act; empty where nobody must. */
export function nextStepText(actor: NextActor, language: Language, params: Params): string {
  return message({ en: nextSteps }, language, actor, withOrganization(params))
}

function withOrganization(params: Params): Params {
  return { ...params, organization: params.organization || 'the organization' }
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
