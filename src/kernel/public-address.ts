// Which IP addresses may be connected to when somebody else names them: those of the public internet.
import { BlockList, isIP } from 'node:net'

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

// IANA's special-purpose registries (RFC 6890): private, link-local, shared, test, benchmark, multicast, reserved, transition.
const special = new BlockList()
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  special.addSubnet(net, bits, 'ipv4')
}

/** Global unicast; everything else of IPv6 is special. */
const unicast = new BlockList()
unicast.addSubnet('2000::', 3, 'ipv6')
for (const [net, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  special.addSubnet(net, bits, 'ipv6')
}

/** Whether an IP address may be connected to. An IPv4 address inside an IPv6 one is looked at as what it is. */
export function isPublicAddress(address: string, allowLoopback: boolean): boolean {
  const bare = address.split('%')[0] ?? ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (mapped !== undefined) return isPublicAddress(mapped, allowLoopback)
  const family = isIP(bare)
  if (family === 0) return false
  const type = family === 6 ? 'ipv6' : 'ipv4'
  if (loopback.check(bare, type)) return allowLoopback
  if (special.check(bare, type)) return false
  return family === 4 || unicast.check(bare, 'ipv6')
}
