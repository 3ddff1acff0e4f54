// The invitation that a person left for a moment, to sign in or to type its code: kept in a cookie without authority.
import { clearCookie, readCookie, setCookie } from '../http/session-cookie.ts'
import type { Visit } from './visit.ts'

const COOKIE = 'gatehouse_invitation'
const LIFETIME_SECONDS = 1800

export interface Remembered {
  invitationId: string
  /** A link's token or a reference that stands for it. */
  token: string
}

export function remember(visit: Visit, { invitationId, token }: Remembered): void {
  const { publicUrl } = visit.world
  setCookie(visit.res, COOKIE, `${invitationId}.${token}`, { publicUrl, lifetimeSeconds: LIFETIME_SECONDS })
}

export function remembered(visit: Visit): Remembered | null {
  const [invitationId = '', ...rest] = (readCookie(visit.req, COOKIE) ?? '').split('.')
  const token = rest.join('.')
  return invitationId && token ? { invitationId, token } : null
}

export function forgetInvitation(visit: Visit): void {
  if (readCookie(visit.req, COOKIE) !== null) clearCookie(visit.res, COOKIE, visit.world)
}
