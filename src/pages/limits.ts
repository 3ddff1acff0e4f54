// How often the pages may be asked for what costs a mail or a search.
import { addressKey } from '../domain/address.ts'
import { clientNetwork } from '../http/client-address.ts'
import { type Limit, takeFromLimit } from '../http/rate-limit.ts'
import { provenDevice } from './proven-browser.ts'
import type { Visit } from './visit.ts'

/** Codes to one address for one network, so that nobody's noise shuts the door for the person themselves (T-39). */
const CODES_PER_ADDRESS: Limit = { name: 'page-codes-address', points: 5, seconds: 900 }
/**
 * Codes to one address for all networks together: 500 guesses at six digits in six hours. Whoever commands many networks may shut the door of
 * codes to new browsers by it, not to those that proved the address before, and single sign-on stays open.
 */
const CODES_ANYWHERE: Limit = { name: 'page-codes-anywhere', points: 100, seconds: 21_600 }
/** The allowance of a browser in which the address was proven before. */
const CODES_PER_DEVICE: Limit = { name: 'page-codes-device', points: 10, seconds: 900 }
const CODES_PER_NETWORK: Limit = { name: 'page-codes-network', points: 60, seconds: 900 }
const TYPED_PER_NETWORK: Limit = { name: 'page-typed-network', points: 60, seconds: 900 }

/** Counts a code that is about to be mailed. AppError too_many `rate_limited`. */
export async function limitCodes(v: Visit, address: string): Promise<void> {
  const key = addressKey(address) ?? address
  const device = provenDevice(v, key)
  if (device !== null) return takeFromLimit(v.world, CODES_PER_DEVICE, `${device} ${key}`)
  const network = clientNetwork(v.req)
  await takeFromLimit(v.world, CODES_PER_NETWORK, network)
  await takeFromLimit(v.world, CODES_PER_ADDRESS, `${network} ${key}`)
  await takeFromLimit(v.world, CODES_ANYWHERE, key)
}

/** Counts a typed invitation code. AppError too_many `rate_limited`. */
export async function limitTyping(v: Visit): Promise<void> {
  await takeFromLimit(v.world, TYPED_PER_NETWORK, clientNetwork(v.req))
}
