// Reads the development mailbox: the last mails that would have been sent.
import { addressKey } from '../domain/address.ts'
import { notFound } from '../kernel/errors.ts'
import { reader } from '../store/database.ts'
import { newestKept } from '../store/outbox.ts'
import type { World } from './world.ts'

/** How many mails the mailbox holds. */
export const MAILBOX_SIZE = 1000

export interface KeptMail {
  id: string
  to: string
  from: string
  replyTo: string | null
  subject: string
  text: string
  html: string
  headers: Record<string, string>
  sentAt: Date
}

/** The kept mails, newest first; only those to `to` where it is given. AppError not_found in production and where mail is sent. */
export async function listMailbox(
  world: World,
  query: { to?: string | undefined } = {},
): Promise<KeptMail[]> {
  if (world.production || world.mail.smtpUrl !== null) throw notFound('The mailbox')
  const to = query.to === undefined ? null : (addressKey(query.to) ?? query.to)
  const rows = await newestKept(reader(world.dataSource), to, MAILBOX_SIZE)
  return rows.map(({ id, message, sentAt }) => ({
    id,
    to: message.to,
    from: `"${message.from.name.replace(/["\\]/g, '\\$&')}" <${message.from.address}>`,
    replyTo: message.replyTo,
    subject: message.subject,
    text: message.text,
    html: message.html,
    headers: message.headers,
    sentAt,
  }))
}
