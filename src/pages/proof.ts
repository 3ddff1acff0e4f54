// `/proof`: where a single sign-on proves an address that its organization does not hold the domain of (B4, B6), and then ends.
import type { Router } from 'express'
import { type Finished, finishSignIn } from '../actions/finish-sign-in.ts'
import {
  confirmPendingProof,
  type PendingProof,
  readPendingProof,
  startPendingProof,
} from '../actions/prove-pending-sign-in.ts'
import type { World } from '../actions/world.ts'
import { html } from '../http/html.ts'
import { readSessionCookie } from '../http/session-cookie.ts'
import { clearPendingSignIn, readPendingSignIn } from '../http/sign-in-cookie.ts'
import { AppError } from '../kernel/errors.ts'
import { limitCodes } from './limits.ts'
import { noteProven } from './proven-browser.ts'
import { codeFault, replacePage } from './sign-in.ts'
import {
  begin,
  digitsField,
  explain,
  fieldsOf,
  form,
  go,
  onForm,
  onOpen,
  refuse,
  type Shown,
  say,
  type Visit,
} from './visit.ts'

export function proofRoutes(world: World, router: Router): void {
  router.get('/proof', onOpen(world, proofPage))
  router.post('/proof/code', onForm(world, sendCode))
  router.post('/proof/confirmation', onForm(world, confirm))
}

async function pendingOf(v: Visit): Promise<{ handle: string; proof: PendingProof } | null> {
  const handle = readPendingSignIn(v.req)
  const proof = handle === null ? null : await readPendingProof(v.world, handle, v.session)
  return handle === null || proof === null ? null : { handle, proof }
}

async function proofPage(v: Visit): Promise<Shown> {
  const pending = await pendingOf(v)
  if (pending === null) return gone(v)
  const { address, organizationName: organization, provenBySession } = pending.proof
  const current = v.session?.account.email ?? ''
  const bySession = provenBySession
    ? form(v, { action: '/proof/confirmation', button: say(v, 'proof.session', { current }) })
    : null
  const byCode = form(v, {
    action: '/proof/code',
    button: say(v, 'proof.send', { address }),
    ...(provenBySession ? { weight: 'quiet' } : {}),
  })
  return explain(v, 200, 'proof_required', {
    title: say(v, 'proof.title'),
    organizationName: organization,
    body: html`<p>${say(v, 'proof.lead', { organization, address })}</p>${bySession}${byCode}`,
  })
}

async function sendCode(v: Visit): Promise<Shown> {
  const pending = await pendingOf(v)
  if (pending === null) return gone(v)
  await limitCodes(v, pending.proof.address)
  await startPendingProof(v.world, pending.proof, v.browser)
  return codePage(v, pending.proof, null)
}

function codePage(v: Visit, proof: PendingProof, fault: AppError | null): Shown {
  const fields = digitsField(v, fault === null ? null : codeFault(v, fault))
  const body = html`<p>${say(v, 'code.lead', { address: proof.address })}</p>
${form(v, { action: '/proof/confirmation', fields, button: say(v, 'proof.submit') })}
${form(v, { action: '/proof/code', button: say(v, 'code.again'), weight: 'link' })}`
  const page = { title: say(v, 'code.title'), organizationName: proof.organizationName, body }
  return explain(v, fault === null ? 200 : 422, fault?.code ?? 'proof_required', page)
}

async function confirm(v: Visit): Promise<Shown> {
  const pending = await pendingOf(v)
  if (pending === null) return gone(v)
  const { handle, proof } = pending
  const { code } = fieldsOf(v.req)
  try {
    const { world, browser, session } = v
    await confirmPendingProof(world, { handle, code: code ?? null, browser, session })
    if (code !== undefined) noteProven(v, proof.key)
  } catch (error) {
    if (error instanceof AppError && error.kind === 'unprocessable') return codePage(v, proof, error)
    throw error
  }
  const finished = await finishSignIn(v.world, {
    connectionId: proof.connectionId,
    handle,
    browserNonce: v.browser,
    sessionToken: readSessionCookie(v.req),
    confirmed: false,
  })
  return finish(v, proof, finished)
}

async function finish(v: Visit, proof: PendingProof, finished: Finished): Promise<Shown> {
  const { publicUrl } = v.world
  switch (finished.outcome) {
    case 'signed_in':
      clearPendingSignIn(v.res, publicUrl)
      begin(v, { token: finished.sessionToken, expiresAt: finished.expiresAt })
      return go(finished.location)
    case 'proof':
      return proofPage(v)
    case 'confirm':
      return replacePage(v, finished, `/saml/${proof.connectionId}/continue`, { confirm: 'yes' })
    case 'refused': {
      clearPendingSignIn(v.res, publicUrl)
      const { reason, nextActor } = finished
      return refuse(v, 403, { reason, nextActor, organizationName: proof.organizationName })
    }
  }
}

function gone(v: Visit): Shown {
  const body = html`<p>${say(v, 'proof.gone.text')}</p><a class="button" href="/sign-in">${say(v, 'signin.link')}</a>`
  return explain(v, 404, 'request_unknown', { title: say(v, 'proof.gone.title'), body })
}
