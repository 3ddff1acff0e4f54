// The same-site hop in which a sign-in ends: here the browser's own cookies arrive.
import type { Request, Response } from 'express'
import type { ConnectionForSignIn } from '../actions/find-connection.ts'
import { finishSignIn } from '../actions/finish-sign-in.ts'
import type { World } from '../actions/world.ts'
import { browserNonce, checkForm, formNonce, knownBrowser } from '../http/form-guard.ts'
import { html } from '../http/html.ts'
import { sendPage } from '../http/page.ts'
import { readSessionCookie, setSessionCookie } from '../http/session-cookie.ts'
import { clearPendingSignIn, readPendingSignIn } from '../http/sign-in-cookie.ts'
import { refuse, startAgain } from './refusals.ts'

/** `GET|POST /continue`: consumes the pending sign-in of this browser; POST is the answer to the confirm page. */
export async function finish(
  world: World,
  connection: ConnectionForSignIn,
  req: Request,
  res: Response,
): Promise<void> {
  res.setHeader('Cache-Control', 'no-store')
  const confirmed = req.method === 'POST' && isConfirmed(world, req)
  const handle = readPendingSignIn(req)
  if (handle === null) return lost(world, connection, res)
  const finished = await finishSignIn(world, {
    connectionId: connection.id,
    handle,
    browserNonce: knownBrowser(req),
    sessionToken: readSessionCookie(req),
    confirmed,
  })
  switch (finished.outcome) {
    case 'signed_in': {
      const lifetimeSeconds = (finished.expiresAt.getTime() - world.clock.now().getTime()) / 1000
      clearPendingSignIn(res, world.publicUrl)
      setSessionCookie(res, finished.sessionToken, { publicUrl: world.publicUrl, lifetimeSeconds })
      res.redirect(303, finished.location)
      return
    }
    case 'proof':
      res.setHeader('Gatehouse-Reason', 'proof_required')
      res.redirect(303, finished.location)
      return
    case 'confirm':
      return confirm(world, connection, req, res, finished)
    case 'refused':
      clearPendingSignIn(res, world.publicUrl)
      return refuse(world, connection, res, {
        ...finished,
        ...(finished.reason === 'request_unknown' ? { actions: startAgain(connection, 'Start again') } : {}),
      })
  }
}

function isConfirmed(world: World, req: Request): boolean {
  const body = (req.body ?? {}) as Record<string, unknown>
  checkForm(req, world, body.nonce, world.clock.now())
  return body.confirm === 'yes'
}

function lost(world: World, connection: ConnectionForSignIn, res: Response): void {
  refuse(world, connection, res, {
    reason: 'request_unknown',
    nextActor: 'person',
    actions: startAgain(connection, 'Start again'),
  })
}

/** B15, T-25: another account is signed in here; both are named before anything changes. */
function confirm(
  world: World,
  connection: ConnectionForSignIn,
  req: Request,
  res: Response,
  people: { current: string; next: string },
): void {
  const nonce = formNonce(world, browserNonce(req, res, world), world.clock.now())
  sendPage(res, 200, {
    title: `Switch to ${people.next}?`,
    productName: world.productName,
    organizationName: connection.organizationName,
    body: html`<p>This browser is signed in as <strong>${people.current}</strong>. Your identity provider signs you in as <strong>${people.next}</strong>.</p>
<form method="post" action="/saml/${connection.id}/continue"><input type="hidden" name="nonce" value="${nonce}"><input type="hidden" name="confirm" value="yes"><button>Continue as ${people.next}</button></form>
<p><a href="/welcome">Stay signed in as ${people.current}</a></p>`,
  })
}
