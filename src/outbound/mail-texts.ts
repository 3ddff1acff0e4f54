// The words of every mail, one table per language; what strangers wrote stands in them as plain text.
import type { MailDraft, MailFacts, MailKind } from '../domain/mail.ts'

/** A piece of a mail, which the layout turns into plain text and into HTML. */
export type Block =
  | { paragraph: string }
  | { link: { label: string; url: string } }
  | { code: string }
  | { quote: string }
  | { small: string }

export interface MailText {
  subject: string
  blocks: Block[]
}

/** What the words are filled with; every text of a stranger is tamed already. */
export interface Words {
  product: string
  publicUrl: string
  organization: string
  invitation: {
    inviter: string | null
    role: string
    projects: string[]
    message: string | null
    until: string | null
  } | null
  link: string | null
  to: string
  code: string
  address: string
  newAddress: string
  detail: string
  url: string | null
}

type Language = 'en'

const texts: Record<Language, Record<MailKind, (words: Words) => MailText>> = {
  en: {
    invitation: englishInvitation,
    'proof-code': (w) => ({
      subject: `${spaced(w.code)} is your code${w.organization ? ` for ${w.organization}` : ''}`,
      blocks: [
        { paragraph: 'Your code:' },
        { code: spaced(w.code) },
        { paragraph: `Type it on the ${w.product} page that asked for it. It works once, for ten minutes.` },
        {
          small: `If you did not ask for a code, ignore this mail and give the code to nobody: ${w.product} never asks for it by telephone or mail.`,
        },
      ],
    }),
    'sign-in-code': (w) => ({
      subject: `${spaced(w.code)} is your ${w.product} sign-in code`,
      blocks: [
        { paragraph: 'Your sign-in code:' },
        { code: spaced(w.code) },
        {
          paragraph: `Type it on the page where you sign in to ${w.product}. It works once, for ten minutes.`,
        },
        { small: 'If you are not signing in, ignore this mail and give the code to nobody.' },
      ],
    }),
    linked: (w) => ({
      subject: `Your ${w.product} account is connected to ${w.organization}`,
      blocks: [
        {
          paragraph: `${w.organization} holds the domain of ${w.to}, so we connected your ${w.product} account to it${w.detail && w.detail !== w.organization ? ` (${w.detail})` : ''}.`,
        },
        {
          paragraph:
            'If this account is not yours to be connected, tell the administrators within seven days: it can be undone.',
        },
        ...linkTo('Look at your account', w.url),
      ],
    }),
    joined: (w) => ({
      subject: `You are now a member of ${w.organization} on ${w.product}`,
      blocks: [
        {
          paragraph: `The directory of ${w.organization} added your ${w.product} account ${w.to} to ${w.organization}.`,
        },
        { paragraph: `If you do not belong to ${w.organization}, tell its administrators.` },
        ...linkTo('Open', w.url),
      ],
    }),
    'address-changed': (w) => ({
      subject: `An address of your ${w.product} account has changed`,
      blocks: [
        {
          paragraph: w.newAddress
            ? `The directory of ${w.organization} changed the address of your ${w.product} account from ${w.address} to ${w.newAddress}.`
            : `${w.address} no longer belongs to your ${w.product} account: ${w.organization} holds its domain and gave the address to another person.`,
        },
        { paragraph: `If this is a mistake, tell the administrators of ${w.organization}.` },
      ],
    }),
    'domain-proven': (w) => ({
      subject: `${w.organization} has proven the domain of your address`,
      blocks: [
        {
          paragraph: `${w.organization} has shown that ${w.detail || 'the domain of your address'} is its own domain, and manages ${w.to} on ${w.product} from now on.`,
        },
        {
          paragraph: `Nothing has changed yet. When you next sign in through ${w.organization}, or its directory changes your entry, your ${w.product} account is connected to it, and you are told.`,
        },
        { small: `If this is a mistake, tell the administrators of ${w.organization}.` },
      ],
    }),
    'asked-for-invitation': (w) => ({
      subject: `${w.newAddress || w.address} asks for an invitation to ${w.organization}`,
      blocks: [
        {
          paragraph: w.newAddress
            ? `Somebody who opened the invitation of ${w.address} to ${w.organization} is signed in as ${w.newAddress} and asks to be invited at that address.`
            : `The invitation of ${w.address} to ${w.organization} has ended, and the person asked for a new one.`,
        },
        {
          paragraph: w.newAddress
            ? `Invite ${w.newAddress} only if you know that it is the same person.`
            : 'Extend the invitation or invite the person again.',
        },
        ...linkTo('Open the invitations', w.url),
      ],
    }),
    'owner-guard': (w) => ({
      subject: `${w.organization} keeps its last owner`,
      blocks: [
        {
          paragraph: `${w.address || 'An owner'} would have lost access to ${w.organization}${w.detail ? ` (${w.detail})` : ''}, and nobody else could have managed it. The access was kept.`,
        },
        { paragraph: 'Make another owner, then repeat the change.' },
        ...linkTo('Open the members', w.url),
      ],
    }),
    'deprovision-held': (w) => ({
      subject: `A directory of ${w.organization} switched off many people at once`,
      blocks: [
        {
          paragraph: `Within a few minutes the directory of ${w.organization} switched off ${w.detail || 'many'} people. That may be a mistake, so they keep their access until an owner decides; they were signed out.`,
        },
        {
          paragraph:
            'Confirm it if it was meant. If not, restore them and look at the directory before it runs again.',
        },
        ...linkTo('Open the questions', w.url),
      ],
    }),
    'delivery-failed': (w) => ({
      subject: `Your invitation of ${w.address} to ${w.organization} could not be delivered`,
      blocks: [
        { paragraph: `The mail server of ${w.address} did not take the invitation to ${w.organization}.` },
        ...(w.detail ? [{ quote: w.detail }] : []),
        { paragraph: 'Check the address, change it, or give the person the link in another way.' },
        ...linkTo('Open the invitations', w.url),
      ],
    }),
  },
}

/** The text of a mail in its language, English where that is not spoken yet. */
export function mailText(draft: MailDraft, facts: MailFacts, words: Words): MailText {
  const wanted = (draft.language ?? facts.invitation?.language ?? 'en').toLowerCase().split('-')[0]
  const language: Language =
    wanted !== undefined && Object.hasOwn(texts, wanted) ? (wanted as Language) : 'en'
  return texts[language][draft.kind](words)
}

function englishInvitation(w: Words): MailText {
  const { inviter, role, projects, message, until } = w.invitation ?? {
    inviter: null,
    role: '',
    projects: [],
    message: null,
    until: null,
  }
  const as = `${role ? ` as ${role}` : ''}${projects.length ? ` in ${projects.join(', ')}` : ''}`
  return {
    subject: inviter
      ? `${inviter} invited you to ${w.organization} on ${w.product}`
      : `You are invited to ${w.organization} on ${w.product}`,
    blocks: [
      {
        paragraph: inviter
          ? `${inviter} invited you to join ${w.organization} on ${w.product}${as}.`
          : `You are invited to join ${w.organization} on ${w.product}${as}.`,
      },
      ...linkTo('Open the invitation', w.link),
      ...(w.code
        ? [
            { paragraph: `Or go to ${w.publicUrl}/join and type your address and this code:` },
            { code: w.code },
          ]
        : []),
      ...(message
        ? [{ paragraph: `${inviter ?? w.organization} wrote:` } as const, { quote: message } as const]
        : []),
      ...(until ? [{ paragraph: `The invitation ends on ${until}.` }] : []),
      {
        small: `It is meant for ${w.to} alone, and opening it does not join anything yet. If you did not expect it, ignore this mail.`,
      },
    ],
  }
}

function linkTo(label: string, url: string | null): Block[] {
  return url ? [{ link: { label, url } }] : []
}

function spaced(code: string): string {
  return /^\d{6}$/.test(code) ? `${code.slice(0, 3)} ${code.slice(3)}` : code
}
