// Recording: the statements that one call sends, kept so that a bare server can send the same ones with other values.
import pg from 'pg'

export interface Sent {
  name?: string
  text: string
  values: unknown[]
}

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g
let heard: Sent[] | null = null

/** Makes every client of this process's pg tell its statements to `sentBy`; call it before a pool is made. */
export function listenToClients(): void {
  const prototype = pg.Client.prototype as unknown as { query: (...parts: unknown[]) => unknown }
  const query = prototype.query
  prototype.query = function (this: unknown, ...parts: unknown[]) {
    const [first, second] = parts
    if (typeof first === 'string') heard?.push({ text: first, values: Array.isArray(second) ? second : [] })
    else if (isConfig(first)) {
      heard?.push({
        ...(first.name ? { name: first.name } : {}),
        text: first.text,
        values: [...(first.values ?? [])],
      })
    }
    return query.apply(this, parts)
  }
}

/** What `call` sends, without what the request log writes behind it. */
export async function sentBy(call: () => Promise<void>): Promise<Sent[]> {
  heard = []
  await call()
  const sent = heard
  heard = null
  return sent
}

/** The ids in the statements' values that were made at `since` (milliseconds) or later: UUIDv7 tells its time. */
export function madeIds(sent: readonly Sent[], since: number): string[] {
  const found = new Set(JSON.stringify(sent).match(UUID) ?? [])
  return [...found].filter(
    (id) => id[14] === '7' && Number.parseInt(id.replace('-', '').slice(0, 12), 16) >= since,
  )
}

/** The same statements with texts replaced wherever they stand in the values, in JSON and lists too. */
export function withOther(sent: readonly Sent[], replacements: ReadonlyMap<string, string>): Sent[] {
  const change = (value: unknown): unknown => {
    if (typeof value === 'string') {
      let text = value
      for (const [from, to] of replacements) text = text.replaceAll(from, to)
      return text
    }
    return Array.isArray(value) ? value.map(change) : value
  }
  return sent.map((one) => ({ ...one, values: one.values.map(change) }))
}

export type Recordings = Record<string, Sent[][]>

/** The recordings as a text; a statement that is sent a thousand times stands in it once. */
export function writeRecordings(recordings: Recordings): string {
  const places = new Map<string, number>()
  const statements: Pick<Sent, 'name' | 'text'>[] = []
  const placeOf = ({ name, text }: Sent) => {
    const key = `${name ?? ''}\n${text}`
    const place = places.get(key) ?? statements.length
    if (place === statements.length) {
      places.set(key, place)
      statements.push(name === undefined ? { text } : { name, text })
    }
    return place
  }
  const kinds = Object.entries(recordings).map(([kind, instances]) => [
    kind,
    instances.map((sent) => sent.map((one) => [placeOf(one), one.values])),
  ])
  return JSON.stringify({ statements, kinds: Object.fromEntries(kinds) }, keepDatesAndBytes)
}

export function readRecordings(written: string): Recordings {
  const { statements, kinds } = JSON.parse(written, reviveDatesAndBytes) as {
    statements: Pick<Sent, 'name' | 'text'>[]
    kinds: Record<string, [number, unknown[]][][]>
  }
  const revive = ([place, values]: [number, unknown[]]) => ({ ...statements[place], values }) as Sent
  return Object.fromEntries(
    Object.entries(kinds).map(([kind, instances]) => [kind, instances.map((sent) => sent.map(revive))]),
  )
}

function keepDatesAndBytes(this: Record<string, unknown>, key: string, inner: unknown): unknown {
  const raw = this[key]
  if (raw instanceof Date) return { $date: raw.toISOString() }
  return Buffer.isBuffer(raw) ? { $bytes: raw.toString('base64') } : inner
}

function reviveDatesAndBytes(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$date' in value) return new Date(String(value.$date))
  return '$bytes' in value ? Buffer.from(String(value.$bytes), 'base64') : value
}

function isConfig(value: unknown): value is { name?: string; text: string; values?: unknown[] } {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string'
}
