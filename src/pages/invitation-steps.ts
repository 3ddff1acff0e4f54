// The steps of an invitation's forms: each needs a press, and whatever joins or declines needs a proof as well.
import { acceptAsPerson } from '../actions/accept-as-person.ts'
import { askForInvitation } from '../actions/ask-for-invitation.ts'
import { declineAsPerson } from '../actions/decline-as-person.ts'
import { endSession } from '../actions/end-session.ts'
import { findSession } from '../actions/find-session.ts'
import { sealSignInStart } from '../actions/sign-in-reference.ts'
import { startInvitationCode } from '../actions/start-invitation-code.ts'
import { AppError } from '../kernel/errors.ts'
import { addAddressStep } from './add-address.ts'
import { codePage, type Opened, pendingPage } from './invitation-card.ts'
import {
  alreadyPage,
  askedPage,
  declinedPage,
  invitationPage,
  joinedPage,
  waitingPage,
} from './invitation-ends.ts'
import { limitCodes } from './limits.ts'
import { openedBy } from './opened-invitation.ts'
import { noteProven } from './proven-browser.ts'
import { forgetInvitation, remember } from './remembered-invitation.ts'
import { codeFault } from './sign-in.ts'
import { begin, fieldsOf, forget, go, type Shown, type Visit } from './visit.ts'

export type Step = (v: Visit, opened: Opened) => Promise<Shown> | Shown

/** What a form at an opened invitation may do, by the last part of its address. */
export const invitationSteps: Record<string, Step> = {
  code: sendCode,
  acceptance: accept,
  declination: decline,
  sso,
  switch: switchAccount,
  'sign-in': leaveToSignIn,
  request: ask,
  address: addAddressStep,
}

/** A press on an invitation that no longer waits is refused with the page of what became of it. */
function settledElse(v: Visit, opened: Opened): Shown | null {
  const { status, replaced, viewer } = opened.card
  // A4: with another account signed in, nothing happens before the person has chosen between the two.
  if (viewer === 'other') return invitationPage(v, opened)
  if (status === 'pending' && !replaced) return null
  return { ...invitationPage(v, opened), status: 409 }
}

async function sendCode(v: Visit, opened: Opened): Promise<Shown> {
  const settled = settledElse(v, opened)
  if (settled !== null) return settled
  const { card } = opened
  const purpose = fieldsOf(v.req).purpose === 'decline' ? 'decline' : 'accept'
  await limitCodes(v, card.key)
  await startInvitationCode(v.world, { card, purpose, browser: v.browser, language: v.language })
  return codePage(v, opened, purpose, null)
}

/** A1 to A3: a typed code, or the session that the confirm page has shown. Anything less only shows the way (a scanner's press). */
async function accept(v: Visit, opened: Opened): Promise<Shown> {
  const { card } = opened
  if (card.settledByViewer && !card.replaced) return outcomePage(v, opened, true)
  const settled = settledElse(v, opened)
  if (settled !== null) return settled
  const { code, session: shown } = fieldsOf(v.req)
  const bySession = code === undefined
  if (bySession && (card.viewer !== 'P2' || shown !== v.session?.id)) return pendingPage(v, opened)
  try {
    const { world, browser, session: present } = v
    const accepted = await acceptAsPerson(world, { card, browser, present, code: code ?? null })
    const { token, expiresAt } = accepted
    if (token !== null) begin(v, { token, expiresAt })
    if (code !== undefined) noteProven(v, card.key)
    const session = token === null ? v.session : await findSession(world, token)
    const again = await openedBy({ ...v, session }, opened.token || null)
    forgetInvitation(v)
    return outcomePage({ ...v, session }, again ?? opened, accepted.existing)
  } catch (error) {
    return codeAgain(v, opened, 'accept', error)
  }
}

function codeAgain(v: Visit, opened: Opened, purpose: 'accept' | 'decline', error: unknown): Shown {
  if (!(error instanceof AppError) || error.kind !== 'unprocessable') throw error
  return { ...codePage(v, opened, purpose, codeFault(v, error)), reason: error.code }
}

/** A10, A19: the same page however often the same person presses. */
function outcomePage(v: Visit, opened: Opened, existing: boolean): Shown {
  const { card } = opened
  if (card.status === 'accepted_waiting') return waitingPage(v, opened)
  const member = v.session?.organization?.id === card.organizationId ? v.session.membership : null
  if (member === null && card.status !== 'accepted') return alreadyPage(v, card)
  return joinedPage(v, card, member?.role ?? card.role, existing)
}

async function decline(v: Visit, opened: Opened): Promise<Shown> {
  const settled = settledElse(v, opened)
  if (settled !== null) return settled
  const { card } = opened
  const { code } = fieldsOf(v.req)
  if (code === undefined && card.viewer !== 'P2') {
    await limitCodes(v, card.key)
    await startInvitationCode(v.world, { card, purpose: 'decline', browser: v.browser, language: v.language })
    return codePage(v, opened, 'decline', null)
  }
  try {
    const { world, browser, session } = v
    await declineAsPerson(world, { card, browser, session, code: code ?? null })
    return declinedPage(v, { ...opened, card: { ...card, status: 'declined' } })
  } catch (error) {
    return codeAgain(v, opened, 'decline', error)
  }
}

/** A8: the press is an intent that the sign-in carries; a proven person's consent is kept before they leave. */
async function sso(v: Visit, opened: Opened): Promise<Shown> {
  const { card } = opened
  const way = card.ways.find(({ connectionId }) => connectionId === fieldsOf(v.req).connection)
  const waits = card.status === 'accepted_waiting'
  if (way === undefined || (card.status !== 'pending' && !waits)) return invitationPage(v, opened)
  const { world, browser, session } = v
  const proven = card.viewer === 'P2' && session !== null
  if (proven && card.ssoOnly && !waits) {
    await acceptAsPerson(world, { card, browser, present: session, code: null })
  }
  const intent = {
    kind: 'accept' as const,
    invitationId: card.invitationId,
    accountId: proven ? session.account.id : null,
    provenAt: proven ? v.now.toISOString() : null,
  }
  const start = encodeURIComponent(sealSignInStart(world, intent, browser))
  return go(`/saml/${way.connectionId}/sign-in?start=${start}`)
}

async function switchAccount(v: Visit, opened: Opened): Promise<Shown> {
  if (v.session !== null) await endSession(v.world, v.session.id)
  forget(v)
  return leave(v, opened, `/invitations/${opened.card.invitationId}`)
}

function leaveToSignIn(v: Visit, opened: Opened): Shown {
  return leave(v, opened, '/sign-in')
}

function leave(v: Visit, { card, token }: Opened, location: string): Shown {
  if (token) remember(v, { invitationId: card.invitationId, token }, true)
  return go(location)
}

/** A4 and A14: the inviter is told, once a day. */
async function ask(v: Visit, { card }: Opened): Promise<Shown> {
  const address = card.viewer === 'other' ? (v.session?.account.email ?? card.email) : card.email
  const accountId = v.session?.account.id ?? null
  const { told } = await askForInvitation(v.world, { card, address, accountId })
  return askedPage(v, card, told)
}
