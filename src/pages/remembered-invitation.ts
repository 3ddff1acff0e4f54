// The invitation that this browser has opened: kept for half an hour in a cookie without authority, so that a reload and a sign-in lead back to it.
import { clearCookie, readCookie, setCookie } from '../http/session-cookie.ts'
import type { Visit } from './visit.ts'

const COOKIE = 'gatehouse_invitation'
const LIFETIME_SECONDS = 1800

export interface Remembered {
  invitationId: string
  /** A link's token or a reference that stands for it. */
  token: string
}

/** `awaited`: the person left it to sign in, so the sign-in ends there. */
export function remember(v: Visit, { invitationId, token }: Remembered, awaited = false): void {
  const { publicUrl } = v.world
  const value = `${awaited ? 'awaited' : 'opened'}.${invitationId}.${token}`
  setCookie(v.res, COOKIE, value, { publicUrl, lifetimeSeconds: LIFETIME_SECONDS })
}

export function remembered(v: Visit): (Remembered & { awaited: boolean }) | null {
  const [state = '', invitationId = '', ...rest] = (readCookie(v.req, COOKIE) ?? '').split('.')
  const token = rest.join('.')
  return invitationId && token ? { invitationId, token, awaited: state === 'awaited' } : null
}

export function forgetInvitation(v: Visit): void {
  if (readCookie(v.req, COOKIE) !== null) clearCookie(v.res, COOKIE, v.world)
}
