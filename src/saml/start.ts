// The sign-in that begins here: an AuthnRequest on its way to the identity provider.
import type { Request, Response } from 'express'
import type { ConnectionForSignIn } from '../actions/find-connection.ts'
import { startSignIn } from '../actions/start-sign-in.ts'
import type { World } from '../actions/world.ts'
import { clientNetwork } from '../http/client-address.ts'
import { browserNonce } from '../http/form-guard.ts'
import { html } from '../http/html.ts'
import { sendPage } from '../http/page.ts'
import { takeFromLimit } from '../http/rate-limit.ts'
import { type AuthnRequest, postFields, redirectUrl } from './authn-request.ts'
import { refuse } from './refusals.ts'

const STARTS = { name: 'saml-start', points: 300, seconds: 60 }

/** `GET /sign-in?return_to=&start=`: keeps the request with this browser's nonce and sends the browser to the provider. */
export async function start(
  world: World,
  connection: ConnectionForSignIn,
  req: Request,
  res: Response,
): Promise<void> {
  await takeFromLimit(world, STARTS, clientNetwork(req))
  if (connection.status === 'off') {
    refuse(world, connection, res, { reason: 'connection_off', nextActor: 'org_admin' })
    return
  }
  const { requestId, relayState } = await startSignIn(world, {
    connectionId: connection.id,
    returnTo: text(req.query.return_to),
    start: text(req.query.start),
    browserNonce: browserNonce(req, res, world),
  })
  const request: AuthnRequest = {
    requestId,
    issuedAt: world.clock.now(),
    ssoUrl: connection.ssoUrl,
    spEntityId: connection.spEntityId,
    acsUrl: connection.acsUrl,
  }
  res.setHeader('Cache-Control', 'no-store')
  if (connection.ssoBinding === 'redirect') res.redirect(303, redirectUrl(request, relayState))
  else sendForm(world, connection, res, postFields(request, relayState))
}

/** Providers that take requests by POST alone get them from a button, which needs no script. */
function sendForm(
  world: World,
  connection: ConnectionForSignIn,
  res: Response,
  fields: Record<string, string>,
): void {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )
  sendPage(res, 200, {
    title: `Sign in to ${connection.organizationName}`,
    productName: world.productName,
    organizationName: connection.organizationName,
    formTargets: [new URL(connection.ssoUrl).origin],
    body: html`<form method="post" action="${connection.ssoUrl}">${inputs}<button>Continue with single sign-on</button></form>`,
  })
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' && value.length <= 2048 ? value : null
}
