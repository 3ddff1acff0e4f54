// `/join`: the way to an invitation by its address and the code of the message, where a link does not work.
import type { Router } from 'express'
import { findTypedInvitation } from '../actions/find-typed-invitation.ts'
import type { World } from '../actions/world.ts'
import { addressKey } from '../domain/address.ts'
import { clientNetwork } from '../http/client-address.ts'
import { type Html, html } from '../http/html.ts'
import { limitTyping } from './limits.ts'
import { remember } from './remembered-invitation.ts'
import { answer, fieldsOf, form, go, onForm, onOpen, type Shown, say, type Visit } from './visit.ts'

export function joinRoutes(world: World, router: Router): void {
  router.get(
    '/join',
    onOpen(world, (v) => joinPage(v, 200)),
  )
  router.post('/join', onForm(world, findTyped))
}

/** The two fields of the form, also at the foot of a damaged link's page. */
export function joinForm(v: Visit, typed: { email?: string; code?: string } = {}, fault?: string): Html {
  const fields = html`${fault ? html`<p class="note" id="fault" role="alert">${fault}</p>` : null}
<label for="email">${say(v, 'join.email')}</label>
<input id="email" name="email" type="email" autocomplete="email" maxlength="254" required value="${typed.email}"${fault ? html` aria-describedby="fault"` : null}>
<label for="code">${say(v, 'join.code')}</label>
<input class="code" id="code" name="code" type="text" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" placeholder="K7QM-4D2P" required value="${typed.code}">`
  return form(v, { action: '/join', fields, button: say(v, 'join.button') })
}

function joinPage(
  v: Visit,
  status: number,
  typed: { email?: string; code?: string } = {},
  fault?: string,
): Shown {
  const body = html`<p>${say(v, 'invite.neutral.text')}</p>${joinForm(v, typed, fault)}`
  return answer(v, status, { title: say(v, 'join.title'), body })
}

async function findTyped(v: Visit): Promise<Shown> {
  const { email = '', code = '' } = fieldsOf(v.req)
  const typed = { email: email.slice(0, 254), code: code.slice(0, 20) }
  const key = addressKey(email)
  if (key === null) return joinPage(v, 400, typed, say(v, 'join.bad.address'))
  await limitTyping(v)
  const found = await findTypedInvitation(v.world, { key, code, network: clientNetwork(v.req) })
  if (!found.found) {
    const many = found.reason === 'rate_limited'
    const shown = joinPage(v, many ? 429 : 422, typed, say(v, many ? 'join.many' : 'join.wrong'))
    return { ...shown, reason: found.reason }
  }
  remember(v, found)
  return go(`/invitations/${found.invitationId}`)
}
