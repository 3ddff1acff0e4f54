// A mail server for tests: speaks SMTP, reads what it takes, and refuses what it is told to.
import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface TakenMail {
  recipients: string[]
  parsed: ParsedMail
  raw: string
}

/** `refuse` answers a status and text for a recipient, or null to take the mail. */
export async function smtpReceiver(refuse: (recipient: string, count: number) => string | null = () => null) {
  const taken: TakenMail[] = []
  let asked = 0
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo: (address, _session, callback) => {
      asked += 1
      const no = refuse(address.address, asked)
      callback(
        no === null
          ? undefined
          : Object.assign(new Error(no.slice(4)), { responseCode: Number(no.slice(0, 3)) }),
      )
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8')
        void simpleParser(raw).then((parsed) => {
          taken.push({ recipients: session.envelope.rcptTo.map(({ address }) => address), parsed, raw })
          callback()
        })
      })
    },
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.server.address() as AddressInfo
  return {
    taken,
    url: `smtp://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
