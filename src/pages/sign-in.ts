// Signing in and out: by a code at one's address, by the single sign-on of its domain, by the host product's one-time address.
import type { Router } from 'express'
import { chooseOrganization } from '../actions/choose-organization.ts'
import { endSession } from '../actions/end-session.ts'
import { findSignInWays, type SignInWay } from '../actions/find-sign-in-ways.ts'
import { finishCodeSignIn } from '../actions/finish-code-sign-in.ts'
import { openHandoff } from '../actions/open-handoff.ts'
import { startCodeSignIn } from '../actions/start-code-sign-in.ts'
import type { World } from '../actions/world.ts'
import { type AddressKey, addressKey, domainOf } from '../domain/address.ts'
import { isPrefetch } from '../http/form-guard.ts'
import { html } from '../http/html.ts'
import { AppError } from '../kernel/errors.ts'
import { limitCodes } from './limits.ts'
import { noteProven } from './proven-browser.ts'
import { remember, remembered } from './remembered-invitation.ts'
import {
  answer,
  begin,
  digitsField,
  explain,
  fieldsOf,
  forget,
  form,
  go,
  onForm,
  onOpen,
  refuse,
  type Shown,
  say,
  ssoTargets,
  type Visit,
} from './visit.ts'

/** `/sign-in…` and `/sign-out`. */
export function signInRoutes(world: World, router: Router): void {
  router.get(
    '/sign-in',
    onOpen(world, (v) => addressPage(v, 200)),
  )
  router.post('/sign-in', onForm(world, askAddress))
  router.post('/sign-in/code', onForm(world, sendCode))
  router.post('/sign-in/confirmation', onForm(world, confirm))
  router.post('/sign-in/organization', onForm(world, choose))
  router.get('/sign-in/handoff', onOpen(world, handoff))
  router.post('/sign-in/handoff', onForm(world, confirmHandoff))
  router.post('/sign-out', onForm(world, signOut))
}

function addressPage(v: Visit, status: number, fault?: string, typed = ''): Shown {
  const fields = html`<label for="email">${say(v, 'signin.email')}</label>
${fault ? html`<p class="note" id="fault" role="alert">${fault}</p>` : null}
<input id="email" name="email" type="email" autocomplete="username" maxlength="254" required autofocus value="${typed}"${fault ? html` aria-describedby="fault"` : null}>`
  const body = form(v, { action: '/sign-in', fields, button: say(v, 'signin.button') })
  return answer(v, status, { title: say(v, 'signin.title'), body })
}

interface Asked {
  address: string
  key: AddressKey
}

function askedOf(v: Visit): Asked | null {
  const address = (fieldsOf(v.req).email ?? '').trim()
  const key = addressKey(address)
  return key === null ? null : { address, key }
}

async function askAddress(v: Visit): Promise<Shown> {
  const asked = askedOf(v)
  if (asked === null) return addressPage(v, 400, say(v, 'join.bad.address'), fieldsOf(v.req).email)
  const ways = await findSignInWays(v.world, asked.key)
  if (ways.length === 0) return mailAndShow(v, asked)
  return waysPage(v, asked, ways)
}

function waysPage(v: Visit, { address, key }: Asked, ways: readonly SignInWay[]): Shown {
  const sso = ways.map(
    (way) =>
      html`<form method="get" action="/saml/${way.connectionId}/sign-in"><button type="submit">${say(v, 'signin.way', { organization: way.organizationName })}</button></form>`,
  )
  const byCode = form(v, {
    action: '/sign-in/code',
    carry: { email: address },
    button: say(v, 'signin.code.button'),
    weight: 'quiet',
  })
  return answer(v, 200, {
    title: say(v, 'signin.ways.title'),
    body: html`<p>${say(v, 'signin.ways.text', { domain: domainOf(key) })}</p>${sso}<hr class="rule">${byCode}`,
    formTargets: ssoTargets(ways),
  })
}

async function sendCode(v: Visit): Promise<Shown> {
  const asked = askedOf(v)
  if (asked === null) return addressPage(v, 400, say(v, 'join.bad.address'), fieldsOf(v.req).email)
  return mailAndShow(v, asked)
}

async function mailAndShow(v: Visit, asked: Asked): Promise<Shown> {
  await limitCodes(v, asked.address)
  await startCodeSignIn(v.world, { ...asked, browser: v.browser, language: v.language })
  return codePage(v, 200, asked)
}

function codePage(v: Visit, status: number, { address }: Asked, fault?: string): Shown {
  const carry = { email: address }
  const body = html`<p>${say(v, 'signin.code.lead', { address })}</p>
${form(v, { action: '/sign-in/confirmation', carry, fields: digitsField(v, fault), button: say(v, 'signin.code.submit') })}
${form(v, { action: '/sign-in/code', carry, button: say(v, 'code.again'), weight: 'link' })}
<p class="soft"><a href="/sign-in">${say(v, 'signin.again')}</a></p>`
  return answer(v, status, { title: say(v, 'code.title'), body })
}

async function confirm(v: Visit): Promise<Shown> {
  const asked = askedOf(v)
  if (asked === null) return addressPage(v, 400, say(v, 'join.bad.address'))
  const { code = '', confirmed } = fieldsOf(v.req)
  try {
    const { world, browser, session: present } = v
    const signIn = { ...asked, code, browser, present, confirmed: confirmed === 'yes' }
    const done = await finishCodeSignIn(world, signIn)
    if (done.outcome === 'confirm') {
      const carry = { email: asked.address, code, confirmed: 'yes' }
      return replacePage(v, done, '/sign-in/confirmation', carry)
    }
    if (done.outcome === 'unknown')
      return refuse(v, 403, { reason: 'unknown_person', nextActor: 'org_admin' })
    noteProven(v, asked.key)
    begin(v, done)
    return afterSignIn(v)
  } catch (error) {
    if (!(error instanceof AppError) || !['code_wrong', 'code_expired'].includes(error.code)) throw error
    return { ...codePage(v, 422, asked, codeFault(v, error)), reason: error.code }
  }
}

/** What to say above the field of a code that was not taken. */
export function codeFault(v: Visit, error: AppError): string {
  if (error.code === 'code_wrong') return say(v, 'code.wrong', { tries: Number(error.details.triesLeft) })
  return error.message
}

/** Another account's session is in this browser: both are named before anything changes (T-25). */
export function replacePage(
  v: Visit,
  { current, next }: { current: string; next: string },
  action: string,
  carry: Record<string, string>,
): Shown {
  return answer(v, 200, {
    title: say(v, 'replace.title', { next }),
    body: html`<p>${say(v, 'replace.lead', { current })}</p>
${form(v, { action, carry, button: say(v, 'replace.button', { next }) })}
<a class="button quiet" href="/welcome">${say(v, 'replace.stay', { current })}</a>`,
  })
}

/** Back to the invitation that was left to sign in, else to the welcome page. */
function afterSignIn(v: Visit): Shown {
  const left = remembered(v)
  if (left === null || !left.awaited) return go('/welcome')
  remember(v, left)
  return go(`/invitations/${left.invitationId}`)
}

async function choose(v: Visit): Promise<Shown> {
  if (v.session === null) return go('/sign-in')
  const { organization = '' } = fieldsOf(v.req)
  begin(v, await chooseOrganization(v.world, v.session, organization))
  return go('/welcome')
}

async function handoff(v: Visit): Promise<Shown> {
  const { method, query } = v.req
  // HEAD and prefetches look without using the address up.
  if (method === 'HEAD' || isPrefetch(v.req)) {
    return answer(v, 200, { title: say(v, 'welcome.title'), body: html`` })
  }
  return openAndGo(v, typeof query.t === 'string' ? query.t : '', false)
}

async function confirmHandoff(v: Visit): Promise<Shown> {
  return openAndGo(v, fieldsOf(v.req).t ?? '', true)
}

async function openAndGo(v: Visit, token: string, confirmed: boolean): Promise<Shown> {
  const done = await openHandoff(v.world, { token, present: v.session, confirmed })
  if (done.outcome === 'confirm') return replacePage(v, done, '/sign-in/handoff', { t: token })
  if (done.outcome === 'unknown') {
    const body = html`<p>${say(v, 'handoff.gone.text')}</p>`
    return explain(v, 404, 'request_unknown', { title: say(v, 'handoff.gone.title'), body })
  }
  begin(v, done)
  return afterSignIn(v)
}

async function signOut(v: Visit): Promise<Shown> {
  if (v.session !== null) await endSession(v.world, v.session.id)
  forget(v)
  return answer(v, 200, {
    title: say(v, 'out.title'),
    body: html`<p>${say(v, 'out.text')}</p><a class="button quiet" href="/sign-in">${say(v, 'signin.link')}</a>`,
  })
}
