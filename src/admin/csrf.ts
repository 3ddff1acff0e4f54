// The token by which a call with the session cookie shows that it comes from a page of ours.
import type { World } from '../actions/world.ts'

/** Bound to the session, so that it lives and ends with it; base64url. */
export function csrfToken(world: World, sessionId: string): string {
  return world.secrets.hmac('csrf', sessionId).toString('base64url')
}
