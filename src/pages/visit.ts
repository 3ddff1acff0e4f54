// One request for a page: the browser, its session and language, and the forms and answers made for it.
import type { Request, RequestHandler, Response } from 'express'
import { findSession } from '../actions/find-session.ts'
import type { World } from '../actions/world.ts'
import type { SessionView } from '../domain/session.ts'
import { browserNonce, checkForm, formNonce } from '../http/form-guard.ts'
import { type Html, html } from '../http/html.ts'
import { type Language, type Params, pickLanguage } from '../http/messages.ts'
import { type Page, type RefusalPage, refusalPage, sendPage } from '../http/page.ts'
import { clearSessionCookie, readSessionCookie, setSessionCookie } from '../http/session-cookie.ts'
import { type TextKey, text } from './texts.ts'

export interface Visit {
  world: World
  req: Request
  res: Response
  now: Date
  /** What names this browser to codes and forms. */
  browser: string
  nonce: string
  session: SessionView | null
  language: Language
}

/** The fields of a form; those that were sent several times count as absent. */
export function fieldsOf(req: Request): Record<string, string> {
  const body: unknown = req.body
  if (typeof body !== 'object' || body === null) return {}
  return Object.fromEntries(
    Object.entries(body).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  )
}

/** A text in the visitor's language; `{product}` is always known. */
export function say(visit: Visit, key: TextKey, params: Params = {}): string {
  return text(visit.language, key, { product: visit.world.productName, ...params })
}

export type PageParts = Omit<Page, 'productName' | 'language'>

/** What a handler wants shown: a page with its status and reason, or another address by GET. */
export type Shown = { status: number; reason: string | null; page: Page } | { location: string }

export function answer(visit: Visit, status: number, page: PageParts): Shown {
  const { productName } = visit.world
  return { status, reason: null, page: { ...page, productName, language: visit.language } }
}

/** A page with the header `Gatehouse-Reason`: a state to explain, in the words of the page itself. */
export function explain(visit: Visit, status: number, reason: string, page: PageParts): Shown {
  const footnote = html`<p>Code: ${reason}</p>`
  return { ...answer(visit, status, { footnote, ...page }), reason }
}

/** The refusal page of a reason, in the words of the catalogue where the page has none of its own. */
export function refuse(
  visit: Visit,
  status: number,
  refusal: Omit<RefusalPage, 'productName' | 'language'>,
): Shown {
  const { productName } = visit.world
  const page = refusalPage({ ...refusal, productName, language: visit.language })
  return { status, reason: refusal.reason, page }
}

/** Sends the browser on by GET. */
export function go(location: string): Shown {
  return { location }
}

/** The handler of a page that is opened. */
export function onOpen(world: World, show: (visit: Visit) => Shown | Promise<Shown>): RequestHandler {
  return async (req, res) => {
    const browser = browserNonce(req, res, world)
    const made = await makeVisit(world, req, res, browser)
    send(res, await show(made))
  }
}

/** The handler of one of our forms: AppError forbidden `form_expired` where this browser was not shown it. */
export function onForm(world: World, act: (visit: Visit) => Shown | Promise<Shown>): RequestHandler {
  return async (req, res) => {
    checkForm(req, world, fieldsOf(req).nonce, world.clock.now())
    const made = await makeVisit(world, req, res, browserNonce(req, res, world))
    send(res, await act(made))
  }
}

export function send(res: Response, shown: Shown): void {
  if ('location' in shown) {
    res.setHeader('Cache-Control', 'no-store')
    res.redirect(303, shown.location)
    return
  }
  if (shown.reason !== null) res.setHeader('Gatehouse-Reason', shown.reason)
  sendPage(res, shown.status, shown.page)
}

export interface FormParts {
  action: string
  /** Hidden fields. */
  carry?: Record<string, string>
  fields?: Html
  button: string
  /** A second choice, or one that is hardly ever meant. */
  weight?: 'quiet' | 'link'
}

/** A form with its nonce and one button. */
export function form(visit: Visit, { action, carry, fields, button, weight }: FormParts): Html {
  const hidden = Object.entries({ nonce: visit.nonce, ...carry }).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  return html`<form method="post" action="${action}"${weight ? html` class="plain"` : null}>${hidden}${fields}
<button type="submit"${weight ? html` class="${weight}"` : null}>${button}</button></form>`
}

/** The field for six digits, ready for the code that a phone offers from the message. */
export function digitsField(visit: Visit, fault?: string | null): Html {
  return html`<label for="code">${say(visit, 'code.label')}</label>
${fault ? html`<p class="note" id="fault" role="alert">${fault}</p>` : null}
<input class="code" id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9 ]*" maxlength="9" required autofocus${fault ? html` aria-describedby="fault"` : null}>`
}

/** Where forms may lead besides to us: an identity provider and wherever it sends its people to sign in. */
export function ssoTargets(ways: readonly { ssoUrl: string }[]): string[] {
  if (ways.length === 0) return []
  const plain = ways.flatMap(({ ssoUrl }) => (URL.canParse(ssoUrl) ? [new URL(ssoUrl).origin] : []))
  return ['https:', ...new Set(plain.filter((origin) => origin.startsWith('http:')))]
}

/** Gives the browser a session that a deed opened; the cookie ends with it. */
export function begin(visit: Visit, opened: { token: string; expiresAt: Date }): void {
  const { publicUrl } = visit.world
  const lifetimeSeconds = (opened.expiresAt.getTime() - visit.now.getTime()) / 1000
  setSessionCookie(visit.res, opened.token, { publicUrl, lifetimeSeconds })
}

export function forget(visit: Visit): void {
  clearSessionCookie(visit.res, visit.world.publicUrl)
}

async function makeVisit(world: World, req: Request, res: Response, browser: string): Promise<Visit> {
  const token = readSessionCookie(req)
  const now = world.clock.now()
  return {
    world,
    req,
    res,
    now,
    browser,
    nonce: formNonce(world, browser, now),
    session: token === null ? null : await findSession(world, token),
    language: pickLanguage(req.headers['accept-language']),
  }
}
