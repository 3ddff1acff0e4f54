// The session cookie, and the reading of cookies that all doors share.
import type { Request, Response } from 'express'

export const SESSION_COOKIE = 'gatehouse_session'

export interface CookieScope {
  /** The product's public address: under https the cookie is Secure. */
  publicUrl: string
  /** Seconds for which the browser keeps it; left out, until the browser closes. */
  lifetimeSeconds?: number
  /** The path under which it is sent; `/` unless said otherwise. */
  path?: string
}

/** Sets a cookie that scripts cannot read and other sites' POSTs do not carry (HttpOnly, SameSite=Lax). */
export function setCookie(res: Response, name: string, value: string, scope: CookieScope): void {
  const age = scope.lifetimeSeconds
  res.cookie(name, value, {
    httpOnly: true,
    sameSite: 'lax',
    secure: scope.publicUrl.startsWith('https:'),
    path: scope.path ?? '/',
    ...(age === undefined ? {} : { maxAge: Math.max(0, Math.floor(age)) * 1000 }),
  })
}

/** Takes a cookie away; the scope is the one it was set with. */
export function clearCookie(res: Response, name: string, scope: CookieScope): void {
  const secure = scope.publicUrl.startsWith('https:')
  res.clearCookie(name, { httpOnly: true, sameSite: 'lax', secure, path: scope.path ?? '/' })
}

/** The value of a cookie as the browser sent it, or null. Of several with one name the first counts. */
export function readCookie(req: Request, name: string): string | null {
  for (const pair of (req.headers.cookie ?? '').split(';')) {
    const at = pair.indexOf('=')
    if (at < 0 || pair.slice(0, at).trim() !== name) continue
    const value = pair.slice(at + 1).trim()
    try {
      return decodeURIComponent(value)
    } catch {
      return value
    }
  }
  return null
}

/** Gives the browser its session. */
export function setSessionCookie(res: Response, token: string, scope: CookieScope): void {
  setCookie(res, SESSION_COOKIE, token, scope)
}

/** Takes the browser's session away. */
export function clearSessionCookie(res: Response, publicUrl: string): void {
  clearCookie(res, SESSION_COOKIE, { publicUrl })
}

/** The session token that the browser sent, or null. */
export function readSessionCookie(req: Request): string | null {
  return readCookie(req, SESSION_COOKIE)
}
