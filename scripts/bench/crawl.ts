// The crawl: everybody of a directory, page after page by cursor (RFC 9865), with what a page costs at its beginning and at its end.
import { Agent } from 'node:http'
import { cpuSeconds, once, residentMiB } from './measure.ts'
import type { Running } from './processes.ts'
import type { Seeded } from './seeding/seed-directory.ts'

export interface Crawl {
  people: number
  pages: number
  seconds: number
  /** CPU seconds of server and PostgreSQL for a thousand pages, in the first and the last tenth of the crawl. */
  first: number
  last: number
  /** The server's memory in MiB. */
  memory: { before: number; highest: number; after: number }
  /** A cursor that stands at nine tenths. */
  deepCursor: string | null
}

const PAGE = 1000

/** Crawls by pages of a thousand; throws when a page is refused or somebody came twice. */
export async function crawl(
  server: Running,
  databasePid: number,
  { base, headers, people }: Seeded,
): Promise<Crawl> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const seen = new Set<string>()
  const cost = () => cpuSeconds(server.pid) + cpuSeconds(databasePid)
  const memory = { before: residentMiB(server.pid), highest: 0, after: 0 }
  const expected = Math.ceil(people.length / PAGE)
  const tenth = Math.max(1, Math.floor(expected / 10))
  const marks: number[] = [cost()]
  const began = performance.now()
  let deepCursor: string | null = null
  let cursor: string | undefined = ''
  let pages = 0
  for (; cursor !== undefined; pages++) {
    const path = `${base}/Users?count=${PAGE}&attributes=userName&cursor=${encodeURIComponent(cursor)}`
    const { status, text } = await once(agent, server.url, { method: 'GET', path, headers })
    if (status !== 200) throw new Error(`page ${pages + 1}: ${status} ${text.slice(0, 300)}`)
    const page = JSON.parse(text) as { Resources?: { id: string }[]; nextCursor?: string }
    for (const { id } of page.Resources ?? []) seen.add(id)
    cursor = page.nextCursor
    if (pages === 0 && cursor === undefined && people.length > PAGE)
      throw new Error('no nextCursor was given')
    if (pages + 1 === Math.floor(expected * 0.9) && cursor !== undefined) deepCursor = cursor
    if ((pages + 1) % tenth === 0) marks.push(cost())
    memory.highest = Math.max(memory.highest, residentMiB(server.pid))
  }
  agent.destroy()
  memory.after = residentMiB(server.pid)
  const spent = (from: number) => (((marks.at(from + 1) ?? 0) - (marks.at(from) ?? 0)) / tenth) * 1000
  return {
    people: seen.size,
    pages,
    seconds: (performance.now() - began) / 1000,
    first: spent(0),
    last: (((marks.at(-1) ?? 0) - (marks.at(-2) ?? 0)) / tenth) * 1000,
    memory,
    deepCursor,
  }
}
