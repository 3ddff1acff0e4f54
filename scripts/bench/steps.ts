// What is measured: each step is a row of the table, told as what one client does once.
import type { Answer, Send } from './measure.ts'
import { departmentName, ENTERPRISE, personBody, personName } from './seeding/furniture.ts'
import type { Seeded } from './seeding/seed-directory.ts'

/** Who is measured; what each creates has names of its own. */
export type Side = 'ours' | 'bare' | 'heard'

export interface Step {
  kind: string
  title: string
  /** How the bare server's calls are made: heard one by one over this many, told anew from one, or not at all. */
  bare: 'retold' | number | null
  /** Which part of a slice's deeds is enough; 1 unless said. */
  share?: number
  /** Whether the figure must not depend on the size. */
  flat?: boolean
  deed(index: number, by: Side, send: Send): Promise<void>
}

/** Steps that follow one another in each slice; the last leaves things as the first found them. */
export type Round = readonly Step[]

export interface Scene {
  seeded: Seeded
  /** People who are in no group, as many as a slice has deeds. */
  spare: readonly string[]
  /** How many people the directory was given, without the spare ones. */
  size: number
  /** A cursor deep in the list of everybody, when a crawl has found one. */
  deepCursor: string | null
}

/** How many people the calls about one person take turns with, so that eight clients do not wait for one row. */
const PICKED = 64
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/** Every round, in the order of the table. */
export function roundsOf(scene: Scene): Round[] {
  return [
    ...readingOne(scene),
    ...writingOne(scene),
    ...scene.seeded.groups.map((group) => members(scene, group)),
    ...readingGroups(scene),
    ...lists(scene),
    [importCycle(scene)],
  ]
}

type Request = (kind: string, method: string, at: string, body?: unknown) => (send: Send) => Promise<Answer>

function requests({ base, headers }: Seeded): Request {
  return (kind, method, at, body) => (send) =>
    send({
      method,
      path: `${base}${at}`,
      headers: { ...headers, 'x-bench': kind },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
}

const byName = (name: string) => `/Users?filter=${encodeURIComponent(`userName eq "${name}"`)}`
const patch = (...Operations: unknown[]) => ({ schemas: [PATCH], Operations })

function readingOne({ seeded, spare }: Scene): Round[] {
  const request = requests(seeded)
  const read = (kind: string, title: string, at: (index: number) => string): Round => [
    {
      kind,
      title,
      bare: PICKED,
      flat: true,
      deed: async (index, _, send) => void (await request(kind, 'GET', at(index % PICKED))(send)),
    },
  ]
  const first = seeded.people.length - spare.length
  return [
    read('lookup', 'lookup by userName, hit', (index) =>
      byName(`${personName(first + index)}@${seeded.domain}`),
    ),
    read('lookup-miss', 'lookup by userName, miss', (index) => byName(`nobody-${index}@${seeded.domain}`)),
    read('get', 'GET by id', (index) => `/Users/${spare[index]}`),
  ]
}

function writingOne({ seeded, spare }: Scene): Round[] {
  const request = requests(seeded)
  const made = new Map<string, string>()
  const isOff = (index: number) => Math.floor(index / PICKED) % 2 === 0
  const first = seeded.people.length - spare.length
  const nameOf = (index: number) => personName(first + (index % PICKED))
  const create: Step = {
    kind: 'create',
    title: 'create, with account, membership, grant and event',
    bare: 'retold',
    flat: true,
    deed: async (index, by, send) => {
      const body = personBody(`${by}-${index}`, seeded.domain)
      const { text } = await request('create', 'POST', '/Users', body)(send)
      if (by !== 'bare') made.set(`${by}-${index}`, JSON.parse(text).id)
    },
  }
  const remove: Step = {
    kind: 'delete',
    title: 'DELETE, the membership ends',
    bare: 'retold',
    flat: true,
    deed: async (index, by, send) => {
      await request('delete', 'DELETE', `/Users/${made.get(`${by}-${index}`) ?? 'any'}`)(send)
      made.delete(`${by}-${index}`)
    },
  }
  const activate: Step = {
    kind: 'activate',
    title: 'deactivate / activate by PATCH',
    bare: 2 * PICKED,
    flat: true,
    deed: async (index, _, send) => {
      const body = patch({ op: 'replace', value: { active: !isOff(index) } })
      await request('activate', 'PATCH', `/Users/${spare[index % PICKED]}`, body)(send)
    },
  }
  const put: Step = {
    kind: 'put',
    title: 'PUT, another title',
    bare: 2 * PICKED,
    flat: true,
    deed: async (index, _, send) => {
      const body = {
        ...personBody(nameOf(index), seeded.domain),
        title: isOff(index) ? 'Manager' : 'Engineer',
      }
      await request('put', 'PUT', `/Users/${spare[index % PICKED]}`, body)(send)
    },
  }
  return [[create, remove], [activate], [put]]
}

function members({ seeded, spare }: Scene, group: Seeded['groups'][number]): Round {
  const request = requests(seeded)
  const size = spaced(group.members)
  const change = (op: 'add' | 'remove'): Step => ({
    kind: `${op}-${group.members}`,
    title: `${op} one member, group of ${size}`,
    bare: 'retold',
    flat: true,
    deed: async (index, _, send) => {
      const id = spare[index % spare.length] as string
      const operation =
        op === 'add'
          ? { op, path: 'members', value: [{ value: id }] }
          : { op, path: `members[value eq "${id}"]` }
      await request(`${op}-${group.members}`, 'PATCH', `/Groups/${group.id}`, patch(operation))(send)
    },
  })
  return [change('add'), change('remove')]
}

function readingGroups({ seeded }: Scene): Round[] {
  const request = requests(seeded)
  const rounds: Round[] = []
  const largest = seeded.groups.at(-1)
  const get = (kind: string, title: string, at: string, extra: Partial<Step>): Round => [
    {
      kind,
      title,
      bare: null,
      ...extra,
      deed: async (_, __, send) => void (await request(kind, 'GET', at)(send)),
    },
  ]
  if (largest) {
    const at = `/Groups/${largest.id}?excludedAttributes=members`
    rounds.push(get('group', 'group GET without members', at, { bare: 1, flat: true }))
  }
  for (const { id, members: amount } of seeded.groups.filter((group) => group.members > 0)) {
    const title = `group GET with its ${spaced(amount)} members`
    rounds.push(get(`group-${amount}`, title, `/Groups/${id}`, { share: Math.min(1, 200 / amount) }))
  }
  return rounds
}

function lists({ seeded, size, deepCursor }: Scene): Round[] {
  const request = requests(seeded)
  const read = (kind: string, title: string, query: string, share = 0.25): Round => [
    {
      kind,
      title,
      bare: null,
      share,
      deed: async (_, __, send) => void (await request(kind, 'GET', `/Users?count=100&${query}`)(send)),
    },
  ]
  const filter = (text: string) => `filter=${encodeURIComponent(text)}`
  const deep = size >= 1_000_000 ? 900_001 : size - 99
  const cursor = (text: string) => `cursor=${encodeURIComponent(text)}`
  return [
    read('list', 'list of 100, first page', ''),
    read('list-deep', 'list of 100, deep page by index', `startIndex=${deep}`),
    read('cursor', 'list of 100, first page by cursor', cursor('')),
    ...(deepCursor === null
      ? []
      : [read('cursor-deep', 'list of 100, deep page by cursor', cursor(deepCursor))]),
    read(
      'filter-one',
      'filter on a JSONB attribute, one match',
      filter(`${ENTERPRISE}:employeeNumber eq "p0000042"`),
      1 / 16,
    ),
    read(
      'filter-some',
      'filter on a JSONB attribute, one in a hundred',
      filter(`${ENTERPRISE}:department eq "${departmentName(17)}"`),
      1 / 16,
    ),
  ]
}

/** As an identity provider brings a person: looked up in vain, created, read, put into a group. */
function importCycle({ seeded }: Scene): Step {
  const request = requests(seeded)
  const group = seeded.groups.at(-1)
  return {
    kind: 'import',
    title: `import cycle: lookup, create, GET, add to the group of ${spaced(group?.members ?? 0)}`,
    bare: null,
    share: 0.5,
    flat: true,
    deed: async (index, by, send) => {
      const name = `import-${by}-${index}`
      await request('import', 'GET', byName(`${name}@${seeded.domain}`))(send)
      const made = await request('import', 'POST', '/Users', personBody(name, seeded.domain))(send)
      const { id } = JSON.parse(made.text)
      await request('import', 'GET', `/Users/${id}`)(send)
      const body = patch({ op: 'add', path: 'members', value: [{ value: id }] })
      await request('import', 'PATCH', `/Groups/${group?.id}`, body)(send)
    },
  }
}

/** 100000 as 100 000. */
export function spaced(amount: number): string {
  return String(amount).replace(/\B(?=(\d{3})+$)/g, ' ')
}
