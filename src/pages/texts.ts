// Every text of the pages by key, one catalogue for all languages; refusals have theirs in http/reason-texts.
import { type Catalogue, type Language, message, type Params } from '../http/messages.ts'

const english = {
  'invite.title': 'Join {organization} on {product}',
  'invite.lead': '{inviter} invited {address} to join {organization}.',
  'invite.inviter.admin': 'An administrator of {organization}',
  'invite.inviter.directory': 'The directory of {organization}',
  'invite.role': 'Role',
  'invite.projects': 'Projects',
  'invite.for': 'For',
  'invite.until': 'Open until',
  'invite.send': 'Send a code to {address}',
  'invite.sso': 'Continue with {connection} single sign-on',
  'invite.account.question': 'You already have an account with another address?',
  'invite.account.button': 'Use another account',
  'invite.decline': 'Decline this invitation',
  'invite.neutral.title': 'You have been invited',
  'invite.neutral.text':
    'To see the invitation, enter the address that it was sent to and the code from the message (for example K7QM-4D2P).',
  'incomplete.title': 'This link is incomplete',
  'incomplete.text':
    'Your mail program may have cut it. Enter the address that the invitation was sent to and the code from the message.',
  'code.title': 'One more check',
  'code.lead': 'Enter the 6-digit code that we sent to {address}. It works for 10 minutes, in this browser.',
  'code.label': '6-digit code',
  'code.wrong': 'That is not the code. Tries left: {tries}.',
  'code.join': 'Join {organization}',
  'code.again': 'Send a new code',
  'code.decline': 'Confirm: decline the invitation',
  'confirm.title': 'Join as {address}?',
  'confirm.share': 'You will share your name and address with {organization}.',
  'confirm.join': 'Join {organization}',
  'holder.lead': 'You are signed in as {current}. For this invitation the address must be proven once more.',
  'other.title': 'This invitation is for {address}',
  'other.lead': 'You are signed in as {current}.',
  'other.switch': 'Switch account',
  'other.add': 'Add {address} to this account',
  'other.ask': 'Ask {inviter} to invite {current} instead',
  'own.title': 'Please confirm that it is you',
  'own.lead':
    'Before an address can be added to your account, enter the 6-digit code that we sent to {address}.',
  'own.button': 'Continue',
  'add.lead': 'Enter the 6-digit code that we sent to {address}. The address is then added to your account.',
  'add.button': 'Add the address and join {organization}',
  'two.title': 'You have two accounts',
  'two.lead':
    '{address} belongs to another account of yours. Switch to that account to join with it, or ask for an invitation to {current}.',
  'expired.title': 'This invitation ended on {date}',
  'expired.ask': 'Ask {inviter} for a new one',
  'revoked.text': 'Ask {inviter} if you think this is a mistake.',
  'newer.title': 'There is a newer invitation',
  'newer.text': 'We sent it to {address} on {date}. Open that message, or sign in with the invited address.',
  'replaced.text':
    'Another link has replaced this one. Open the newest message, or sign in with the invited address.',
  'used.title': 'This invitation was already accepted',
  'used.text': 'It was meant for {address}. If that is you, sign in to go on.',
  'already.title': 'You are already in {organization}',
  'open.button': 'Open {organization}',
  'signin.link': 'Sign in',
  'sso.only.title': '{organization} uses its own sign-in',
  'sso.only.text':
    'You need to be added to {product} there. If you see an error of your sign-in, ask your IT team for access to “{product}”.',
  'asked.title': 'We told {inviter}',
  'asked.text': 'You will get a new message when a new invitation is sent.',
  'asked.before': 'They were asked within the last day already.',
  'declined.title': 'You declined the invitation',
  'declined.text': 'Nothing was changed. Ask {inviter} for a new one if you change your mind.',
  'joined.title': 'You joined {organization}',
  'joined.title.role': 'You joined {organization} as {role}',
  'joined.existing':
    'Welcome back. You already had an account with this address; we did not create a second one.',
  'waiting.text': 'Your acceptance is kept. You do not need to accept again.',
  'join.title': 'Enter your invitation code',
  'join.email': 'E-mail address',
  'join.code': 'Code from the message',
  'join.button': 'Show the invitation',
  'join.wrong': 'That address and code do not belong together. Compare them with the newest message.',
  'join.many': 'Too many tries. Wait 15 minutes, then try again.',
  'join.bad.address': 'Enter the whole e-mail address, for example ana@example.com.',
  'signin.title': 'Sign in to {product}',
  'signin.email': 'E-mail address',
  'signin.button': 'Continue',
  'signin.ways.title': 'How do you want to sign in?',
  'signin.ways.text': 'People of {domain} can use single sign-on.',
  'signin.way': 'Continue with {organization} single sign-on',
  'signin.code.button': 'Send me a code',
  'signin.code.lead':
    'Enter the 6-digit code that we sent to {address}. It works for 10 minutes, in this browser.',
  'signin.code.submit': 'Sign in',
  'signin.again': 'Use a different address',
  'replace.title': 'Sign in as {next}?',
  'replace.lead': 'This browser is signed in as {current}. Going on signs that account out here.',
  'replace.button': 'Continue as {next}',
  'replace.stay': 'Cancel and stay signed in as {current}',
  'welcome.title': 'Welcome',
  'welcome.title.name': 'Welcome, {name}',
  'welcome.in': 'You are signed in to {organization}.',
  'welcome.account': 'You are signed in. Nothing is open yet.',
  'welcome.address': 'Account',
  'welcome.role': 'Role',
  'welcome.projects': 'Projects',
  'welcome.by': 'Signed in by',
  'welcome.by.saml': 'Single sign-on',
  'welcome.by.code': 'Code by mail',
  'welcome.by.host': '{product}',
  'welcome.go': 'Go to {product}',
  'welcome.invitations': 'Invitations for you',
  'welcome.see': 'See the invitation to {organization}',
  'welcome.choose': 'Your organizations',
  'mine.title': 'Is this your account?',
  'mine.text': 'We connected the sign-in of {organization} to the account {address}.',
  'mine.button': 'This is not my account',
  'welcome.out': 'Sign out',
  'out.title': 'You are signed out',
  'out.text': 'Thank you for stopping by.',
  'proof.title': 'Prove that this account is yours',
  'proof.lead':
    '{organization} signed you in as {address}. To connect the sign-in, prove once that this address is yours.',
  'proof.send': 'Send a code to {address}',
  'proof.submit': 'Continue',
  'proof.session': 'Continue as {current}',
  'proof.gone.title': 'This sign-in took too long',
  'proof.gone.text': 'Start again from your identity provider or from the sign-in page.',
  'handoff.gone.title': 'This address was used already',
  'handoff.gone.text': 'It works once, for one minute. Go back to {product} and try again.',
  'form.title': 'Please open the page again',
} as const

export type TextKey = keyof typeof english

const catalogue: Catalogue<TextKey> = { en: english }

/** The text of a key in the visitor's language, with its places filled. */
export function text(language: Language, key: TextKey, params: Params = {}): string {
  return message(catalogue, language, key, params)
}

/** A calendar day in the visitor's language, in UTC. */
export function day(language: Language, at: Date): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' }).format(at)
}

/** A role or another name of the catalogue as a word of its own: `Editor`. */
export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}
