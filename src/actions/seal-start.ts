// What a person pressed before a sign-in began, carried to the SAML door sealed and bound to the browser that pressed it.
import { constantTimeEqual, sha256 } from '../kernel/secrets.ts'
import type { World } from './world.ts'

/** A press of "continue with single sign-on" on an invitation: it becomes consent only when the sign-in returns (A8). */
export interface StartIntent {
  kind: 'accept'
  invitationId: string
  /** The account that an own proof showed before the press (it counts as R3 here); null where nothing was proven. */
  accountId: string | null
}

const PURPOSE = 'sign-in-start'
const MINUTES = 10

/** The `start` parameter of `/saml/{connectionId}/sign-in`. Only a guarded POST makes one: no link can consent for its reader. */
export function sealStart(world: World, browserNonce: string, intent: StartIntent): string {
  const until = world.clock.now().getTime() + MINUTES * 60_000
  const owner = sha256(browserNonce).toString('base64url')
  return world.secrets.encrypt(PURPOSE, JSON.stringify([owner, until, intent]))
}

/** The intent that this browser brought, or null where it is absent, another browser's, too old or altered. */
export function openStart(world: World, browserNonce: string, sealed: string | null): StartIntent | null {
  if (sealed === null) return null
  try {
    const [owner, until, intent] = JSON.parse(world.secrets.decrypt(PURPOSE, sealed)) as [
      string,
      number,
      StartIntent,
    ]
    const own = constantTimeEqual(owner, sha256(browserNonce).toString('base64url'))
    return own && until > world.clock.now().getTime() ? intent : null
  } catch {
    return null
  }
}
