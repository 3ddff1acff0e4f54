// The guard of outgoing HTTP: looks at the address that is really connected to, so that no name can point inside (SSRF).
import type { LookupAddress, LookupOptions } from 'node:dns'
import { lookup as systemLookup } from 'node:dns'
import { BlockList, isIP } from 'node:net'
import { buildConnector } from 'undici'

export interface GuardOptions {
  /** Loopback is for development: a receiver on one's own machine. */
  allowLoopback: boolean
  connectTimeoutMs: number
  /** How a name becomes addresses; the system's resolver unless a test says otherwise. */
  lookup?: typeof systemLookup
}

/** What a connection ends in when its address is not one of the public internet. */
export const ADDRESS_REFUSED = 'ADDRESS_REFUSED'

/** A connector for undici that refuses every address but public ones, given literally or found by name. */
export function guardedConnector(options: GuardOptions): buildConnector.connector {
  const refuses = (address: string) => !isAllowed(address, options.allowLoopback)
  const resolve = options.lookup ?? systemLookup
  const guardedLookup = (
    hostname: string,
    lookupOptions: LookupOptions,
    callback: (error: Error | null, address: string | LookupAddress[], family?: number) => void,
  ): void => {
    resolve(hostname, { ...lookupOptions, all: true }, (error, addresses) => {
      if (error) return callback(error, [])
      const inside = addresses.find(({ address }) => refuses(address))
      const first = addresses[0]
      // One address inside is enough to refuse: which of them is connected to is not ours to choose.
      if (inside || !first) return callback(refusal(inside?.address ?? hostname), [])
      if (lookupOptions.all) return callback(null, addresses)
      callback(null, first.address, first.family)
    })
  }
  const connect = buildConnector({ timeout: options.connectTimeoutMs, lookup: guardedLookup })
  return (target, callback) => {
    // A literal address is never looked up, so the hook above does not see it.
    const literal = target.hostname.replace(/^\[(.*)\]$/, '$1')
    if (isIP(literal) !== 0 && refuses(literal)) return callback(refusal(literal), null)
    connect(target, callback)
  }
}

function refusal(address: string): Error {
  return Object.assign(new Error(`${address} is no public address`), { code: ADDRESS_REFUSED })
}

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
export function isAllowed(address: string, allowLoopback: boolean): boolean {
  const bare = address.split('%')[0] ?? ''
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1]
  if (mapped !== undefined) return isAllowed(mapped, allowLoopback)
  const family = isIP(bare)
  if (family === 0) return false
  const type = family === 6 ? 'ipv6' : 'ipv4'
  if (loopback.check(bare, type)) return allowLoopback
  if (special.check(bare, type)) return false
  return family === 4 || unicast.check(bare, 'ipv6')
}
