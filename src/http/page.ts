// The one layout of every HTML page, and the refusal page that all HTML doors share.
import { createHash } from 'node:crypto'
import type { Response } from 'express'
import helmet from 'helmet'
import type { NextActor, ReasonCode } from '../domain/reason.ts'
import { type Html, html, raw } from './html.ts'
import type { Language } from './messages.ts'
import { pageStyle } from './page-style.ts'
import { nextStepText, reasonText } from './reason-texts.ts'

export interface Page {
  title: string
  body: Html
  productName: string
  /** Shown above the title. */
  organizationName?: string | null | undefined
  language?: Language | undefined
  /** Small print under the card: the reason code, a help line. */
  footnote?: Html | undefined
  /** A script of ours, a constant of the program; the page works without it. */
  script?: string | undefined
  /** Origins besides our own that forms may lead to, for instance an identity provider's (CSP `form-action`). */
  formTargets?: readonly string[] | undefined
  wide?: boolean | undefined
}

export interface RefusalPage {
  reason: ReasonCode
  nextActor: NextActor
  productName: string
  organizationName?: string | null | undefined
  /** Instead of the catalogue's title and sentence. */
  title?: string | undefined
  message?: string | undefined
  /** Buttons, links or forms below the sentence. */
  actions?: Html | undefined
  language?: Language | undefined
  formTargets?: readonly string[] | undefined
}

/** The whole document. The layout holds nothing from outside but what `html` has escaped. */
export function renderPage(page: Page): string {
  const language = page.language ?? 'en'
  const document = html`<!doctype html>
<html lang="${language}" dir="${RIGHT_TO_LEFT.has(language) ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex,nofollow">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${page.title} · ${page.productName}</title>
<style>${raw(pageStyle)}</style>
</head>
<body>
<header>${page.productName}</header>
<main${page.wide ? raw(' class="wide"') : null}>
${page.organizationName ? html`<p class="over">${page.organizationName}</p>` : null}
<h1>${page.title}</h1>
${page.body}
</main>
<footer>${page.footnote}</footer>
${page.script ? html`<script>${raw(page.script)}</script>` : null}
</body>
</html>
`
  return document.text
}

/**
 * Sends a page: not stored, not indexed, without referrer, framed by nobody, with a Content-Security-Policy that
 * allows nothing but this style, this script and forms to ourselves (and `formTargets`).
 */
export function sendPage(res: Response, status: number, page: Page): void {
  securityHeaders(res, page)
  res.status(status)
  res.setHeader('Content-Type', 'text/html; charset=utf-8')
  res.setHeader('Content-Language', page.language ?? 'en')
  res.end(res.req.method === 'HEAD' ? undefined : renderPage(page))
}

/** The page of a refusal: what happened, who must act, which button does it, and the code for support. */
export function refusalPage(refusal: RefusalPage): Page {
  const language = refusal.language ?? 'en'
  const places = { organization: refusal.organizationName ?? '', product: refusal.productName }
  const text = reasonText(refusal.reason, language, places)
  return {
    title: refusal.title ?? text.title,
    productName: refusal.productName,
    organizationName: refusal.organizationName,
    language,
    formTargets: refusal.formTargets,
    body: html`<p>${refusal.message ?? text.message}</p>${refusal.actions}`,
    footnote: html`<p>${nextStepText(refusal.nextActor, language, places)}</p><p>Code: ${refusal.reason}</p>`,
  }
}

/** Answers with the refusal page and the header `Gatehouse-Reason`. */
export function sendRefusal(res: Response, status: number, refusal: RefusalPage): void {
  res.setHeader('Gatehouse-Reason', refusal.reason)
  sendPage(res, status, refusalPage(refusal))
}

// Languages that are written from right to left, should the catalogue come to speak one.
const RIGHT_TO_LEFT: ReadonlySet<string> = new Set(['ar', 'he', 'fa', 'ur'])

const STYLE_HASH = sourceHash(pageStyle)

function sourceHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`
}

function securityHeaders(res: Response, page: Page): void {
  const script = page.script === undefined ? [] : [sourceHash(page.script)]
  const directives = {
    'default-src': ["'none'"],
    'style-src': [STYLE_HASH],
    'script-src': script.length ? script : ["'none'"],
    'connect-src': script.length ? ["'self'"] : ["'none'"],
    'form-action': ["'self'", ...(page.formTargets ?? [])],
    'base-uri': ["'none'"],
    'frame-ancestors': ["'none'"],
  }
  const policy = helmet.contentSecurityPolicy({ useDefaults: false, directives })
  policy(res.req, res, () => {})
  res.setHeader('Cache-Control', 'no-store')
  res.setHeader('Referrer-Policy', 'no-referrer')
  res.setHeader('X-Robots-Tag', 'noindex, nofollow')
  res.setHeader('X-Frame-Options', 'DENY')
  res.setHeader('X-Content-Type-Options', 'nosniff')
  res.setHeader('Cross-Origin-Opener-Policy', 'same-origin')
}
