// `/invitations/{id}`: opening one changes nothing; joining needs a press and a proof.
import type { Router } from 'express'
import { noteOpening } from '../actions/note-opening.ts'
import type { InvitationCard } from '../actions/read-invitation-card.ts'
import type { World } from '../actions/world.ts'
import type { NextActor, ReasonCode } from '../domain/reason.ts'
import { checkSite } from '../http/form-guard.ts'
import { html } from '../http/html.ts'
import { pickLanguage } from '../http/messages.ts'
import { AppError } from '../kernel/errors.ts'
import { invitationPage } from './invitation-ends.ts'
import { cleanAddressBar, takeFragment } from './invitation-scripts.ts'
import { invitationSteps, type Step } from './invitation-steps.ts'
import { joinForm } from './join.ts'
import { openedBy } from './opened-invitation.ts'
import { remember, remembered } from './remembered-invitation.ts'
import { answer, explain, fieldsOf, onForm, onOpen, refuse, type Shown, say, type Visit } from './visit.ts'

export function invitationRoutes(world: World, router: Router): void {
  router.get('/invitations/:id', onOpen(world, open))
  router.post('/invitations/:id/card', onOpen(world, takeCard))
  for (const [name, step] of Object.entries(invitationSteps)) {
    router.post(
      `/invitations/:id/${name}`,
      onForm(world, (v) => take(v, step)),
    )
  }
}

/** Any number of GETs and HEADs leaves everything as it was; that they happened is kept as evidence. */
async function open(v: Visit): Promise<Shown> {
  const given = typeof v.req.query.t === 'string' ? v.req.query.t : null
  const opened = await openedBy(v, given ?? rememberedToken(v))
  if (opened === null) return given === null ? neutralPage(v) : incompletePage(v)
  note(v, opened.card)
  if (given !== null) remember(v, { invitationId: opened.card.invitationId, token: given })
  const shown = invitationPage(inItsLanguage(v, opened.card), opened)
  return given === null || 'location' in shown
    ? shown
    : { ...shown, page: { ...shown.page, script: cleanAddressBar } }
}

/** The page's own script brings the token of the fragment here; like opening the link it changes nothing. */
async function takeCard(v: Visit): Promise<Shown> {
  checkSite(v.req)
  const opened = await openedBy(v, fieldsOf(v.req).t ?? null)
  if (opened === null) return incompletePage(v)
  remember(v, { invitationId: opened.card.invitationId, token: opened.token })
  return invitationPage(inItsLanguage(v, opened.card), opened)
}

async function take(v: Visit, step: Step): Promise<Shown> {
  const opened = await openedBy(v, fieldsOf(v.req).t || rememberedToken(v))
  if (opened === null) return incompletePage(v)
  try {
    return await step(inItsLanguage(v, opened.card), opened)
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'conflict') throw error
    return refusedPage(v, opened.card, error)
  }
}

/** What the organization said no to, in its name. */
function refusedPage(v: Visit, { organizationName }: InvitationCard, error: AppError): Shown {
  const { reason, nextActor } = error.details as { reason: ReasonCode; nextActor: NextActor }
  return refuse(v, 409, { reason, nextActor, organizationName })
}

/** The language of the invitation, as in its mail; else the browser's. */
function inItsLanguage(v: Visit, card: InvitationCard): Visit {
  return { ...v, language: pickLanguage(v.req.headers['accept-language'], card.language) }
}

function rememberedToken(v: Visit): string | null {
  const left = remembered(v)
  return left !== null && left.invitationId === v.req.params.id ? left.token : null
}

function note(v: Visit, card: InvitationCard): void {
  if (card.deliveryId === null) return
  const { headers, method } = v.req
  noteOpening(v.world, {
    deliveryId: card.deliveryId,
    at: v.now,
    method,
    signs: {
      agent: headers['user-agent'] ?? null,
      navigated: headers['sec-fetch-mode'] === 'navigate',
      cookies: headers.cookie !== undefined,
      prefetch: headers['sec-purpose'] !== undefined,
    },
    accountId: v.session?.account.id ?? null,
  })
}

/** What everybody else sees, whether or not there is such an invitation. */
function neutralPage(v: Visit): Shown {
  const body = html`<p>${say(v, 'invite.neutral.text')}</p>${joinForm(v)}`
  return answer(v, 200, { title: say(v, 'invite.neutral.title'), body, script: takeFragment })
}

function incompletePage(v: Visit): Shown {
  const body = html`<p>${say(v, 'incomplete.text')}</p>${joinForm(v)}`
  return explain(v, 404, 'link_incomplete', {
    title: say(v, 'incomplete.title'),
    body,
    script: cleanAddressBar,
  })
}
