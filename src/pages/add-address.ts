// A5: the signed-in person adds the invited address to their account, after an own proof and a code at the new address.
import { addInvitedAddress } from '../actions/add-invited-address.ts'
import { confirmProof } from '../actions/confirm-proof.ts'
import { findSession } from '../actions/find-session.ts'
import { readInvitationCard } from '../actions/read-invitation-card.ts'
import { startInvitationCode } from '../actions/start-invitation-code.ts'
import { startProof } from '../actions/start-proof.ts'
import { hasFreshOwnProof, type SessionView } from '../domain/session.ts'
import { html } from '../http/html.ts'
import { readSessionCookie } from '../http/session-cookie.ts'
import { AppError } from '../kernel/errors.ts'
import { inviterOf, type Opened, pendingPage, stepOf } from './invitation-card.ts'
import { invitationPage, joinedPage, waitingPage } from './invitation-ends.ts'
import { limitCodes } from './limits.ts'
import { codeFault } from './sign-in.ts'
import { answer, begin, digitsField, explain, fieldsOf, form, type Shown, say, type Visit } from './visit.ts'

/** One address for the three steps: ask (own proof where none is fresh), `proof=own` with a code, `proof=new` with a code. */
export async function addAddressStep(v: Visit, opened: Opened): Promise<Shown> {
  const { card } = opened
  if (card.status !== 'pending' || card.replaced) return { ...invitationPage(v, opened), status: 409 }
  if (v.session === null || card.viewer !== 'other') return pendingPage(v, opened)
  const { proof, code = '' } = fieldsOf(v.req)
  try {
    if (proof === 'new') return await confirmNew(v, opened, v.session, code)
    if (proof === 'own') {
      const { ownProofAt } = await confirmProof(v.world, v.session, code)
      return await askNew(v, opened, { ...v.session, ownProofAt })
    }
    return hasFreshOwnProof(v.session, v.now)
      ? await askNew(v, opened, v.session)
      : await askOwn(v, opened, v.session)
  } catch (error) {
    if (!(error instanceof AppError) || error.kind !== 'unprocessable') throw error
    const shown = proof === 'new' ? newPage(v, opened, error) : ownPage(v, opened, '', error)
    return { ...shown, reason: error.code }
  }
}

async function askOwn(v: Visit, opened: Opened, session: SessionView): Promise<Shown> {
  await limitCodes(v, session.account.id)
  const { address } = await startProof(v.world, session)
  return ownPage(v, opened, address, null)
}

function ownPage(v: Visit, opened: Opened, address: string, fault: AppError | null): Shown {
  const typed = form(v, {
    action: stepOf(opened, 'address'),
    carry: { t: opened.token, proof: 'own' },
    fields: digitsField(v, fault === null ? null : codeFault(v, fault)),
    button: say(v, 'own.button'),
  })
  return explain(v, fault === null ? 200 : 422, 'own_proof_required', {
    title: say(v, 'own.title'),
    organizationName: opened.card.organizationName,
    body: html`<p>${say(v, 'own.lead', { address: address || (v.session?.account.email ?? '') })}</p>${typed}`,
  })
}

async function askNew(v: Visit, opened: Opened, session: SessionView): Promise<Shown> {
  const { card } = opened
  await limitCodes(v, card.key)
  const { world, browser, language } = v
  const accountId = session.account.id
  await startInvitationCode(world, { card, purpose: 'add-address', browser, accountId, language })
  return newPage(v, opened, null)
}

function newPage(v: Visit, opened: Opened, fault: AppError | null): Shown {
  const { card, token } = opened
  const typed = form(v, {
    action: stepOf(opened, 'address'),
    carry: { t: token, proof: 'new' },
    fields: digitsField(v, fault === null ? null : codeFault(v, fault)),
    button: say(v, 'add.button', { organization: card.organizationName }),
  })
  return answer(v, fault === null ? 200 : 422, {
    title: say(v, 'code.title'),
    organizationName: card.organizationName,
    body: html`<p>${say(v, 'add.lead', { address: card.masked })}</p>${typed}`,
  })
}

async function confirmNew(v: Visit, opened: Opened, session: SessionView, code: string): Promise<Shown> {
  const { card } = opened
  const added = await addInvitedAddress(v.world, { card, session, code, browser: v.browser })
  if (added.outcome === 'two_accounts') return twoAccountsPage(v, opened)
  const { token: opens, expiresAt } = added
  if (opens !== null) begin(v, { token: opens, expiresAt })
  const token = opens ?? readSessionCookie(v.req)
  const now = token === null ? null : await findSession(v.world, token)
  const { invitationId } = card
  const again = await readInvitationCard(v.world, { invitationId, token: opened.token, session: now })
  const after = { ...opened, card: again ?? card }
  const w = { ...v, session: now }
  if (after.card.status === 'accepted_waiting') return waitingPage(w, after)
  return joinedPage(w, after.card, now?.membership?.role ?? card.role, false)
}

/** A6: no silent merge; the person chooses which of their accounts joins. */
function twoAccountsPage(v: Visit, opened: Opened): Shown {
  const { card, token } = opened
  const current = v.session?.account.email ?? ''
  const carry = { t: token }
  return explain(v, 409, 'wrong_account', {
    title: say(v, 'two.title'),
    organizationName: card.organizationName,
    body: html`<p>${say(v, 'two.lead', { address: card.masked, current })}</p>
${form(v, { action: stepOf(opened, 'switch'), carry, button: say(v, 'other.switch') })}
${form(v, { action: stepOf(opened, 'request'), carry, button: say(v, 'other.ask', { inviter: inviterOf(v, card), current }), weight: 'quiet' })}`,
  })
}
