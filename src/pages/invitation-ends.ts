// The pages of an invitation that no longer waits for its person, each with its cause, who must act and the button that does it.
import type { InvitationCard } from '../actions/read-invitation-card.ts'
import { type Html, html } from '../http/html.ts'
import { inviterOf, type Opened, pendingPage, ssoForms, stepOf } from './invitation-card.ts'
import { capital, day, type TextKey } from './texts.ts'
import { answer, explain, form, refuse, type Shown, say, ssoTargets, type Visit } from './visit.ts'

/** The page of an invitation in whatever state it is in; a GET and a HEAD see the same and change nothing. */
export function invitationPage(v: Visit, opened: Opened): Shown {
  const { card } = opened
  switch (card.status) {
    case 'pending':
      return card.replaced ? replacedPage(v, card) : pendingPage(v, opened)
    case 'expired':
      return expiredPage(v, opened)
    case 'revoked':
      return revokedPage(v, card)
    case 'superseded':
      return newerPage(v, card)
    case 'declined':
      return declinedPage(v, opened)
    case 'accepted_waiting':
      return waitingPage(v, opened)
    case 'accepted':
    case 'satisfied':
      return card.settledByViewer ? alreadyPage(v, card) : usedPage(v, card)
  }
}

function revokedPage(v: Visit, card: InvitationCard): Shown {
  return refuse(v, 200, {
    reason: 'revoked',
    nextActor: 'inviter',
    organizationName: card.organizationName,
    message: byInviter(v, card, 'revoked.text'),
  })
}

/** Never shown to the one who used it and is signed in. */
function usedPage(v: Visit, card: InvitationCard): Shown {
  return explain(v, 200, 'already_member', {
    title: say(v, 'used.title'),
    organizationName: card.organizationName,
    body: html`<p>${say(v, 'used.text', { address: card.masked })}</p>${signInLink(v)}`,
  })
}

function expiredPage(v: Visit, opened: Opened): Shown {
  const { card } = opened
  return refuse(v, 200, {
    reason: 'expired',
    nextActor: 'inviter',
    organizationName: card.organizationName,
    title: say(v, 'expired.title', { date: day(v.language, card.expiresAt) }),
    actions: askForm(v, opened),
  })
}

/** A14: one button, at most one message a day. */
export function askForm(v: Visit, opened: Opened): Html {
  return form(v, {
    action: stepOf(opened, 'request'),
    carry: { t: opened.token },
    button: say(v, 'expired.ask', { inviter: inviterOf(v, opened.card) }),
  })
}

function newerPage(v: Visit, card: InvitationCard): Shown {
  const date = day(v.language, card.newerAt ?? card.settledAt ?? v.now)
  const body = html`<p>${say(v, 'newer.text', { address: card.masked, date })}</p>${signInLink(v)}`
  return explain(v, 200, 'superseded', {
    title: say(v, 'newer.title'),
    organizationName: card.organizationName,
    body,
  })
}

function replacedPage(v: Visit, card: InvitationCard): Shown {
  const body = html`<p>${say(v, 'replaced.text')}</p>${signInLink(v)}`
  return explain(v, 200, 'superseded', {
    title: say(v, 'newer.title'),
    organizationName: card.organizationName,
    body,
  })
}

export function declinedPage(v: Visit, opened: Opened): Shown {
  const { card } = opened
  return explain(v, 200, 'declined', {
    title: say(v, 'declined.title'),
    organizationName: card.organizationName,
    body: html`<p>${byInviter(v, card, 'declined.text')}</p>${askForm(v, opened)}`,
  })
}

/** What the person's consent waits for; they need not accept again. */
export function waitingPage(v: Visit, opened: Opened): Shown {
  const { card } = opened
  const { organizationName } = card
  if (card.statusReason === 'seat')
    return refuse(v, 200, { reason: 'seat_unavailable', nextActor: 'org_admin', organizationName })
  if (card.statusReason === 'approval')
    return refuse(v, 200, { reason: 'approval_required', nextActor: 'org_admin', organizationName })
  if (card.statusReason === 'guest_refused')
    return refuse(v, 200, { reason: 'guest_refused', nextActor: 'org_admin', organizationName })
  return explain(v, 200, 'sso_required', {
    title: say(v, 'sso.only.title', { organization: organizationName }),
    organizationName,
    formTargets: ssoTargets(card.ways),
    body: html`<p>${say(v, 'waiting.text')}</p>${ssoForms(v, opened)}<p class="soft">${say(v, 'sso.only.text')}</p>`,
  })
}

export function alreadyPage(v: Visit, card: InvitationCard): Shown {
  const organization = card.organizationName
  return explain(v, 200, 'already_member', {
    title: say(v, 'already.title', { organization }),
    organizationName: organization,
    body: openLink(v, organization),
  })
}

/** A1: in. The page may now say whether the account existed before (A3). */
export function joinedPage(v: Visit, card: InvitationCard, role: string | null, existing: boolean): Shown {
  const organization = card.organizationName
  const title =
    role === null
      ? say(v, 'joined.title', { organization })
      : say(v, 'joined.title.role', { organization, role: capital(role) })
  return explain(v, 200, 'joined', {
    title,
    organizationName: organization,
    body: html`${existing ? html`<p>${say(v, 'joined.existing')}</p>` : null}${openLink(v, organization)}`,
  })
}

export function askedPage(v: Visit, card: InvitationCard, told: boolean): Shown {
  const inviter = inviterOf(v, card)
  return answer(v, 200, {
    title: say(v, 'asked.title', { inviter }),
    organizationName: card.organizationName,
    body: html`<p>${say(v, 'asked.text')}</p>${told ? null : html`<p class="soft">${say(v, 'asked.before')}</p>`}`,
  })
}

function openLink(v: Visit, organization: string): Html {
  return html`<a class="button" href="/welcome">${say(v, 'open.button', { organization })}</a>`
}

function signInLink(v: Visit): Html {
  return html`<a class="button quiet" href="/sign-in">${say(v, 'signin.link')}</a>`
}

function byInviter(v: Visit, card: InvitationCard, key: TextKey): string {
  return say(v, key, { inviter: inviterOf(v, card) })
}
