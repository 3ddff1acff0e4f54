// Sends mails by SMTP, and tells a refusal for good from a failure that may pass.
import { createTransport } from 'nodemailer'
import type { Mail } from '../domain/mail.ts'

/** Longer than one SMTP conversation may take by the timeouts below, so that a row is never claimed again while it lasts. */
export const MAIL_LEASE_SECONDS = 180

export type SmtpAnswer = { sent: true } | { sent: false; forGood: boolean; detail: string }

export interface MailSender {
  /** `id` makes the Message-ID, the same in every attempt, so that a repetition can be known (at least once). */
  send(mail: Mail, id: string): Promise<SmtpAnswer>
  close(): void
}

/** A sender over `SMTP_URL` with a few kept connections. */
export function smtpSender(smtpUrl: string): MailSender {
  const transport = createTransport({
    url: smtpUrl,
    pool: true,
    maxConnections: 4,
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 30_000,
    dnsTimeout: 10_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  return {
    send: async (mail, id) => {
      try {
        await transport.sendMail(envelope(mail, id))
        return { sent: true }
      } catch (error) {
        return failure(error)
      }
    },
    close: () => transport.close(),
  }
}

function envelope(mail: Mail, id: string) {
  return {
    messageId: `<${id}@${mail.from.address.split('@').at(-1)}>`,
    from: mail.from,
    // As an object, so that an address is never read as a list.
    to: { name: '', address: mail.to },
    ...(mail.replyTo === null ? {} : { replyTo: { name: '', address: mail.replyTo } }),
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    headers: mail.headers,
  }
}

/** A 5xx on the recipient or the message is for good (RFC 5321 §4.2.1); one on signing in or on the sender is our own fault. */
function failure(error: unknown): SmtpAnswer {
  const { code, command, responseCode, response, message } = error as Record<string, unknown>
  const refused = typeof responseCode === 'number' && responseCode >= 500 && responseCode < 600
  const ours = code === 'EAUTH' || command === 'MAIL FROM'
  const detail = String(response ?? message ?? 'the mail server could not be reached')
  return { sent: false, forGood: refused && !ours, detail: detail.replace(/\s+/g, ' ').slice(0, 300) }
}
