// Where a sign-in ends when the host product has named no page of its own: who is signed in, to what, and what waits.
import type { Router } from 'express'
import { listOpenings } from '../actions/choose-organization.ts'
import { disownLink, mayDisown } from '../actions/disown-link.ts'
import { listMyInvitations } from '../actions/list-my-invitations.ts'
import { readReturnUrl } from '../actions/read-return-url.ts'
import type { World } from '../actions/world.ts'
import type { SessionView } from '../domain/session.ts'
import { type Html, html } from '../http/html.ts'
import { capital } from './texts.ts'
import { answer, forget, form, go, onForm, onOpen, refuse, type Shown, say, type Visit } from './visit.ts'

/** `/welcome`, and `/` which leads there. */
export function welcomeRoutes(world: World, router: Router): void {
  router.get('/', (_req, res) => res.redirect(302, '/welcome'))
  router.get('/welcome', onOpen(world, welcome))
  router.post('/welcome/not-mine', onForm(world, disown))
}

async function welcome(v: Visit): Promise<Shown> {
  const { session } = v
  if (session === null) return go('/sign-in')
  const { name } = session.account
  const body = html`<p>${standing(v, session)}</p>
${facts(v, session)}
${await onward(v, session)}
${await choices(v, session)}
${await invitations(v, session)}
${await disowning(v, session)}
${form(v, { action: '/sign-out', button: say(v, 'welcome.out'), weight: 'quiet' })}`
  const title = name === null ? say(v, 'welcome.title') : say(v, 'welcome.title.name', { name })
  return answer(v, 200, { title, organizationName: session.organization?.name, body })
}

function standing(v: Visit, session: SessionView): string {
  if (session.organization === null) return say(v, 'welcome.account')
  return say(v, 'welcome.in', { organization: session.organization.name })
}

function facts(v: Visit, { account, membership, authenticatedBy }: SessionView): Html {
  const rows: [string, string | null][] = [
    [say(v, 'welcome.address'), membership?.email ?? account.email],
    [say(v, 'welcome.role'), membership?.role ? capital(membership.role) : null],
    [say(v, 'welcome.projects'), membership?.projects.join(', ') || null],
    [say(v, 'welcome.by'), say(v, `welcome.by.${authenticatedBy.type}`)],
  ]
  const shown = rows.filter(([, value]) => value !== null)
  return html`<dl class="facts">${shown.map(([label, value]) => html`<dt>${label}</dt><dd>${value}</dd>`)}</dl>`
}

async function onward(v: Visit, session: SessionView): Promise<Html | null> {
  const url = session.organization === null ? null : await readReturnUrl(v.world, session.organization.id)
  return url === null ? null : html`<a class="button" href="${url}">${say(v, 'welcome.go')}</a>`
}

async function choices(v: Visit, session: SessionView): Promise<Html | null> {
  const openings = (await listOpenings(v.world, session)).filter(
    ({ organizationId }) => organizationId !== session.organization?.id,
  )
  if (openings.length === 0) return null
  const buttons = openings.map(({ organizationId, organizationName }) =>
    form(v, {
      action: '/sign-in/organization',
      carry: { organization: organizationId },
      button: say(v, 'open.button', { organization: organizationName }),
    }),
  )
  return html`<h2>${say(v, 'welcome.choose')}</h2>${buttons}`
}

async function invitations(v: Visit, session: SessionView): Promise<Html | null> {
  const open = await listMyInvitations(v.world, session)
  if (open.length === 0) return null
  const links = open.map(
    ({ invitationId, organizationName }) =>
      html`<li><a href="/invitations/${invitationId}">${say(v, 'welcome.see', { organization: organizationName })}</a></li>`,
  )
  return html`<h2>${say(v, 'welcome.invitations')}</h2><ul>${links}</ul>`
}

/** B5: the first page after an automatic link offers the way out of somebody else's account. */
async function disowning(v: Visit, session: SessionView): Promise<Html | null> {
  if (!(await mayDisown(v.world, session))) return null
  const { organization, account } = session
  const places = { organization: organization?.name ?? '', address: account.email ?? '' }
  return html`<h2>${say(v, 'mine.title')}</h2><p class="soft">${say(v, 'mine.text', places)}</p>
${form(v, { action: '/welcome/not-mine', button: say(v, 'mine.button'), weight: 'quiet' })}`
}

async function disown(v: Visit): Promise<Shown> {
  if (v.session === null) return go('/sign-in')
  await disownLink(v.world, v.session)
  forget(v)
  const organizationName = v.session.organization?.name
  return refuse(v, 200, { reason: 'identity_conflict', nextActor: 'org_admin', organizationName })
}
