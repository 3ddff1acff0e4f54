// Looks at an address to which this server shall send: of the web, without a name and password, and not inside the network.
import { isIP } from 'node:net'
import { invalidField } from '../kernel/errors.ts'
import { isPublicAddress } from '../kernel/public-address.ts'
import type { World } from './world.ts'

/** AppError invalid that names the field at `path` where the address is none that we may send to. */
export function checkOutgoingAddress(world: World, text: string, path: string): void {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    throw invalidField(path, 'must be an https address without a name and password')
  }
  if (world.production && url.protocol !== 'https:') throw invalidField(path, 'must begin with https://')
  // A name is looked at when it is connected to; an address can be told from its text.
  const literal = url.hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(literal) !== 0 && !isPublicAddress(literal, !world.production)) {
    throw invalidField(path, 'must be an address of the public internet')
  }
}
