// `/dev/mailbox`: the mails that would have been sent, while no mail server is set; never in production.
import type { Router } from 'express'
import { type KeptMail, listMailbox } from '../actions/list-mailbox.ts'
import type { World } from '../actions/world.ts'
import { html } from '../http/html.ts'
import { answer, onOpen, type Shown, type Visit } from './visit.ts'

const SHOWN = 50

export function mailboxRoutes(world: World, router: Router): void {
  router.get('/dev/mailbox', onOpen(world, mailboxPage))
  router.get('/dev/mailbox.json', async (req, res) => {
    const items = (await listMailbox(world, { to: wanted(req.query.to) })).map(({ id: _id, ...mail }) => mail)
    res.setHeader('Cache-Control', 'no-store')
    res.json({ items })
  })
}

async function mailboxPage(v: Visit): Promise<Shown> {
  const to = wanted(v.req.query.to)
  const mails = await listMailbox(v.world, { to })
  const search = html`<form method="get" action="/dev/mailbox"><label for="to">Mails to</label>
<input id="to" name="to" type="search" maxlength="254" value="${to}"><button type="submit" class="quiet">Search</button></form>`
  const none = html`<p>Nothing was sent${to === undefined ? '' : ' to this address'} yet.</p>`
  const body = html`<p class="soft">No mail server is set (SMTP_URL), so mails are kept here, the newest first.</p>
${search}${mails.length === 0 ? none : mails.slice(0, SHOWN).map(entry)}`
  return answer(v, 200, { title: 'Mailbox', body, wide: true })
}

function entry(mail: KeptMail) {
  return html`<hr class="rule"><h2>${mail.subject}</h2>
<p class="soft">To ${mail.to} · from ${mail.from} · ${mail.sentAt.toISOString().slice(0, 19).replace('T', ' ')} UTC</p>
<pre>${linked(mail.text)}</pre>`
}

/** The addresses of a mail's text as links, so that the mailbox can be used like one. */
function linked(text: string) {
  return text
    .split(/(https?:\/\/[^\s<>"')\]]+)/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="${part}">${part}</a>` : html`${part}`))
}

function wanted(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}
