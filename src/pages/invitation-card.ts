// The pages of an invitation that waits for its person: what it offers, and the next step for whoever looks at it.
import type { InvitationCard } from '../actions/read-invitation-card.ts'
import { type Html, html } from '../http/html.ts'
import { capital, day } from './texts.ts'
import {
  answer,
  digitsField,
  explain,
  form,
  type PageParts,
  type Shown,
  say,
  ssoTargets,
  type Visit,
} from './visit.ts'

/** An invitation as it was opened: its card and what stands for its link in the page's forms. */
export interface Opened {
  card: InvitationCard
  /** The link's token or a reference to it; empty where the session alone opens the card. */
  token: string
}

/** The address of one of the invitation's steps. */
export function stepOf({ card }: Opened, step: string): string {
  return `/invitations/${card.invitationId}/${step}`
}

/** Who invited, as the invitee may know them. */
export function inviterOf(v: Visit, card: InvitationCard): string {
  if (card.inviterName !== null) return card.inviterName
  const key = card.byDirectory ? 'invite.inviter.directory' : 'invite.inviter.admin'
  return say(v, key, { organization: card.organizationName })
}

/** The page of a pending invitation, by who looks: nobody known, the proven person, somebody who must prove, another account (A1 to A4). */
export function pendingPage(v: Visit, opened: Opened): Shown {
  const { viewer } = opened.card
  if (viewer === 'P2') return confirmPage(v, opened)
  if (viewer === 'other') return otherAccountPage(v, opened)
  return firstPage(v, opened)
}

/** The same first page whether or not the address has an account (A2, A3, T-31). */
function firstPage(v: Visit, opened: Opened): Shown {
  const { card, token } = opened
  const carry = { t: token }
  const send = form(v, {
    action: stepOf(opened, 'code'),
    carry,
    button: say(v, 'invite.send', { address: card.masked }),
    ...(card.ways.length > 0 ? { weight: 'quiet' } : {}),
  })
  const other = form(v, {
    action: stepOf(opened, 'sign-in'),
    carry,
    button: say(v, 'invite.account.button'),
    weight: 'quiet',
  })
  const signedIn = v.session?.account.email ?? ''
  const lead = card.viewer === 'holder' ? html`<p>${say(v, 'holder.lead', { current: signedIn })}</p>` : null
  const body = html`${offer(v, card)}${lead}
${ssoForms(v, opened)}
${card.ssoOnly ? null : send}
${card.viewer === 'none' && !card.ssoOnly ? html`<hr class="rule"><p class="soft">${say(v, 'invite.account.question')}</p>${other}` : null}
${declineForm(v, opened)}`
  if (card.ssoOnly) return explain(v, 200, 'sso_required', ssoOnlyPage(v, card, body))
  return answer(v, 200, { ...titled(v, card), body })
}

function ssoOnlyPage(v: Visit, card: InvitationCard, body: Html): PageParts {
  const note = html`${body}<p class="soft">${say(v, 'sso.only.text')}</p>`
  return { ...titled(v, card), title: say(v, 'sso.only.title', place(card)), body: note }
}

function titled(v: Visit, card: InvitationCard): Omit<PageParts, 'body'> {
  return {
    title: say(v, 'invite.title', place(card)),
    organizationName: card.organizationName,
    formTargets: ssoTargets(card.ways),
  }
}

/** Names the account and the organization before the one press that joins (T-25). */
function confirmPage(v: Visit, opened: Opened): Shown {
  const { card, token } = opened
  if (card.ssoOnly) {
    const body = html`${offer(v, card)}${ssoForms(v, opened)}${declineForm(v, opened)}`
    return explain(v, 200, 'sso_required', ssoOnlyPage(v, card, body))
  }
  const join = form(v, {
    action: stepOf(opened, 'acceptance'),
    // The press is for the session that this page has shown.
    carry: { t: token, session: v.session?.id ?? '' },
    button: say(v, 'confirm.join', place(card)),
  })
  return answer(v, 200, {
    ...titled(v, card),
    title: say(v, 'confirm.title', { address: card.email }),
    body: html`${offer(v, card)}${join}
<p class="soft">${say(v, 'confirm.share', place(card))}</p>
${declineForm(v, opened)}`,
  })
}

/** A4: another account is signed in; nothing happens by itself. */
function otherAccountPage(v: Visit, opened: Opened): Shown {
  const { card, token } = opened
  const current = v.session?.account.email ?? ''
  const carry = { t: token }
  const address = card.masked
  const inviter = inviterOf(v, card)
  return explain(v, 200, 'wrong_account', {
    ...titled(v, card),
    title: say(v, 'other.title', { address }),
    body: html`${offer(v, card)}<p>${say(v, 'other.lead', { current })}</p>
${form(v, { action: stepOf(opened, 'switch'), carry, button: say(v, 'other.switch') })}
${form(v, { action: stepOf(opened, 'address'), carry, button: say(v, 'other.add', { address }), weight: 'quiet' })}
${form(v, { action: stepOf(opened, 'request'), carry, button: say(v, 'other.ask', { inviter, current }), weight: 'quiet' })}`,
  })
}

/** The page that takes the six digits, for joining or declining. */
export function codePage(
  v: Visit,
  opened: Opened,
  purpose: 'accept' | 'decline',
  fault: string | null,
): Shown {
  const { card, token } = opened
  const joining = purpose === 'accept'
  const typed = form(v, {
    action: stepOf(opened, joining ? 'acceptance' : 'declination'),
    carry: { t: token },
    fields: digitsField(v, fault),
    button: joining ? say(v, 'code.join', place(card)) : say(v, 'code.decline'),
  })
  const again = form(v, {
    action: stepOf(opened, 'code'),
    carry: { t: token, purpose },
    button: say(v, 'code.again'),
    weight: 'link',
  })
  return answer(v, fault === null ? 200 : 422, {
    title: say(v, 'code.title'),
    organizationName: card.organizationName,
    body: html`<p>${say(v, 'code.lead', { address: card.masked })}</p>${typed}${again}`,
  })
}

function offer(v: Visit, card: InvitationCard): Html {
  const rows: [string, string][] = [
    [say(v, 'invite.role'), capital(card.role)],
    ...(card.projects.length > 0
      ? [[say(v, 'invite.projects'), card.projects.join(', ')] as [string, string]]
      : []),
    [say(v, 'invite.for'), card.masked],
    ...(card.byDirectory
      ? []
      : [[say(v, 'invite.until'), day(v.language, card.expiresAt)] as [string, string]]),
  ]
  const lead = say(v, 'invite.lead', { inviter: inviterOf(v, card), address: card.masked, ...place(card) })
  return html`<p>${lead}</p>
<dl class="facts">${rows.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>
${card.message ? html`<blockquote>${card.message}</blockquote>` : null}`
}

/** One form for each single sign-on that knows the address. */
export function ssoForms(v: Visit, opened: Opened): Html {
  const { card, token } = opened
  return html`${card.ways.map((way) =>
    form(v, {
      action: stepOf(opened, 'sso'),
      carry: { t: token, connection: way.connectionId },
      button: say(v, 'invite.sso', { connection: way.name }),
    }),
  )}`
}

function declineForm(v: Visit, opened: Opened): Html {
  return form(v, {
    action: stepOf(opened, 'declination'),
    carry: { t: opened.token },
    button: say(v, 'invite.decline'),
    weight: 'link',
  })
}

function place(card: InvitationCard): { organization: string } {
  return { organization: card.organizationName }
}
