// References by which a page or the API starts a sign-in for a purpose: sealed, short-lived, and no right by themselves.
import { constantTimeEqual, sha256 } from '../kernel/secrets.ts'
import type { SignInIntent } from '../store/pending-sign-ins.ts'
import type { World } from './world.ts'

const PURPOSE = 'sign-in-start'
const LIFE_MINUTES = 10

interface Sealed {
  intent: SignInIntent
  browser: string | null
  until: number
}

/** Seals an intent for `/saml/{connectionId}/sign-in?start=`; with `browserNonce` it works in that browser alone. */
export function sealSignInStart(world: World, intent: SignInIntent, browserNonce: string | null): string {
  const sealed: Sealed = {
    intent,
    browser: browserNonce === null ? null : sha256(browserNonce).toString('base64url'),
    until: world.clock.now().getTime() + LIFE_MINUTES * 60_000,
  }
  return world.secrets.encrypt(PURPOSE, JSON.stringify(sealed))
}

/** The intent of a reference; a plain sign-in where it is missing, altered, too old or another browser's. */
export function openSignInStart(world: World, reference: string | null, browserNonce: string): SignInIntent {
  const plain: SignInIntent = { kind: 'sign-in' }
  if (reference === null) return plain
  try {
    const sealed = JSON.parse(world.secrets.decrypt(PURPOSE, reference)) as Sealed
    if (sealed.until < world.clock.now().getTime()) return plain
    if (
      sealed.browser !== null &&
      !constantTimeEqual(sealed.browser, sha256(browserNonce).toString('base64url'))
    )
      return plain
    return sealed.intent
  } catch {
    return plain
  }
}
