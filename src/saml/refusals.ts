// How this door says no: a page with the reason code in it and in a header, and never more than the reader may know.
import type { Response } from 'express'
import type { ConnectionForSignIn } from '../actions/find-connection.ts'
import type { World } from '../actions/world.ts'
import type { NextActor, ReasonCode } from '../domain/reason.ts'
import { type Html, html } from '../http/html.ts'
import { sendRefusal } from '../http/page.ts'

export interface DoorRefusal {
  reason: ReasonCode
  nextActor: NextActor
  message?: string | undefined
  actions?: Html | undefined
  /** 403 unless said otherwise. */
  status?: number
}

/** The one who can do something about each refusal that this door makes by itself. */
export const nextActors: Partial<Record<ReasonCode, NextActor>> = {
  saml_response_invalid: 'idp_admin',
  attribute_missing: 'idp_admin',
  request_unknown: 'person',
  idp_initiated_off: 'person',
  connection_off: 'org_admin',
  rate_limited: 'person',
}

/** Sends the refusal page; status 403 (400 where no message came). */
export function refuse(
  world: World,
  connection: ConnectionForSignIn,
  res: Response,
  refusal: DoorRefusal,
): void {
  sendRefusal(res, refusal.status ?? 403, {
    reason: refusal.reason,
    nextActor: refusal.nextActor,
    productName: world.productName,
    organizationName: connection.organizationName,
    message: refusal.message,
    actions: refusal.actions,
  })
}

/** The button that begins the sign-in here, for what can be mended by beginning again. */
export function startAgain(connection: ConnectionForSignIn, label: string): Html {
  return html`<p><a class="button" href="/saml/${connection.id}/sign-in">${label}</a></p>`
}
