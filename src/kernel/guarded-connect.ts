// The guard of outgoing HTTP: looks at the address that is really connected to, so that no name can point inside (SSRF).
import type { LookupAddress, LookupOptions } from 'node:dns'
import { lookup as systemLookup } from 'node:dns'
import { isIP } from 'node:net'
import { buildConnector } from 'undici'
import { isPublicAddress } from './public-address.ts'

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
  const refuses = (address: string) => !isPublicAddress(address, options.allowLoopback)
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
