// The guard of HTML forms: a nonce bound to a cookie of this browser, and Sec-Fetch-Site; never Origin, which our pages hide.
import { randomBytes } from 'node:crypto'
import type { Request, Response } from 'express'
import { AppError } from '../kernel/errors.ts'
import { constantTimeEqual, type Secrets } from '../kernel/secrets.ts'
import { readCookie, setCookie } from './session-cookie.ts'

export const BROWSER_COOKIE = 'gatehouse_browser'
export const NONCE_SECONDS = 600
const COOKIE_SECONDS = 3600

export interface GuardParts {
  readonly secrets: Secrets
  readonly publicUrl: string
}

/** What names this browser to codes and forms: 256 random bits in an HttpOnly, Lax cookie without any authority; made when absent. */
export function browserNonce(req: Request, res: Response, parts: GuardParts): string {
  const known = knownBrowser(req)
  const nonce = known ?? randomBytes(32).toString('base64url')
  setCookie(res, BROWSER_COOKIE, nonce, { publicUrl: parts.publicUrl, lifetimeSeconds: COOKIE_SECONDS })
  return nonce
}

/** The browser's nonce as it was sent, or null. */
export function knownBrowser(req: Request): string | null {
  const sent = readCookie(req, BROWSER_COOKIE)
  return sent !== null && /^[\w-]{43}$/.test(sent) ? sent : null
}

/** The hidden field of a form made now for this browser; `checkForm` takes it for ten minutes. */
export function formNonce(parts: GuardParts, browser: string, now: Date): string {
  const made = Math.floor(now.getTime() / 1000).toString(36)
  return `${made}.${mac(parts, browser, made)}`
}

/**
 * Refuses a POST that this browser was not shown a form for: AppError forbidden `form_expired`. A present `Sec-Fetch-Site` other than
 * `same-origin` refuses (Fetch Metadata §2.3), an absent one leaves it to the nonce. Answers the browser's nonce.
 */
export function checkForm(req: Request, parts: GuardParts, nonce: unknown, now: Date): string {
  checkSite(req)
  const browser = knownBrowser(req)
  const [made = '', sent = ''] = typeof nonce === 'string' ? nonce.split('.') : []
  const age = Math.floor(now.getTime() / 1000) - Number.parseInt(made, 36)
  const fresh = age >= 0 && age <= NONCE_SECONDS
  if (browser === null || !fresh || !constantTimeEqual(sent, mac(parts, browser, made))) throw expired()
  return browser
}

/** Refuses what another site's page sends. */
export function checkSite(req: Request): void {
  const site = req.headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin') throw expired()
}

/** Whether a browser fetches ahead of the person, who may never come: such a request finishes nothing (invariant 11). */
export function isPrefetch(req: Request): boolean {
  return /prefetch|prerender/i.test(String(req.headers['sec-purpose'] ?? req.headers.purpose ?? ''))
}

function mac(parts: GuardParts, browser: string, made: string): string {
  return parts.secrets.hmac('form', `${browser}.${made}`).toString('base64url')
}

function expired(): AppError {
  return new AppError(
    'forbidden',
    'form_expired',
    'This form was open for more than 10 minutes, or was not opened in this browser. Nothing was done: open the page again.',
  )
}
