// Where a request comes from, as far as the configured reverse proxies can be believed.
import { isIP, isIPv6 } from 'node:net'
import type { Request } from 'express'

/** The client's address: the connection's, or behind `TRUST_PROXY` proxies the one they report. */
export function clientAddress(req: Request): string {
  const reported = plain(req.ip ?? '')
  return isIP(reported) ? reported : plain(req.socket.remoteAddress ?? '') || 'unknown'
}

/** The part of the address by which one client is counted: an IPv4 address, or the /64 of an IPv6 one. */
export function clientNetwork(req: Request): string {
  const address = clientAddress(req)
  if (!isIPv6(address)) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail === undefined ? [] : tail.split(':').filter(Boolean)
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = [...left, ...zeros, ...right]
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
  return `${groups.join(':')}::/64`
}

function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
}
