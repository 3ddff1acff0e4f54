// Rows told anew: a row as COPY writes it, with other ids, names and times in the places of its own.
import { randomFillSync } from 'node:crypto'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import type { MadeRow } from './rows-made.ts'

/** What is put in the place of a row's own words: texts by the word they replace. */
export interface Teller {
  table: string
  columns: string
  /** The line for one copy; `words[n]` replaces the word `n`, `time` every time of the deed. */
  line(words: readonly string[], time: string): string
}

const TIME = /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00/

/** Takes a row apart at `words` (ids, names) and at times of day, so that a copy is put together without searching. */
export function tellerOf({ table, columns, line }: MadeRow, words: readonly string[]): Teller {
  const pattern = new RegExp(`(${[...words.map(escaped), TIME.source].join('|')})`)
  const parts = line.split(pattern)
  // Every second part is a word; -1 stands for a time.
  const slots = parts.map((part, at) => (at % 2 === 0 ? null : words.indexOf(part)))
  return {
    table,
    columns,
    line: (others, time) => {
      let text = ''
      for (let at = 0; at < parts.length; at++) {
        const slot = slots[at]
        text += slot === null || slot === undefined ? parts[at] : slot < 0 ? time : others[slot]
      }
      return `${text}\n`
    },
  }
}

/** Copies lines into a table, gathered to pieces that are worth a write. */
export async function copyIn(
  client: pg.ClientBase,
  table: string,
  columns: string,
  lines: Iterable<string>,
): Promise<void> {
  const stream = client.query(copyFrom(`copy ${table} (${columns}) from stdin`))
  await pipeline(Readable.from(pieces(lines)), stream)
}

function* pieces(lines: Iterable<string>): Generator<Buffer> {
  let piece = ''
  for (const line of lines) {
    piece += line
    if (piece.length < 65_536) continue
    yield Buffer.from(piece, 'utf8')
    piece = ''
  }
  if (piece) yield Buffer.from(piece, 'utf8')
}

const pool = Buffer.alloc(8192)
let used = pool.length

/** A UUIDv7 (RFC 9562 §5.7) as if made at `milliseconds`; `order` (0 to 4095) sorts those of one millisecond. */
export function idMadeAt(milliseconds: number, order: number): string {
  if (used + 16 > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  const at = used
  used += 16
  pool.writeUIntBE(milliseconds, at, 6)
  pool.writeUInt16BE(0x7000 | (order & 0x0fff), at + 6)
  pool.writeUInt8(((pool[at + 8] ?? 0) & 0x3f) | 0x80, at + 8)
  const hex = pool.toString('hex', at, at + 16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
