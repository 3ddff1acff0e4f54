// Which addresses this browser has proven before: whoever floods an address with wrong codes does not shut its owner out (T-39).
import { randomBytes } from 'node:crypto'
import type { AddressKey } from '../domain/address.ts'
import { readCookie, setCookie } from '../http/session-cookie.ts'
import { constantTimeEqual } from '../kernel/secrets.ts'
import type { Visit } from './visit.ts'

const COOKIE = 'gatehouse_proven'
const LIFETIME_SECONDS = 180 * 24 * 3600
const KEPT = 8

/** Notes that a code at the address was typed here. The cookie lets more codes be asked for and proves nothing. */
export function noteProven(v: Visit, key: AddressKey): void {
  const { device, marks } = read(v)
  const mark = markOf(v, device, key)
  const value = [device, ...[mark, ...marks.filter((known) => known !== mark)].slice(0, KEPT)].join('.')
  setCookie(v.res, COOKIE, value, { publicUrl: v.world.publicUrl, lifetimeSeconds: LIFETIME_SECONDS })
}

/** A name of this browser where it proved the address before, else null. */
export function provenDevice(v: Visit, key: AddressKey): string | null {
  const { device, marks } = read(v)
  const mark = markOf(v, device, key)
  return marks.some((known) => constantTimeEqual(known, mark)) ? device : null
}

function read(v: Visit): { device: string; marks: string[] } {
  const [device = '', ...marks] = (readCookie(v.req, COOKIE) ?? '').split('.')
  return /^[\w-]{22}$/.test(device)
    ? { device, marks: marks.slice(0, KEPT) }
    : { device: randomBytes(16).toString('base64url'), marks: [] }
}

function markOf(v: Visit, device: string, key: AddressKey): string {
  return v.world.secrets.hmac('proven-browser', `${device} ${key}`).toString('base64url').slice(0, 22)
}
