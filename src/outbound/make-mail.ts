// Making a mail: the draft and what was looked up become subject, text and HTML at the moment of leaving.
import type { Mail, MailDraft, MailFacts } from '../domain/mail.ts'
import { htmlText, plainText } from './mail-layout.ts'
import { mailText, type Words } from './mail-texts.ts'
import { tameMessage, tameName } from './tame.ts'

export interface MailSettings {
  publicUrl: string
  productName: string
  /** `MAIL_FROM`: an address, or a name and the address in angle brackets. */
  mailFrom: string
}

/** The mail as its reader gets it. Pure: the same draft and facts make the same mail, so that a second attempt repeats the first. */
export function makeMail(draft: MailDraft, facts: MailFacts, settings: MailSettings): Mail {
  const words = wordsOf(draft, facts, settings)
  const { subject, blocks } = mailText(draft, facts, words)
  const line = oneLine(subject)
  const sender = words.organization ? `${words.organization} via ${words.product}` : words.product
  const footer = `${words.product} · ${settings.publicUrl}`
  return {
    to: draft.to,
    from: { name: oneLine(sender), address: addressOf(settings.mailFrom) },
    replyTo: facts.invitation?.inviterAddress ?? null,
    subject: line,
    text: plainText(blocks, footer),
    html: htmlText(blocks, footer, { title: line, language: 'en' }),
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
    },
  }
}

function wordsOf(draft: MailDraft, facts: MailFacts, settings: MailSettings): Words {
  const { data = {} } = draft
  const { organization, invitation } = facts
  const trusted = organization?.proven ?? false
  const id = invitation?.id
  return {
    product: settings.productName,
    publicUrl: settings.publicUrl,
    organization: organization ? tameName(organization.name, trusted) : '',
    invitation: invitation && {
      inviter: invitation.inviterName ? tameName(invitation.inviterName, trusted) : null,
      role: invitation.role,
      projects: invitation.projects.map((project) => tameName(project, trusted)),
      message: invitation.message ? tameMessage(invitation.message, trusted) : null,
      until: invitation.byDirectory ? null : longDate(invitation.expiresAt),
    },
    link: id && data.token ? `${settings.publicUrl}/invitations/${id}#t=${data.token}` : null,
    to: draft.to,
    code: data.code ?? '',
    address: data.address ?? '',
    newAddress: data.newAddress ?? '',
    detail: data.detail ? tameName(data.detail, trusted) : '',
    url: data.url?.startsWith(`${settings.publicUrl}/`) ? data.url : null,
  }
}

function longDate(date: Date): string {
  return `${new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(date)} (UTC)`
}

/** Header fields are one line: a line break in a name would begin another field (RFC 5322 §2.2). */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim()
}

function addressOf(mailFrom: string): string {
  return (/<([^<>]+)>\s*$/.exec(mailFrom)?.[1] ?? mailFrom).trim()
}
