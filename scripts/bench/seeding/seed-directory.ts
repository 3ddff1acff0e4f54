// Seeding: one person and one group are pushed through the door, and what the product wrote for them is written again for the others.
import pg from 'pg'
import { frozenClock } from '../../../src/kernel/clock.ts'
import { copyIn, idMadeAt, type Teller, tellerOf } from './copy-lines.ts'
import {
  type Directory,
  departmentName,
  furnish,
  GROUP,
  groupName,
  personBody,
  personName,
} from './furniture.ts'
import { type House, openHouse } from './house.ts'
import { type MadeRow, rowsMadeBy } from './rows-made.ts'

export interface SeedOptions {
  databaseUrl: string
  people: number
  /** How many members each group has; taken from the first people on. */
  groups: readonly number[]
  /** Whether each person's audit events are written too. */
  events: boolean
  /** The organization's slug; its domain is `<slug>.test`. */
  slug: string
  say: (line: string) => void
}

export interface Seeded extends Directory {
  /** The ids of the people, in the order of their userNames. */
  people: string[]
  groups: { id: string; displayName: string; members: number }[]
}

// Everybody came between two hours and one hour ago: what is taken for settled by its age is so, as in a directory that has stood for long.
const HOUR_MS = 3_600_000
const CHUNK = 5_000
// What tells of a request or waits to leave is nobody's state.
const NEVER = ['directory_requests', 'outbox']
const SECRET = 'seed-only-0123456789abcdef0123456789abcdef'

/** Makes an organization with a directory of `people` and `groups`, as if they had been pushed; the database may hold others. */
export async function seedDirectory(options: SeedOptions): Promise<Seeded> {
  const start = Date.now() - 2 * HOUR_MS
  const house = await openHouse(options.databaseUrl, {
    secretKey: SECRET,
    clock: frozenClock(new Date(start)),
    say: options.say,
  })
  const clients: pg.Client[] = []
  try {
    for (let lane = 0; lane < 2; lane++) clients.push(await connect(options.databaseUrl))
    const [client] = clients as [pg.Client]
    const directory = await furnish(house, options.slug)
    const without = [...NEVER, ...(options.events ? [] : ['events'])]
    const person = await pushedPerson(house, client, directory, without)
    const group = await pushedGroup(house, client, directory, person.id)
    const people = await writePeople(clients, person, options, start)
    const groups = await writeGroups(client, group, options.groups, people, start)
    options.say('Vacuuming and analyzing')
    for (const table of new Set([...person.rows, ...group.rows].map((row) => row.table))) {
      await client.query(`vacuum (analyze) ${table}`)
    }
    await client
      .query('checkpoint')
      .catch(() => options.say('No checkpoint: this database user may not ask for one'))
    return { ...directory, people, groups }
  } finally {
    for (const client of clients) await client.end()
    await house.close()
  }
}

interface Template {
  /** The id of the pushed resource itself. */
  id: string
  /** The made ids, then the names: what differs from copy to copy. */
  words: string[]
  rows: MadeRow[]
}

/** Pushes the first person, and answers the rows that the product wrote. */
async function pushedPerson(
  house: House,
  client: pg.Client,
  { base, headers, domain }: Directory,
  without: readonly string[],
): Promise<Template> {
  const since = await momentOfOwn()
  const { id } = await house.send('POST', `${base}/Users`, headers, personBody(personName(0), domain))
  const { ids, rows } = await rowsMadeBy(client, id, since, without)
  return { id, words: [...ids, personName(0), departmentName(0)], rows }
}

/** Pushes a group with one member, takes its rows, and deletes it again. */
async function pushedGroup(
  house: House,
  client: pg.Client,
  { base, headers }: Directory,
  member: string,
): Promise<Template> {
  const since = await momentOfOwn()
  const body = { schemas: [GROUP], displayName: `Team ${groupName(0)}`, members: [{ value: member }] }
  const { id } = await house.send('POST', `${base}/Groups`, headers, body)
  const { ids, rows } = await rowsMadeBy(client, id, since, [...NEVER, 'events'])
  await house.send('DELETE', `${base}/Groups/${id}`, headers)
  return { id, words: [...ids, groupName(0), member], rows }
}

/** Ids made before it are shared by all copies; some milliseconds tell them apart. */
async function momentOfOwn(): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 20))
  return Date.now() - 5
}

/** Person 0 is the pushed one; the others are written in chunks of one transaction each, by all clients side by side. */
async function writePeople(
  clients: readonly pg.Client[],
  { id, words, rows }: Template,
  { people, say }: SeedOptions,
  start: number,
): Promise<string[]> {
  const tellers = rows.map((row) => tellerOf(row, words))
  const ids: string[] = [id]
  const slotOfId = words.indexOf(id)
  const began = performance.now()
  let [next, written, told] = [1, 1, began]
  const copyOf = (index: number) => {
    const at = start + Math.floor((index / people) * HOUR_MS)
    const own = Array.from({ length: words.length - 2 }, (_, slot) => idMadeAt(at, slot))
    ids[index] = own[slotOfId] as string
    return { words: [...own, personName(index), departmentName(index)], time: new Date(at).toISOString() }
  }
  const lane = async (client: pg.Client) => {
    while (next < people) {
      const [from, to] = [next, Math.min(people, next + CHUNK)]
      next = to
      const copies = Array.from({ length: to - from }, (_, offset) => copyOf(from + offset))
      await inChunk(client, () => writeCopies(client, tellers, copies))
      written += to - from
      if (performance.now() - told < 5000 && written < people) continue
      told = performance.now()
      say(`${written} of ${people} people, ${((told - began) / 1000).toFixed(0)} s`)
    }
  }
  await Promise.all(clients.map(lane))
  return ids
}

/** The groups of the given sizes; a group's members are the first people. */
async function writeGroups(
  client: pg.Client,
  { id, words, rows }: Template,
  sizes: readonly number[],
  people: readonly string[],
  start: number,
): Promise<Seeded['groups']> {
  const [first = ''] = people
  const isOfMember = ({ line }: MadeRow) => line.includes(first)
  const ofGroup = rows.filter((row) => !isOfMember(row)).map((row) => tellerOf(row, words))
  const ofMember = rows.filter(isOfMember).map((row) => tellerOf(row, words))
  const groups: Seeded['groups'] = []
  for (const [index, wanted] of sizes.entries()) {
    const at = start + HOUR_MS + index
    const time = new Date(at).toISOString()
    const own = Array.from({ length: words.length - 2 }, (_, slot) => idMadeAt(at, slot))
    const name = groupName(index)
    const members = people.slice(0, wanted).map((person) => ({ words: [...own, name, person], time }))
    await inChunk(client, async () => {
      await writeCopies(client, ofGroup, [{ words: [...own, name, first], time }])
      await writeCopies(client, ofMember, members)
    })
    groups.push({
      id: own[words.indexOf(id)] as string,
      displayName: `Team ${name}`,
      members: members.length,
    })
  }
  return groups
}

interface Copy {
  words: string[]
  time: string
}

async function writeCopies(
  client: pg.Client,
  tellers: readonly Teller[],
  copies: readonly Copy[],
): Promise<void> {
  if (copies.length === 0) return
  for (const teller of tellers) await copyIn(client, teller.table, teller.columns, linesOf(teller, copies))
}

function* linesOf(teller: Teller, copies: readonly Copy[]): Generator<string> {
  for (const { words, time } of copies) yield teller.line(words, time)
}

/** What is written together stands together; after a failure the connection is closed, and PostgreSQL takes the chunk back. */
async function inChunk(client: pg.Client, write: () => Promise<void>): Promise<void> {
  await client.query('begin')
  await write()
  await client.query('commit')
}

/** A connection that may write long; where its user may, foreign keys are not checked row by row, for they hold by construction. */
async function connect(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'gatehouse-seed' })
  client.on('error', () => {})
  await client.connect()
  await client.query(`set timezone = 'UTC'; set synchronous_commit = off; set statement_timeout = 0`)
  await client.query('set session_replication_role = replica').catch(() => {})
  return client
}
