// The cookie that carries a pending sign-in from the identity provider's answer, over a proof or confirm page, to its end.
import type { Request, Response } from 'express'
import { clearCookie, readCookie, setCookie } from './session-cookie.ts'

const SIGN_IN_COOKIE = 'gatehouse_sign_in'
const SECONDS = 900

/** Keeps the handle of a pending sign-in in this browser for as long as one can live. */
export function setPendingSignIn(res: Response, handle: string, publicUrl: string): void {
  setCookie(res, SIGN_IN_COOKIE, handle, { publicUrl, lifetimeSeconds: SECONDS })
}

/** The handle of this browser's pending sign-in, or null. */
export function readPendingSignIn(req: Request): string | null {
  return readCookie(req, SIGN_IN_COOKIE)
}

/** Forgets the pending sign-in of this browser. */
export function clearPendingSignIn(res: Response, publicUrl: string): void {
  clearCookie(res, SIGN_IN_COOKIE, { publicUrl })
}
