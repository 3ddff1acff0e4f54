// Identifiers made in code, so that a row knows its id before it is written.
import { randomFillSync } from 'node:crypto'

const pool = Buffer.alloc(4096)
let used = pool.length
let lastMillisecond = 0
let sequence = 0

/** A UUID version 7 (RFC 9562 §5.7): ids made by one process sort in the order of their making. */
export function newId(): string {
  if (used + 16 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const bytes = Buffer.from(pool.subarray(used, used + 16))
  used += 16

  const now = Date.now()
  if (now > lastMillisecond) {
    lastMillisecond = now
    sequence = bytes.readUInt16BE(6) & 0x07ff
  } else if (++sequence > 0x0fff) {
    lastMillisecond += 1
    sequence = 0
  }
  bytes.writeUIntBE(lastMillisecond, 0, 6)
  bytes.writeUInt16BE(0x7000 | sequence, 6)
  bytes.writeUInt8(((bytes[8] ?? 0) & 0x3f) | 0x80, 8)

  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** Whether `text` has the form of a UUID: asked before a text from outside meets a uuid column. */
export function isId(text: string): boolean {
  return UUID.test(text)
}
