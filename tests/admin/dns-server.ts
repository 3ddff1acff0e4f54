// A name server that answers TXT questions from a table, over UDP (RFC 1035 §4.1).
import { createSocket } from 'node:dgram'

export interface DnsServer {
  /** `127.0.0.1:port`, for `DNS_SERVERS`. */
  address: string
  /** Values by name; each is sent in pieces of at most 255 bytes, as servers send long texts. */
  texts: Map<string, string[]>
  stop(): Promise<void>
}

export async function dnsServer(): Promise<DnsServer> {
  const texts = new Map<string, string[]>()
  const socket = createSocket('udp4')
  socket.on('message', (question, from) => {
    socket.send(answerTo(question, texts), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return {
    address: `127.0.0.1:${socket.address().port}`,
    texts,
    stop: () => new Promise((resolve) => socket.close(() => resolve())),
  }
}

function answerTo(question: Buffer, texts: ReadonlyMap<string, string[]>): Buffer {
  const labels: string[] = []
  let at = 12
  for (let length = question[at] ?? 0; length > 0; length = question[at] ?? 0) {
    labels.push(question.subarray(at + 1, at + 1 + length).toString('latin1'))
    at += 1 + length
  }
  const found = texts.get(labels.join('.').toLowerCase())
  const header = Buffer.from(question.subarray(0, 12))
  // A response, authoritative; NXDOMAIN where the name has no text.
  header.writeUInt16BE(found === undefined ? 0x8583 : 0x8580, 2)
  header.writeUInt16BE(found?.length ?? 0, 6)
  header.writeUInt16BE(0, 10)
  const records = (found ?? []).map((text) => {
    const pieces = text.match(/.{1,20}/g) ?? ['']
    const data = Buffer.concat(
      pieces.map((piece) => Buffer.from([piece.length, ...Buffer.from(piece, 'latin1')])),
    )
    const head = Buffer.from([0xc0, 0x0c, 0, 16, 0, 1, 0, 0, 0, 0, data.length >> 8, data.length & 0xff])
    return Buffer.concat([head, data])
  })
  return Buffer.concat([header, question.subarray(12, at + 5), ...records])
}
